"""What is known and what is asked, on logs small enough to read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopmind.evaluation.protocol import SPLITS, Fit, Part, fit_name, split_name
from shopmind.evaluation.split import Split, split_events
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError
from shopmind.training.worth import wanted

from .conftest import make_table

MakeTable = Callable[..., pl.DataFrame]


def targets(split: Split) -> dict[int, list[int]]:
    """User → target items."""
    found: dict[int, list[int]] = {int(user): [] for user in split.cases.users}
    for case, item in zip(split.cases.target_cases, split.cases.target_items, strict=True):
        found[int(split.cases.users[case])].append(int(item))
    return found


def histories(split: Split) -> dict[int, list[int]]:
    """User → items of the history, oldest first, those of one moment by number."""
    return {
        int(user): history.items[np.lexsort((history.items, history.times_ms))].tolist()
        for user, history in zip(split.cases.users, split.cases.histories(), strict=True)
    }


def known(split: Split, user: int | None) -> list[int]:
    return split.known.filter(pl.col("user").eq_missing(user))["item"].to_list()


LINE = [(1, 11, 0, 1), (1, 12, 1, 2), (1, 13, 2, 3), (1, 14, 3, 4), (2, 11, 0, 5), (2, 15, 9, 6), (None, 19, 9, 7)]


def test_leave_one_out_predicts_the_last_and_hides_it_and_the_one_before_from_the_fit(table: MakeTable) -> None:
    split = split_events(table(LINE), "leave-one-out", "train")
    assert targets(split) == {1: [14]}
    assert histories(split) == {1: [11, 12, 13]}
    assert known(split, 1) == [11, 12]
    assert known(split, 2) == [11, 15]
    assert known(split, None) == [19]
    assert split.left_out == {"users_with_fewer_than_3_events": 1}


def test_a_refit_sees_the_validation_event_which_is_asked_as_validation(table: MakeTable) -> None:
    refit = split_events(table(LINE), "leave-one-out", "refit")
    assert (targets(refit), histories(refit), known(refit, 1)) == ({1: [14]}, {1: [11, 12, 13]}, [11, 12, 13])
    valid = split_events(table(LINE), "leave-one-out", "refit", part="validation")
    assert (targets(valid), histories(valid), known(valid, 1)) == ({1: [13]}, {1: [11, 12]}, [11, 12])


def test_what_a_refit_would_know_too_is_held_for_a_train_fit_to_choose_its_settings_by(table: MakeTable) -> None:
    rows = [*LINE[:3], (1, 16, 2.5, 3), *LINE[3:]]
    split = split_events(table(rows, ["purchase"] * 3 + ["view"] + ["purchase"] * 4), "leave-one-out", "train")
    assert split.held is not None
    assert split.held["item"].to_list() == [13, 16], "and what was done between it and the target"
    assert split.held.schema == split.known.schema
    assert split_events(table(rows), "leave-one-out", "refit").held is None
    asked = split_events(table(rows), "leave-one-out", "train", part="validation")
    assert asked.held is None, "it would be told what it is asked"
    assert split_events(table(WEEKS), "time", "train").held is None


def test_events_after_the_target_are_in_no_history_and_no_fit(table: MakeTable) -> None:
    rows = [(1, 11, 0, 1), (1, 12, 1, 1), (1, 13, 2, 1), (1, 14, 3, 1), (1, 13, 4, 1), (1, 15, 5, 1)]
    split = split_events(table(rows, ["purchase"] * 4 + ["click", "impression"]), "leave-one-out", "train")
    assert (targets(split), histories(split), known(split, 1)) == ({1: [14]}, {1: [11, 12, 13]}, [11, 12])


def test_equal_times_are_shuffled_by_the_seed_and_not_left_in_file_order(table: MakeTable) -> None:
    rows = [(1, item, 0, 1) for item in range(11, 21)]
    last = {targets(split_events(table(rows), "leave-one-out", "train", seed=seed))[1][0] for seed in range(20)}
    assert len(last) > 3
    again = [split_events(table(rows), "leave-one-out", "train", seed=4).cases.target_items[0] for _ in range(2)]
    assert again[0] == again[1]


# The log ends at day 140, so the cutoff is day 112 and the validation cutoff day 84.
WEEKS = [
    (1, 11, 0, 1), (1, 12, 90, 2), (1, 13, 90, 2), (1, 11, 112, 3), (1, 14, 112, 3), (1, 15, 120, 4),
    (2, 16, 130, 5),
    (3, 11, 10, 6),
    (4, 17, 111.9, 7), (4, 18, 112.1, 7), (4, 19, 140, 8),
]  # fmt: skip


def test_next_basket_asks_the_first_basket_that_begins_at_or_after_the_cutoff(table: MakeTable) -> None:
    split = split_events(table(WEEKS), "next-basket", "train")
    assert split.cutoff_ms == 112 * DAY_MS == split.now_ms
    assert split.window_days == 28
    assert targets(split) == {1: [11, 14], 4: [19]}, "a basket that began before the cutoff is not asked"
    assert histories(split) == {1: [11, 12, 13], 4: [17]}
    assert split.known["timestamp_ms"].max() < 112 * DAY_MS
    assert split.left_out == {"users_without_history": 1}


def test_next_basket_validation_is_the_same_one_window_earlier(table: MakeTable) -> None:
    split = split_events(table(WEEKS), "next-basket", "train", part="validation")
    assert split.cutoff_ms == 84 * DAY_MS
    assert targets(split) == {1: [12, 13]}
    assert split.left_out == {"users_without_history": 1}


def test_a_repeated_item_of_a_basket_is_one_target(table: MakeTable) -> None:
    rows = [(1, 11, 0, 1), (1, 12, 139, 2), (1, 12, 139, 2), (1, 13, 140, 3)]
    assert targets(split_events(table(rows), "next-basket", "train")) == {1: [12]}


def test_time_asks_everything_after_the_cutoff(table: MakeTable) -> None:
    split = split_events(table(WEEKS), "time", "train")
    assert targets(split) == {1: [11, 14, 15], 4: [18, 19]}
    assert split.left_out == {"users_without_history": 1}


def test_a_short_log_keeps_four_fifths_of_its_span(table: MakeTable) -> None:
    rows = [(1, 11, 0, 1), (1, 12, 9, 2), (2, 11, 0, 3), (2, 13, 10, 4)]
    split = split_events(table(rows), "next-basket", "train")
    assert split.window_days == 2
    assert split.cutoff_ms == 8 * DAY_MS


def test_the_test_may_be_told_where_to_begin(table: MakeTable) -> None:
    lines = [(1, 11, 0, 1), (1, 12, 6, 2), (1, 13, 7, 3), (2, 14, 1, 4), (2, 15, 10, 5), (3, 16, 9, 6)]
    log = table(lines)
    begin = int(log.filter(pl.col("item") == 12)["timestamp_ms"][0])
    split = split_events(log, "time", "train", cutoff_ms=begin)
    assert split.cutoff_ms == begin
    assert targets(split) == {1: [12, 13], 2: [15]}
    assert histories(split) == {1: [11], 2: [14]}
    with pytest.raises(InputError):
        split_events(log, "time", "train", cutoff_ms=begin + 100 * DAY_MS)


def test_last_basket_asks_the_last_basket_of_each_user(table: MakeTable) -> None:
    split = split_events(table(WEEKS), "last-basket", "train")
    assert targets(split) == {1: [15], 4: [19]}
    assert histories(split) == {1: [11, 12, 13, 11, 14], 4: [17, 18]}
    assert sorted(known(split, 1)) == [11, 11, 12, 13, 14]
    assert known(split, 2) == []
    assert split.cases.now_ms.tolist() == [120 * DAY_MS, 140 * DAY_MS]
    assert split.left_out == {"users_without_history": 2}


def test_last_basket_validation_asks_the_one_before_and_knows_neither(table: MakeTable) -> None:
    split = split_events(table(WEEKS), "last-basket", "train", part="validation")
    assert targets(split) == {1: [11, 14]}
    assert histories(split) == {1: [11, 12, 13]}
    assert known(split, 4) == []


def test_impressions_and_searches_are_no_history_and_unwanted_events_are_no_target(table: MakeTable) -> None:
    rows = [(1, item, day, 1) for day, item in enumerate(range(11, 16))]
    split = split_events(table(rows, ["click", "impression", "click", "click", "dislike"]), "leave-one-out", "train")
    assert targets(split) == {1: [14]}
    assert histories(split) == {1: [11, 13]}


def test_purchases_are_predicted_where_there_are_any_and_else_any_sign_of_wanting(table: MakeTable) -> None:
    rows = [(1, 11, 0, 1), (1, 12, 1, 1), (1, 13, 1, 1)]
    assert wanted(table(rows, ["click", "purchase", "return"])) == ("purchase",)
    assert wanted(table(rows, ["click", "play", "dislike"])) == ("click", "play")
    with pytest.raises(InputError, match="no event"):
        split_events(table(rows, "impression"), "leave-one-out", "train")


def test_too_few_events_are_an_error_that_says_so(table: MakeTable) -> None:
    with pytest.raises(InputError, match="fewer_than_3"):
        split_events(table([(1, 11, 0, 1), (1, 12, 1, 2)]), "leave-one-out", "train")
    with pytest.raises(InputError, match="different times"):
        split_events(table([(1, 11, 0, 1), (1, 12, 0, 2)]), "time", "train")


def test_a_log_has_no_part_of_its_own_for_valid(table: MakeTable) -> None:
    with pytest.raises(InputError, match="next_item"):
        split_events(table(LINE), "leave-one-out", "valid")


def test_events_without_an_order_of_their_own_are_counted_in_the_notes(table: MakeTable) -> None:
    rows = [(1, 11, 0, 1), (1, 12, 1, 2), (1, 13, 1, 3), (1, 14, 3, 4)]
    assert split_events(table(rows), "leave-one-out", "train").notes[0].startswith("2 of 4 events")
    assert split_events(table(LINE), "leave-one-out", "train").notes == ()
    constant = [(user, item, 5, item) for user in (1, 2) for item in range(11, 15)]
    assert split_events(table(constant), "leave-one-out", "train").notes[0].startswith("8 of 8 events")


def test_unknown_names_are_refused_with_what_is_allowed() -> None:
    with pytest.raises(InputError, match="leave-one-out"):
        split_name("leave_one_out")
    with pytest.raises(InputError, match="refit"):
        fit_name("all")


def test_taking_some_cases_keeps_histories_and_targets_together(table: MakeTable) -> None:
    split = split_events(table(WEEKS), "time", "train")
    cases = split.cases.take(np.array([1]))
    assert cases.users.tolist() == [4]
    assert cases.target_items.tolist() == [18, 19]
    assert cases.target_cases.tolist() == [0, 0]
    assert cases.histories()[0].items.tolist() == [17]


logs = st.lists(
    st.tuples(st.sampled_from([None, 1, 2, 3]), st.integers(1, 6), st.integers(0, 60), st.integers(1, 3)),
    min_size=1,
    max_size=40,
)


@settings(deadline=None, max_examples=150)
@given(logs, st.sampled_from(SPLITS), st.sampled_from(["train", "refit"]), st.sampled_from(["test", "validation"]))
def test_no_split_lets_the_fit_or_the_history_see_what_is_asked(
    rows: list[tuple[int | None, int, int, int]], name: str, fit: Fit, part: Part
) -> None:
    made = make_table([(user, item, day, 10_000 * (user or 0) + 10 * day + order) for user, item, day, order in rows])
    try:
        split = split_events(made, split_name(name), fit, part=part)
    except InputError:
        return
    last_known = dict(split.known.group_by("user").agg(pl.col("timestamp_ms").max()).rows())
    for case, (user, history) in enumerate(zip(split.cases.users.tolist(), split.cases.histories(), strict=True)):
        assert len(history)
        assert (np.diff(history.times_ms) >= 0).all()
        asked = split.cases.target_items[split.cases.target_cases == case]
        assert len(asked) == len(set(asked.tolist())) > 0
        assert history.times_ms.max() <= split.cases.now_ms[case]
        if name != "leave-one-out":
            assert history.times_ms.max() < split.cases.now_ms[case]
            assert last_known.get(user, -1) < split.cases.now_ms[case]
    numbers = set(split.known["number"].to_list())
    own = split.cases.history
    if split.held is not None:
        assert not numbers & set(split.held["number"].to_list())
    if name == "leave-one-out" and (fit, part) != ("refit", "test"):
        kept = own.filter(pl.col("number").is_in(list(numbers)))
        assert len(kept) == len(own) - (len(split.cases) if part == "test" else 0)
