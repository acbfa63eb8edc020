"""Whose doing an outcome was, worked by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopmind.domain import EVENT_TYPES
from shopmind.evaluation.attribution import CREDITS, SHOWN, Rule, attribute, placed
from shopmind.kit.clock import DAY_MS, HOUR_MS, MINUTE_MS
from shopmind.kit.errors import InputError
from shopmind.stores.ports import EVENT_TABLE

TEA, POT = 1, 2
LOG = {**EVENT_TABLE, "variant": pl.String, "currency": pl.String}


def log(*rows: dict[str, Any]) -> pl.DataFrame:
    """Rows with `type` by name and `at` in minutes; numbers in the given order unless they are given."""
    columns: dict[str, list[Any]] = {name: [] for name in LOG}
    for number, row in enumerate(rows, start=1):
        filled = {
            "number": number,
            "user": 1,
            "item": TEA,
            **row,
            "type": EVENT_TYPES.index(row["type"]),
            "timestamp_ms": 30 * DAY_MS + round(row["at"] * MINUTE_MS),
        }
        for name, held in columns.items():
            held.append(filled.get(name))
    return pl.DataFrame(columns, schema=LOG)


def seen(request: str | None, at: float, **more: Any) -> dict[str, Any]:
    return {"type": "impression", "request_id": request, "at": at, "scenario": "home", "position": 0, **more}


def did(kind: str, at: float, request: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": kind, "request_id": request, "at": at, **more}


def told(credits: pl.DataFrame) -> list[tuple[Any, ...]]:
    return list(credits.select("number", "how", "request_id", "credit").iter_rows())


def test_an_echoed_request_takes_it_all_whoever_was_seen_later() -> None:
    events = log(
        seen("r1", 0, scenario="search", position=3, variant="ranker/B", propensity=0.25),
        seen("r2", 5),
        did("click", 6, "r1"),
        did("purchase", 9, "r1", value_minor=1_200, currency="EUR", quantity=2.0),
    )
    found = attribute(events)
    assert dict(found.schema) == CREDITS
    assert told(found) == [(3, "request", "r1", 1.0), (4, "request", "r1", 1.0)]
    bought = found.row(1, named=True)
    assert [bought[name] for name in ("scenario", "position", "variant", "propensity", "echo")] == [
        "search", 3, "ranker/B", 0.25, "known",
    ]  # fmt: skip
    assert (bought["value_minor"], bought["currency"], bought["quantity"]) == (1_200, "EUR", 2.0)


def test_without_a_request_the_last_touch_of_the_item_takes_it() -> None:
    events = log(seen("r1", 0), seen("r2", 5), seen("r3", 6, item=POT), seen("r4", 9), did("purchase", 8))
    assert told(attribute(events)) == [(5, "touch", "r2", 1.0)]


def test_what_was_acted_on_comes_before_what_was_only_seen() -> None:
    events = log(seen("r1", 0), did("click", 1, "r1"), seen("r2", 5), did("purchase", 8))
    assert told(attribute(events)) == [(2, "request", "r1", 1.0), (4, "touch", "r1", 1.0)]


def test_position_based_gives_40_20_40_in_the_order_of_first_touches() -> None:
    four = [seen(f"r{at}", at) for at in (1, 2, 3, 4)]
    bought = did("purchase", 9)
    parts = attribute(log(*four, bought), rule="position_based")
    assert list(parts.select("request_id", "credit").iter_rows()) == [
        ("r1", 0.4),
        ("r2", 0.1),
        ("r3", 0.1),
        ("r4", 0.4),
    ]
    assert attribute(log(*four[:2], bought), rule="position_based")["credit"].to_list() == [0.5, 0.5]
    assert attribute(log(*four[:1], bought), rule="position_based")["credit"].to_list() == [1.0]
    assert attribute(log(*four, did("purchase", 9, "r2")), rule="position_based")["credit"].to_list() == [1.0]


def test_parts_that_do_not_divide_still_add_up_to_the_whole() -> None:
    found = attribute(log(*(seen(f"r{at}", at) for at in range(9)), did("purchase", 20)), rule="position_based")
    millionths = (found["credit"] * 1_000_000).round().cast(pl.Int64)
    assert millionths.to_list() == [400_000, *[28_571] * 7, 400_003]
    assert millionths.sum() == 1_000_000


@pytest.mark.parametrize(("late_days", "how"), [(6.9, "touch"), (7.1, "none")])
def test_touches_outside_the_window_take_nothing(late_days: float, how: str) -> None:
    assert attribute(log(seen("r1", 0), did("purchase", late_days * 1440)))["how"].to_list() == [how]


def test_an_echo_after_the_window_is_said_to_be_late() -> None:
    found = attribute(log(seen("r1", 0), did("purchase", 8 * 1440, "r1")))
    assert found.select("echo", "how", "credit").row(0) == ("late", "none", 0.0)
    assert attribute(log(seen("r1", 0), did("purchase", 8 * 1440, "r1")), window_days=9)["how"].to_list() == ["request"]


def test_the_session_is_followed_when_a_stranger_signs_in_but_not_from_user_to_user() -> None:
    stranger = seen("r1", 0, user=None, session="s")
    assert told(attribute(log(stranger, did("purchase", 1, user=1, session="s")))) == [(2, "touch", "r1", 1.0)]
    sister = seen("r1", 0, user=2, session="s")
    assert told(attribute(log(sister, did("purchase", 1, user=1, session="s")))) == [(2, "none", None, 0.0)]
    elsewhere = seen("r1", 0, user=1, session="phone")
    assert told(attribute(log(elsewhere, did("purchase", 1, user=1, session="s")))) == [(2, "touch", "r1", 1.0)]


def test_nobody_is_never_joined_to_nobody() -> None:
    events = log(seen("r1", 0, user=None), did("purchase", 1, user=None))
    assert told(attribute(events)) == [(2, "none", None, 0.0)]


def test_unknown_requests_are_said_and_fall_back_on_the_last_touch() -> None:
    events = log(seen("r1", 0), did("click", 1, "nowhere"), did("click", 2, "nowhere", item=POT))
    found = attribute(events)
    assert found["echo"].to_list() == ["unknown", "unknown"]
    assert told(found) == [(2, "touch", "r1", 1.0), (3, "none", None, 0.0)]


def test_an_item_that_the_answer_did_not_hold_is_said() -> None:
    assert attribute(log(seen("r1", 0), did("click", 1, "r1", item=POT)))["echo"].to_list() == ["not_shown"]


def test_a_scenario_that_the_event_says_itself_is_believed_last() -> None:
    events = log(
        seen("r1", 0), did("click", 1, scenario="cart"), did("click", 1, scenario="cart", variant="v", item=POT)
    )
    found = attribute(events)
    assert list(found.select("how", "scenario", "variant", "credit").iter_rows()) == [
        ("touch", "home", None, 1.0),
        ("said", "cart", "v", 1.0),
    ]


def test_slates_stand_in_where_impressions_were_not_reported() -> None:
    slate = {"request_id": "r1", "timestamp_ms": 30 * DAY_MS, "user": 1, "item": TEA, "position": 7}
    shown = pl.DataFrame([{**dict.fromkeys(SHOWN), **slate, "scenario": "cart", "variant": "e/B"}], schema=SHOWN)
    found = attribute(log(did("click", 1, "r1"), did("purchase", 3)), shown)
    assert list(found.select("how", "position", "scenario", "variant").iter_rows()) == [
        ("request", 7, "cart", "e/B"),
        ("touch", 7, "cart", "e/B"),
    ]
    assert attribute(log(did("purchase", 3)), shown)["how"].to_list() == ["none"], "nobody says that it was seen"


def test_an_impression_is_completed_by_its_slate() -> None:
    shown = pl.DataFrame(
        [{**dict.fromkeys(SHOWN), "request_id": "r1", "timestamp_ms": 30 * DAY_MS, "item": TEA, "position": 9,
          "scenario": "cart", "variant": "e/B", "propensity": 0.5}],
        schema=SHOWN,
    )  # fmt: skip
    bare = seen("r1", 1, scenario=None, position=2)
    found = attribute(log(bare, did("click", 2, "r1")), shown).row(0, named=True)
    assert [found[name] for name in ("scenario", "variant", "propensity", "position")] == ["cart", "e/B", 0.5, 2]


def test_a_place_seen_twice_is_one_place() -> None:
    events = log(seen("r1", 0), seen("r1", 3), seen("r2", 1), did("purchase", 9))
    parts = attribute(events, rule="position_based")
    assert list(parts.select("request_id", "credit").iter_rows()) == [("r1", 0.5), ("r2", 0.5)]


def test_equal_numbers_are_one_event() -> None:
    events = log(seen("r1", 0), did("purchase", 1, "r1"))
    assert attribute(pl.concat([events, events])).equals(attribute(events))


def test_clocks_that_run_behind_or_ahead() -> None:
    behind = attribute(log(seen("r1", 0), did("click", -60, "r1")))
    assert behind["how"].to_list() == ["request"], "an echo came after its answer, whatever its clock says"
    far_behind = attribute(log(seen("r1", 0), did("click", -25 * 60, "r1")))
    assert far_behind.select("echo", "how").row(0) == ("late", "none")
    ahead = attribute(log(seen("r1", 20 * 60), did("click", 0)))
    assert ahead["how"].to_list() == ["none"], "without an echo nothing that is later leads to it"


def test_an_impression_without_a_request_is_a_touch_of_its_own() -> None:
    found = attribute(log(seen(None, 0, position=4), did("click", 1)))
    assert found.select("how", "request_id", "position", "scenario").row(0) == ("touch", None, 4, "home")


def test_frames_without_variants_and_empty_frames_are_fine() -> None:
    events = log(seen("r1", 0), did("click", 1, "r1"))
    assert attribute(events.drop("variant", "currency")).equals(attribute(events))
    empty = attribute(events.clear())
    assert (dict(empty.schema), empty.height) == (CREDITS, 0)


def test_what_is_not_allowed_is_said() -> None:
    events = log(seen("r1", 0))
    with pytest.raises(InputError, match=r"rule.*'lasttouch'.*last_touch"):
        attribute(events, rule="lasttouch")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="window_days = 0"):
        attribute(events, window_days=0)
    with pytest.raises(InputError, match="impression"):
        attribute(events, outcomes=("impression",))
    with pytest.raises(InputError, match="no column item, user"):
        attribute(events.drop("item", "user"))


event = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["impression", "impression", "click", "add_to_cart", "purchase"]),
        "at": st.integers(0, 400).map(lambda quarter: quarter * 15.0),
        "request_id": st.sampled_from([None, "r1", "r2", "r3"]),
        "user": st.sampled_from([None, 1, 2]),
        "session": st.sampled_from([None, "s1", "s2"]),
        "item": st.sampled_from([TEA, POT]),
        "value_minor": st.sampled_from([None, 100]),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(event, max_size=14), st.randoms(), st.sampled_from(["last_touch", "position_based"]))
def test_order_of_arrival_changes_nothing_and_each_outcome_counts_once(
    rows: list[Any], shuffle: Any, rule: Rule
) -> None:
    events = log(*rows)
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    found = attribute(events, rule=rule, window_days=2)
    assert attribute(events[order], rule=rule, window_days=2).equals(found)
    wanted = events.filter(pl.col("type") != EVENT_TYPES.index("impression"))["number"].to_list()
    sums = found.group_by("number", maintain_order=True).agg(pl.col("credit").sum(), pl.col("how").first())
    assert sums["number"].to_list() == wanted
    assert all(abs(credit - (how != "none")) < 1e-9 for _, credit, how in sums.iter_rows())
    early = found.filter(pl.col("how") == "touch", pl.col("shown_ms") > pl.col("timestamp_ms") + 24 * HOUR_MS)
    assert early.is_empty()


def test_impressions_are_completed_by_their_places() -> None:
    slate = {"request_id": "r1", "timestamp_ms": 30 * DAY_MS, "user": 1, "item": TEA, "position": 7, "scenario": "cart"}
    shown = pl.DataFrame([{**dict.fromkeys(SHOWN), **slate}], schema=SHOWN)
    events = log(seen("r1", 1, scenario=None, position=None, user=None), seen("r2", 2), seen(None, 3, position=4))
    found = placed(events, shown)
    assert list(found.select("number", "request_id", "user", "position", "scenario").iter_rows()) == [
        (1, "r1", None, 7, "cart"),
        (2, "r2", 1, 0, "home"),
        (3, None, 1, 4, "home"),
    ]
