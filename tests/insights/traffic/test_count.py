"""Counters that are kept while events come are what the whole log adds up to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import shopmind
from shopmind.domain import Event, Item
from shopmind.insights.traffic import count, recount
from shopmind.insights.traffic.count import batch
from shopmind.kit.clock import DAY_MS, HOUR_MS
from shopmind.shop import Shop, create

NOON = 20_000 * DAY_MS + 12 * HOUR_MS
NAMES = ("people", "items", "echoes", "answers")


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Shop]:
    """Two goods and nobody."""
    with create(tmp_path / "shop", name="bare", encoder="none", attribution_days=2.0) as shop:
        shop.catalogue.put([Item("tea"), Item("pot")])
        yield shop


def counted(shop: Shop) -> dict[str, pl.DataFrame]:
    return {name: shop.folder.database.counters.table(name) for name in NAMES}


def assert_exact(shop: Shop) -> None:
    expected = batch(shop)
    for name, found in counted(shop).items():
        assert_frame_equal(found, expected[name])


def people(shop: Shop) -> dict[tuple[str, str, str], float]:
    rows = shop.folder.database.counters.sums("people", ("scenario", "variant")).iter_rows()
    return {(scenario, variant, figure): value / 1_000_000 for scenario, variant, figure, value in rows}


def seen(event_id: str, at_ms: int = NOON, **more: Any) -> Event:
    return Event(event_id, "impression", at_ms, **{"item_id": "tea", "scenario": "home", "request_id": "r", **more})


def test_what_followed_by_hand(bare: Shop) -> None:
    bare.events.append(
        [
            seen("1", user_id="u", variant="layout/B"),
            seen("2", user_id="u", variant="layout/B", item_id="pot", position=1),
            Event("3", "click", NOON + 1, user_id="u", item_id="tea", request_id="r"),
            Event("4", "purchase", NOON + 2, user_id="u", item_id="tea", value_minor=250),
            Event("5", "purchase", NOON + 3, user_id="v", item_id="tea", value_minor=100, currency="EUR"),
            Event("6", "click", NOON + 3, session_id="s", item_id="pot", request_id="nowhere"),
            Event("7", "search", NOON + 3, session_id="s", query="tea"),
        ]
    )
    assert count(bare).counted == 7
    assert people(bare) == {
        ("", "", "click"): 1,
        ("", "", "purchase"): 1,
        ("", "", "revenue:EUR"): 100,
        ("home", "layout/B", "click"): 1,
        ("home", "layout/B", "impression"): 2,
        ("home", "layout/B", "purchase"): 1,
        ("home", "layout/B", "revenue:USD"): 250,
    }
    echoes = bare.folder.database.counters.table("echoes")
    assert echoes.select("figure", "value").rows() == [("unknown", 1_000_000)]
    assert_exact(bare)


def test_counting_again_counts_nothing_again(bare: Shop) -> None:
    bare.events.append([seen("1"), Event("2", "click", NOON, item_id="tea", request_id="r")])
    count(bare)
    before = people(bare)
    assert count(bare).counted == 0
    bare.events.append([seen("1"), Event("2", "click", NOON, item_id="tea", request_id="r")])
    count(bare)
    assert people(bare) == before


def test_an_impression_that_comes_late_takes_the_click_from_nobody(bare: Shop) -> None:
    bare.events.append([Event("1", "click", NOON + 5, user_id="u", item_id="tea", request_id="r")])
    count(bare)
    assert people(bare) == {("", "", "click"): 1}
    bare.events.append([Event("2", "purchase", NOON + 9, user_id="u", item_id="tea")])
    count(bare)
    bare.events.append([seen("3")])
    count(bare)
    assert people(bare) == {
        ("home", "", "click"): 1,
        ("home", "", "impression"): 1,
        ("home", "", "purchase"): 1,
    }
    assert bare.folder.database.counters.table("echoes").is_empty()


def test_answers_are_counted_with_their_times_and_categories(shop: Shop) -> None:
    slates = [shop.recommend("home", user="u01", n=4), shop.recommend("home", user="u02", n=4)]
    shop._slates.flush()
    count(shop)
    found = dict(shop.folder.database.counters.sums("answers", ()).rows())
    assert (found["answers"], found["timed"]) == (2, 2)
    assert sum(value for figure, value in found.items() if figure.startswith("took:")) == 2
    assert 0 < found["pairs_differing"] <= found["pairs"] == sum(len(s.hits) * (len(s.hits) - 1) for s in slates)
    assert_exact(shop)


def test_the_tiny_shop_counts_exactly_in_blocks_of_any_size(shop: Shop) -> None:
    count(shop, block=70)
    assert_exact(shop)
    whole = counted(shop)
    recount(shop)
    for name, found in counted(shop).items():
        assert_frame_equal(found, whole[name])


def test_another_window_is_counted_anew(shop_folder: Path) -> None:
    with shopmind.open(shop_folder, attribution_days=30.0) as shop:
        count(shop)
        wide = people(shop)
    with shopmind.open(shop_folder, attribution_days=0.001) as shop:
        count(shop)
        assert people(shop) != wide
        assert_exact(shop)


def test_an_erased_user_stays_in_the_sums_and_a_recount_leaves_them_out(shop: Shop) -> None:
    count(shop)
    before = people(shop)
    number = int(shop.users.numbers([shop.pseudonyms.user("u01")])[0])
    assert number in shop.folder.database.counters.table("people")["subject"].to_list()
    shop.forget("u01")
    count(shop)
    assert people(shop) == before
    assert number not in shop.folder.database.counters.table("people")["subject"].to_list()
    recount(shop)
    assert people(shop) != before
    assert_exact(shop)


def test_patience_ends_between_blocks_and_says_what_is_left(shop: Shop) -> None:
    first = count(shop, patience_s=0.0, block=50)
    assert (first.counted, first.mark) == (50, 50)
    assert first.behind == shop.events.last_number() - 50
    assert count(shop).behind == 0


def test_a_time_in_the_future_or_before_is_counted_on_its_own_day(bare: Shop) -> None:
    bare.events.append([seen("1"), Event("2", "click", NOON + DAY_MS, item_id="tea", request_id="r")])
    count(bare)
    bare.events.append([Event("3", "click", NOON - DAY_MS, item_id="tea", request_id="r")])
    count(bare)
    clicks = bare.folder.database.counters.sums("people", ("day", "scenario")).filter(pl.col("figure") == "click")
    assert clicks.select("day", "scenario").rows() == [(19_999, "home"), (20_001, "home")]
    assert_exact(bare)


moment = st.integers(0, 40).map(lambda step: NOON + step * 3 * HOUR_MS)
a_request = st.sampled_from([None, "r1", "r2", "r3"])
an_event = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["impression", "impression", "click", "view", "purchase", "rate"]),
        "timestamp_ms": moment,
        "user_id": st.sampled_from([None, "u", "v"]),
        "session_id": st.sampled_from([None, "s", "t"]),
        "item_id": st.sampled_from(["tea", "pot"]),
        "request_id": a_request,
        "scenario": st.sampled_from([None, "home", "cart"]),
        "variant": st.sampled_from([None, "e/B"]),
        "value_minor": st.sampled_from([None, 7]),
    }
)
a_slate = st.tuples(
    st.sampled_from(["r1", "r2", "r3"]),
    st.fixed_dictionaries(
        {
            "scenario": st.just("cart"),
            "at_ms": moment,
            "user_id": st.sampled_from([None, "u"]),
            "session_id": st.just("s"),
            "items": st.sampled_from([["tea"], ["pot", "tea"], []]),
            "offset": st.just(0),
            "variant": st.sampled_from([None, "e/B"]),
            "took_ms": st.just(3.0),
        }
    ),
)
pieces = st.lists(st.tuples(st.lists(an_event, max_size=5), st.lists(a_slate, max_size=1)), max_size=6)
rule = st.sampled_from(["last_touch", "position_based"])
block = st.sampled_from([1, 3, 100])


def assert_exact_all_along(folder: Path, pieces: list[Any], rule: str, block: int) -> None:
    with create(folder, name="bare", encoder="none", attribution_days=2.0, attribution=rule) as shop:
        shop.catalogue.put([Item("tea", categories=("a",)), Item("pot", categories=("b",))])
        written: set[str] = set()
        for at, (rows, slates) in enumerate(pieces):
            shop.events.append([Event(f"e{at}-{i}", **row) for i, row in enumerate(rows)])
            for request_id, body in slates:
                if request_id not in written:
                    shop.records.put("slate", request_id, body)
                    written.add(request_id)
            count(shop, block=block)
        assert_exact(shop)


@settings(max_examples=8, deadline=None)
@given(pieces=pieces, rule=rule, block=block)
def test_counters_are_equal_to_a_recount_whatever_comes_in_whatever_order(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[Any], rule: str, block: int
) -> None:
    assert_exact_all_along(tmp_path_factory.mktemp("shop") / "shop", pieces, rule, block)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(pieces=pieces, rule=rule, block=block)
def test_counters_are_equal_to_a_recount_of_five_hundred_logs(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[Any], rule: str, block: int
) -> None:
    assert_exact_all_along(tmp_path_factory.mktemp("shop") / "shop", pieces, rule, block)
