"""Files that are a split of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from shopmind.evaluation.sequences import split_instances, split_sequences
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError
from shopmind.stores.ports import EVENT_TABLE

END = 100 * DAY_MS


def numbers(ids: Sequence[str]) -> np.ndarray:
    """Ids "1" … "9" are known under ten times their number."""
    return np.array([10 * int(each) if each.isdigit() and 0 < int(each) < 10 else -1 for each in ids], np.int64)


SEQUENCES = pl.DataFrame({"user_id": ["a", "b"], "item_ids": [["1", "2", "3", "4"], ["2", "zz", "1", "9", "5"]]})


def test_the_last_item_of_a_sequence_is_the_test_and_the_one_before_the_validation() -> None:
    train = split_sequences(SEQUENCES, numbers, "train", end_ms=END)
    assert train.cases.target_items.tolist() == [40, 50]
    assert [h.items.tolist() for h in train.cases.histories()] == [[10, 20, 30], [20, 10, 90]]
    assert train.known["item"].to_list() == [10, 20, 20, 10]
    assert dict(train.known.schema) == EVENT_TABLE
    assert train.held is not None
    assert train.held["item"].to_list() == [30, 90]
    valid = split_sequences(SEQUENCES, numbers, "train", part="validation", end_ms=END)
    assert valid.cases.target_items.tolist() == [30, 90]
    refit = split_sequences(SEQUENCES, numbers, "refit", end_ms=END)
    assert refit.known["item"].to_list() == [10, 20, 30, 20, 10, 90]


def test_unknown_items_are_dropped_and_counted() -> None:
    assert split_sequences(SEQUENCES, numbers, "train", end_ms=END).left_out["events_of_unknown_items"] == 1


def test_times_are_made_from_the_order_and_all_users_end_together() -> None:
    split = split_sequences(SEQUENCES, numbers, "train", end_ms=END)
    assert split.cases.now_ms.tolist() == [END, END]
    assert split.cases.histories()[0].times_ms.tolist() == [END - 3 * DAY_MS, END - 2 * DAY_MS, END - DAY_MS]


INSTANCES = pl.DataFrame(
    {
        "split": ["valid", "valid", "valid", "test", "test"],
        "user_id": ["a", "a", "b", "c", "c"],
        "history": [["1"], ["1", "2"], ["3"], ["4", "5"], ["4", "5", "6"]],
        "item_id": ["2", "3", "9", "6", "7"],
    }
)


def test_each_instance_is_a_case_and_no_target_of_the_test_is_fitted_on() -> None:
    split = split_instances(INSTANCES, numbers, "train", end_ms=END)
    assert split.cases.target_items.tolist() == [60, 70]
    assert [h.items.tolist() for h in split.cases.histories()] == [[40, 50], [40, 50, 60]]
    assert split.cases.users.tolist() == [1, 1], "one user, two instances"
    assert sorted(split.known["item"].to_list()) == [10, 20, 30, 40, 50]


def test_refit_of_instances_adds_the_validation_items_of_users_who_are_not_asked() -> None:
    split = split_instances(INSTANCES, numbers, "refit", end_ms=END)
    assert sorted(split.known["item"].to_list()) == [10, 20, 30, 30, 40, 50, 90]


def test_the_targets_behind_the_longest_histories_are_held_for_a_train_fit() -> None:
    split = split_instances(INSTANCES, numbers, "train", end_ms=END)
    assert split.held is not None
    assert sorted(split.held["item"].to_list()) == [30, 90]
    assert set(split.held["timestamp_ms"].to_list()) == {END + DAY_MS}
    refit = split_instances(INSTANCES, numbers, "refit", end_ms=END)
    assert refit.held is None


def test_validation_of_instances_knows_only_the_shortest_histories() -> None:
    split = split_instances(INSTANCES, numbers, "train", part="validation", end_ms=END)
    assert split.cases.target_items.tolist() == [20, 30, 90]
    assert sorted(split.known["item"].to_list()) == [10, 30]


def test_fit_valid_knows_the_histories_and_targets_of_the_valid_part_and_nothing_of_the_test() -> None:
    split = split_instances(INSTANCES, numbers, "valid", end_ms=END)
    assert split.cases.target_items.tolist() == [60, 70], "the test is asked"
    assert [h.items.tolist() for h in split.cases.histories()] == [[40, 50], [40, 50, 60]]
    assert split.held is not None
    by_user = {
        "known": [split.known.filter(pl.col("user") == user)["item"].to_list() for user in (1, 2)],
        "held": [split.held.filter(pl.col("user") == user)["item"].to_list() for user in (1, 2)],
    }
    choosing_a = {"known": [[10], [30, 90]], "held": [[20, 30], []]}
    choosing_b = {"known": [[10, 20, 30], [30]], "held": [[], [90]]}
    assert by_user in (choosing_a, choosing_b), "of one user, chosen by hash, the targets choose the settings"
    assert split.notes == ("settings chosen by the targets of 1 users of the valid part",)
    assert not {1, 2} & set(split.cases.users.tolist())


def test_the_held_targets_are_what_fit_valid_asks_as_validation() -> None:
    held = split_instances(INSTANCES, numbers, "valid", end_ms=END).held
    split = split_instances(INSTANCES, numbers, "valid", part="validation", end_ms=END)
    assert held is not None
    assert sorted(split.cases.target_items.tolist()) == sorted(held["item"].to_list())
    assert set(split.cases.users.tolist()) == set(held["user"].to_list())
    assert split.held is None, "who is fitted to be asked these must not see them"


def test_a_tenth_of_the_users_chooses_whatever_the_order_of_the_rows() -> None:
    frame = pl.DataFrame(
        {
            "split": ["valid"] * 40 + ["test"],
            "user_id": [f"u{each}" for each in range(40)] + ["t"],
            "history": [["1", "2"]] * 41,
            "item_id": ["3"] * 41,
        }
    )
    for shuffled in (frame, frame.reverse()):
        split = split_instances(shuffled, numbers, "valid", end_ms=END)
        assert split.held is not None
        assert len(split.held) == 4
        assert len(split.known) == 40 * 3 - 4


def test_a_history_that_is_cut_in_the_file_is_put_together_again() -> None:
    rows = [("valid", "a", ["1", "2"], "3"), ("valid", "a", ["2", "3"], "4"), ("valid", "a", ["3", "4"], "5")]
    rows += [("test", "z", ["1"], "2"), ("valid", "b", ["1"], "2")]
    frame = pl.DataFrame(rows, schema=["split", "user_id", "history", "item_id"], orient="row")
    split = split_instances(frame, numbers, "valid", end_ms=END)
    assert split.held is not None
    events = pl.concat([split.known, split.held]).sort("user", "timestamp_ms")
    lists = events.group_by("user").agg("item")["item"].to_list()
    assert sorted(lists) == [[10, 20], [10, 20, 30, 40, 50]]


TRAINED = pl.DataFrame(
    {
        "split": ["train", "train", "valid", "test", "test"],
        "user_id": ["a", "a", "a", "a", "c"],
        "history": [["1"], ["1", "2"], ["1", "2", "3"], ["1", "2", "3", "4"], ["8"]],
        "item_id": ["2", "3", "4", "5", "9"],
    }
)


def test_a_train_part_is_fitted_on_and_the_validation_targets_are_held_or_known() -> None:
    train = split_instances(TRAINED, numbers, "train", end_ms=END)
    assert train.held is not None
    assert sorted(train.known["item"].to_list()) == [10, 20, 30, 80]
    assert train.held["item"].to_list() == [40]
    assert train.cases.target_items.tolist() == [50, 90]
    refit = split_instances(TRAINED, numbers, "refit", end_ms=END)
    assert sorted(refit.known["item"].to_list()) == [10, 20, 30, 40, 80]
    valid = split_instances(TRAINED, numbers, "refit", part="validation", end_ms=END)
    assert (valid.cases.target_items.tolist(), sorted(valid.known["item"].to_list())) == ([40], [10, 20, 30])
    with pytest.raises(InputError, match="train part"):
        split_instances(TRAINED, numbers, "valid", end_ms=END)


def test_rows_without_user_history_or_item_are_left_out_and_counted() -> None:
    holes = pl.DataFrame(
        {
            "split": ["valid", "test", "test"],
            "user_id": ["a", None, "b"],
            "history": [["1"], ["1"], None],
            "item_id": ["2", "3", "4"],
        },
        schema=INSTANCES.schema,
    )
    split = split_instances(pl.concat([INSTANCES, holes]), numbers, "train", end_ms=END)
    assert split.left_out["unusable_rows"] == 2
    assert len(split.cases) == 2


def test_instances_of_unknown_items_are_left_out_and_counted() -> None:
    frame = INSTANCES.with_columns(item_id=pl.lit("zz"))
    split = split_instances(frame, numbers, "train", end_ms=END)
    assert len(split.cases) == 0
    assert split.left_out["instances_without_history_or_known_item"] == 2


def test_files_of_another_shape_are_refused() -> None:
    with pytest.raises(InputError, match="item_ids"):
        split_sequences(pl.DataFrame({"user_id": ["a"]}), numbers, "train", end_ms=END)
    with pytest.raises(InputError, match="lists of item ids"):
        split_sequences(pl.DataFrame({"user_id": ["a"], "item_ids": ["1 2"]}), numbers, "train", end_ms=END)
    with pytest.raises(InputError, match="no test row"):
        split_instances(INSTANCES.filter(pl.col("split") == "valid"), numbers, "train", end_ms=END)
    with pytest.raises(InputError, match="no valid row"):
        split_instances(INSTANCES.filter(pl.col("split") == "test"), numbers, "valid", end_ms=END)
