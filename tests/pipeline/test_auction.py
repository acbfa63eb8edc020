"""The auctions: worked by hand, and what must hold whatever is bid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopmind.domain.ad import AdTerms
from shopmind.kit.clock import DAY_MS, HOUR_MS
from shopmind.pipeline.ads.auction import AUCTION_KINDS, Outcome, auction, examined
from shopmind.pipeline.ads.pacing import in_hours, participation, planned_of_day
from shopmind.stores.ledger import Account

BIDS = np.array([1_000, 3_000, 2_000])
CHANCES = np.array([0.1, 0.02, 0.05])


def run(kind: Any, bids: Any = BIDS, chances: Any = CHANCES, places: int = 2, **more: Any) -> Outcome:
    return auction(np.array(bids), np.array(chances), examined(places, 0.5), kind=kind, **more)


class TestByHand:
    def test_scores_are_100_60_and_100_and_the_tie_goes_by_row(self) -> None:
        # bids times chances: 100, 60, 100
        assert run("gsp").rows.tolist() == [0, 2]

    def test_a_generalised_second_price(self) -> None:
        # the first ties with 100 behind: 100 / 0.1; the second with 60: 60 / 0.05
        won = run("gsp")
        assert won.prices.tolist() == [1_000, 1_200]
        np.testing.assert_allclose(won.payments, [100, 1_200 * 0.05 * 0.5])

    def test_what_the_others_lose(self) -> None:
        # place 2 pays 60; place 1: (1 - 0.5) * 100 + 0.5 * 60 = 80, so 80 / 0.1 a click
        assert run("vcg").prices.tolist() == [800, 1_200]

    def test_the_first_price_is_the_bid(self) -> None:
        assert run("first").prices.tolist() == [1_000, 2_000]

    def test_who_is_alone_pays_the_reserve(self) -> None:
        for kind in ("gsp", "vcg"):
            assert run(kind, [1_000], [0.1], reserve=30.0).prices.tolist() == [300]
            assert run(kind, [1_000], [0.1]).prices.tolist() == [1]

    def test_quality_moves_the_order_and_the_price(self) -> None:
        won = run("gsp", [1_000, 1_000], [0.1, 0.1], quality=np.array([0.5, 1.0]))
        assert won.rows.tolist() == [1, 0]
        assert won.prices.tolist() == [500, 1]

    def test_nobody_and_no_place(self) -> None:
        for kind in AUCTION_KINDS:
            assert len(run(kind, [], []).rows) == len(run(kind, places=0).rows) == 0
            assert len(run(kind, [1_000, 50], [0.0, float("nan")]).rows) == 0


cases = st.lists(st.tuples(st.integers(1, 100_000), st.floats(1e-4, 1.0), st.floats(0.05, 1.0)), min_size=1, max_size=7)
places = st.integers(1, 5)
reserves = st.floats(0, 500)


def split(case: list[tuple[int, float, float]]) -> tuple[Any, Any, Any]:
    bids, chances, quality = (np.array(each) for each in zip(*case, strict=True))
    return bids, chances, quality


@pytest.mark.parametrize("kind", AUCTION_KINDS)
@settings(max_examples=60, deadline=None)
@given(cases, places, reserves)
def test_no_price_is_above_the_bid_and_all_is_above_the_reserve(kind: Any, case: Any, n: int, reserve: float) -> None:
    bids, chances, quality = split(case)
    won = auction(bids, chances, examined(n, 0.7), kind=kind, quality=quality, reserve=reserve)
    assert len(won.rows) <= n
    assert (won.prices <= bids[won.rows]).all(), "who takes part must not lose"
    assert (won.prices >= 1).all()
    worth = (chances * quality)[won.rows]
    assert (won.prices * worth >= reserve - 1e-6).all(), "the reserve is paid"
    scores = (bids * chances * quality)[won.rows]
    assert (np.diff(scores) <= 1e-9).all()
    left_out = np.setdiff1d(np.arange(len(bids)), won.rows)
    better = (bids * chances * quality)[left_out]
    assert len(won.rows) == n or not (better >= max(reserve, 1e-300)).any(), "a place stayed empty that somebody wanted"


@pytest.mark.parametrize("kind", AUCTION_KINDS)
@settings(max_examples=60, deadline=None)
@given(cases, places, reserves, st.integers(1, 100_000))
def test_a_higher_bid_never_gets_a_worse_place(kind: Any, case: Any, n: int, reserve: float, more: int) -> None:
    bids, chances, quality = split(case)

    def place_of(bid: int) -> int:
        tried = bids.copy()
        tried[0] = bid
        won = auction(tried, chances, examined(n, 0.7), kind=kind, quality=quality, reserve=reserve)
        return won.rows.tolist().index(0) if 0 in won.rows else n

    assert place_of(int(bids[0]) + more) <= place_of(int(bids[0]))


@settings(max_examples=100, deadline=None)
@given(cases, places, reserves, st.integers(1, 100_000))
def test_under_vcg_no_other_bid_gains_more_than_the_truth(case: Any, n: int, reserve: float, other: int) -> None:
    values, chances, quality = split(case)
    x = examined(n, 0.7)

    def gain(bid: int) -> float:
        tried = values.copy()
        tried[0] = bid
        won = auction(tried, chances, x, kind="vcg", quality=quality, reserve=reserve)
        if 0 not in won.rows:
            return 0.0
        at = won.rows.tolist().index(0)
        return float(x[at] * chances[0] * (values[0] - won.prices[at]))

    rounding = float(chances[0])  # prices are whole mills: at most one a click
    assert gain(other) <= gain(int(values[0])) + rounding + 1e-6


def test_under_gsp_lying_can_gain_so_the_property_is_not_idle() -> None:
    # scores 100, 99, 10 and places 1, 0.9: the first pays 99 for 1, or 10 for 0.9
    bids, x = np.array([100, 99, 10]), np.array([1.0, 0.9])
    truth = auction(bids, np.ones(3), x, kind="gsp")
    shy = auction(np.array([98, 99, 10]), np.ones(3), x, kind="gsp")
    assert x[1] * (100 - shy.prices[1]) > x[0] * (100 - truth.prices[0])


@settings(max_examples=60, deadline=None)
@given(cases, places, reserves)
def test_vcg_never_takes_more_than_gsp(case: Any, n: int, reserve: float) -> None:
    bids, chances, quality = split(case)
    x = examined(n, 0.7)
    gsp, vcg = (auction(bids, chances, x, kind=kind, quality=quality, reserve=reserve) for kind in ("gsp", "vcg"))
    np.testing.assert_array_equal(gsp.rows, vcg.rows)
    assert (vcg.prices <= gsp.prices).all()


TERMS = AdTerms("a", "cpc", 10, 1_000, daily=240)
NOON = 20_000 * DAY_MS + 12 * HOUR_MS


class TestPacing:
    def test_half_of_the_day_is_half_of_the_plan(self) -> None:
        assert planned_of_day(NOON, None) == pytest.approx(0.5)
        assert planned_of_day(NOON, (10, 14)) == pytest.approx(0.5)
        assert planned_of_day(NOON, (22, 6)) == pytest.approx(6 / 8)

    def test_the_plan_follows_the_visits(self) -> None:
        evening = (0.0,) * 18 + (1 / 6,) * 6
        assert planned_of_day(NOON, None, evening) == 0
        assert planned_of_day(NOON + 9 * HOUR_MS, None, evening) == pytest.approx(0.5)

    def test_who_is_ahead_takes_part_less_and_at_last_no_more(self) -> None:
        spent = [participation(TERMS, Account(spent_today=each), NOON, 0.05) for each in (100, 120, 126, 132, 200)]
        np.testing.assert_allclose(spent, [1, 1, 0.5, 0, 0], atol=1e-9)

    def test_a_flight_is_paced_over_its_time(self) -> None:
        flight = AdTerms("a", "cpc", 10, 1_000, starts_ms=NOON - DAY_MS, ends_ms=NOON + 3 * DAY_MS)
        assert participation(flight, Account(spent=250), NOON, 0.1) == pytest.approx(1)
        assert participation(flight, Account(spent=300), NOON, 0.1) == pytest.approx(0.5)

    def test_a_day_of_more_visits_than_money_is_spent_along_the_plan(self) -> None:
        random, spent, by_noon = np.random.default_rng(1), 0, 0
        for now_ms in range(NOON - DAY_MS // 2, NOON + DAY_MS // 2, 60_000):
            by_noon = spent if now_ms < NOON else by_noon
            chance = participation(TERMS, Account(spent_today=spent), now_ms, 0.05)
            if random.random() < chance and spent + 1 <= 240:
                spent += 1
        assert 225 <= spent <= 240
        assert 115 <= by_noon <= 240 * 0.55 + 1

    def test_an_open_budget_is_spent_as_it_comes(self) -> None:
        assert participation(AdTerms("a", "cpc", 10, 1_000), Account(spent=999), NOON, 0.05) == 1

    def test_hours_may_run_over_midnight(self) -> None:
        assert [hour for hour in range(24) if in_hours(hour, (22, 2))] == [0, 1, 22, 23]
        assert [hour for hour in range(24) if in_hours(hour, (8, 10))] == [8, 9]

    @settings(max_examples=100, deadline=None)
    @given(st.integers(0, DAY_MS - 1), st.integers(0, DAY_MS - 1), st.integers(0, 23), st.integers(1, 24))
    def test_a_plan_never_falls_and_ends_with_all(self, one: int, other: int, first: int, last: int) -> None:
        hours = None if first == last else (first, last)
        early, late = (planned_of_day(20_000 * DAY_MS + each, hours) for each in sorted((one, other)))
        assert 0 <= early <= late + 1e-12 <= 1 + 1e-9
        assert planned_of_day(20_001 * DAY_MS - 1, hours) == pytest.approx(1, abs=1e-6)
