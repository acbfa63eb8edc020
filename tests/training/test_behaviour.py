"""What customers will do: columns by hand, nothing of the future in them, and planted habits found again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from shopmind.domain import EVENT_TYPES
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.metrics.calibration import expected_calibration_error
from shopmind.metrics.discrimination import auc
from shopmind.training.behaviour.cases import action_cases, cutoffs, purchase_cases, windows
from shopmind.training.behaviour.doings import Doings, usual_prices
from shopmind.training.behaviour.evidence import GROUPS, Evidence
from shopmind.training.behaviour.foresight import Foreseen, Foresight
from shopmind.training.behaviour.heads import Softmax, logistic, multinomial, platt
from shopmind.training.behaviour.recipe import BehaviourRecipe
from shopmind.training.recipe import Tables
from shopmind.training.timeline import Timeline

NOW_MS = 400 * DAY_MS
ONES = np.ones(50, np.float32)

MakeLog = Callable[..., pl.DataFrame]


def columns_at(log: pl.DataFrame, age_days: float) -> dict[str, np.ndarray]:
    doings = Doings.of_events(log, ONES)
    moments = np.full(len(doings), NOW_MS - int(age_days * DAY_MS), np.int64)
    return Evidence(doings).columns(moments)


@pytest.fixture(scope="module")
def shop(make_log: MakeLog, make_shelf: Callable[[int], Any]) -> Tables:
    """300 customers over 360 days: half buy about every 6 days, half about every 45; half of those fell silent. Before
    three of four purchases there is a view, and always a cart."""
    randomness = np.random.default_rng(4)
    rows = []
    order = 0
    for user in range(1, 301):
        gap = 6 if user % 2 else 45
        age = 360 - randomness.uniform(0, gap)
        silent_after = 150 if user % 4 == 0 else 0
        while age > silent_after:
            order += 1
            item = int(randomness.integers(1, 40))
            if randomness.random() < 0.75:
                rows.append(("view", age, user, item, 10_000 + order))
            rows.append(("add_to_cart", age - 0.01, user, item, 20_000 + order))
            rows.append(("purchase", age - 0.02, user, item, order))
            age -= gap * randomness.uniform(0.5, 1.5)
    return Tables(make_log([row for row in rows if row[1] > 0]), make_shelf(41), NOW_MS)


def test_the_columns_are_worked_by_hand(make_log: MakeLog) -> None:
    """Order 1 of two lines 30 days ago, order 2 of one line 20 days ago, a cart 12 days ago; read as of 10 days ago."""
    log = make_log(
        [
            ("purchase", 30, 1, 1, 1),
            ("purchase", 30, 1, 2, 1),
            ("purchase", 20, 1, 1, 2),
            ("add_to_cart", 12, 1, 3, 3),
            ("purchase", 5, 1, 4, 4),
        ]
    )
    found = {name: float(np.expm1(column[0])) for name, column in columns_at(log, 10).items()}
    assert found["recency"] == pytest.approx(10, rel=1e-4)
    assert found["tenure"] == pytest.approx(20, rel=1e-4)
    assert found["orders"] == pytest.approx(2, rel=1e-4)
    assert found["orders_7"] == pytest.approx(0)
    assert found["orders_28"] == pytest.approx(2, rel=1e-4)
    assert found["lines"] == pytest.approx(1.5, rel=1e-4)
    assert found["gap"] == pytest.approx((10 + 28) / 2, rel=1e-4)
    assert found["gap_last"] == pytest.approx(10, rel=1e-4)
    assert found["overdue"] == pytest.approx(10 / 19, rel=1e-4)
    assert found["rate"] == pytest.approx(28 * 3 / 48, rel=1e-4)
    assert found["cart"] == pytest.approx(1, rel=1e-4)
    assert found["since"] == pytest.approx(2 * 24 * 60, rel=1e-4)
    raw = columns_at(log, 10)
    assert raw["new"][0] == pytest.approx(2 / 3)
    assert raw["last_add_to_cart"][0] == 1
    assert raw["last_purchase"][0] == 0


def test_a_user_who_never_bought_has_columns_without_nan(make_log: MakeLog) -> None:
    found = columns_at(make_log([("view", 3, 1, 1, 1)]), 0)
    assert all(np.isfinite(column).all() for column in found.values())
    assert np.expm1(found["recency"][0]) == pytest.approx(3650, rel=1e-3)


def test_what_comes_after_the_moment_changes_no_column(shop: Tables) -> None:
    moment = NOW_MS - 100 * DAY_MS
    past = shop.events.filter(pl.col("timestamp_ms") < moment)
    read = [Doings.of_events(events, ONES) for events in (shop.events, past)]
    whole, early = (purchase_cases(doings, Evidence(doings), moment) for doings in read)
    np.testing.assert_array_equal(whole.matrix, early.matrix)
    assert np.isinf(early.outcome).all()
    assert np.isfinite(whole.outcome).any()


def test_one_history_is_read_as_in_the_whole_log(shop: Tables) -> None:
    doings = Doings.of_events(shop.events, ONES)
    moments = np.full(len(doings), NOW_MS - 60 * DAY_MS, np.int64)
    whole = Evidence(doings).columns(moments)
    for row in (0, 7, 100):
        history = Timeline(shop.events).of(int(doings.users[row])).before(int(moments[0]))
        alone = Evidence(Doings.of_history(history, ONES)).columns(moments[:1])
        for name, column in alone.items():
            np.testing.assert_allclose(column[0], whole[name][row], rtol=1e-5, err_msg=name)


def test_the_days_to_the_next_purchase_are_worked_by_hand(make_log: MakeLog) -> None:
    log = make_log([("purchase", 30, 1, 1, 1), ("view", 9, 1, 1, 2), ("purchase", 4, 1, 1, 3), ("view", 12, 2, 1, 4)])
    doings = Doings.of_events(log, ONES)
    cases = purchase_cases(doings, Evidence(doings), NOW_MS - 10 * DAY_MS)
    assert cases.outcome.tolist() == [6.0, np.inf]


def test_no_outcome_that_is_learned_from_reaches_beyond_the_held_out_moment() -> None:
    held, moments = cutoffs(0, 200 * DAY_MS, 28, step_days=14, most=8)
    assert held == 172 * DAY_MS
    assert moments[0] + 28 * DAY_MS == held
    assert moments == [(144 - 14 * step) * DAY_MS for step in range(8)]
    assert cutoffs(0, 80 * DAY_MS, 28, step_days=14, most=8)[1] == []


def test_the_next_action_is_the_one_after_a_drawn_event(make_log: MakeLog) -> None:
    log = make_log([("view", 9, 1, 1, 1), ("add_to_cart", 8, 1, 1, 2), ("purchase", 8, 1, 1, 3), ("view", 20, 2, 1, 4)])
    doings = Doings.of_events(log, ONES)
    begin, end = NOW_MS - int(9.5 * DAY_MS), NOW_MS - int(8.5 * DAY_MS)
    cases = action_cases(doings, Evidence(doings), begin, end, 0)
    assert cases.rows.tolist() == [0]
    assert cases.outcome.tolist() == [list(GROUPS).index("add_to_cart")]
    long_ago = NOW_MS - 21 * DAY_MS
    assert len(action_cases(doings, Evidence(doings), long_ago, long_ago + 2 * DAY_MS, 0)) == 0
    assert list(windows(0, 60 * DAY_MS, days=28, most=9)) == [
        (32 * DAY_MS, 60 * DAY_MS),
        (4 * DAY_MS, 32 * DAY_MS),
    ]


def test_a_logistic_model_finds_the_odds_of_two_groups() -> None:
    """8 of 10 in one group and 2 of 10 in the other: log-odds of ln 4 and -ln 4."""
    column = np.repeat([0.0, 1.0], 10).astype(np.float32)[:, None]
    happened = np.array([1] * 8 + [0] * 2 + [1] * 2 + [0] * 8, np.float64)
    odds = logistic(column, happened, 0.0).log_odds(column)[:, 0]
    assert odds[0] == pytest.approx(np.log(4), abs=1e-2)
    assert odds[-1] == pytest.approx(-np.log(4), abs=1e-2)


def test_classes_are_foreseen_in_their_shares_where_nothing_tells_them_apart() -> None:
    model = multinomial(np.zeros((10, 1), np.float32), np.array([0] * 5 + [1] * 3 + [2] * 2), 3, 1.0)
    odds = model.log_odds(np.zeros((1, 1), np.float32))[0]
    np.testing.assert_allclose(np.exp(odds) / np.exp(odds).sum(), [0.5, 0.3, 0.2], atol=1e-3)


def test_calibration_takes_back_what_was_said_too_loudly() -> None:
    randomness = np.random.default_rng(0)
    true = randomness.normal(0, 1.5, 20_000)
    happened = (randomness.random(20_000) < expit(true)).astype(np.float64)
    slope, shift = platt(2 * true + 1, happened)
    assert slope == pytest.approx(0.5, abs=0.03)
    assert shift == pytest.approx(-0.5, abs=0.05)


def test_an_order_that_is_upside_down_is_not_turned_round() -> None:
    odds = np.linspace(-2, 2, 100)
    slope, _ = platt(odds, (odds < 0).astype(np.float64))
    assert slope == 0


def test_the_median_lies_between_two_horizons() -> None:
    """.2 within 7 days and .6 within 28: half is reached after 7 + 21 · .3 / .4 days."""
    found = Foreseen(np.array([7, 28]), np.array([[0.2, 0.6], [0.1, 0.4], [0.8, 0.9]]), (), np.zeros((3, 0))).quantile()
    np.testing.assert_allclose(found, [7 + 21 * 0.75, np.nan, 7 * 0.5 / 0.8])


def test_planted_habits_are_foreseen_and_mean_what_they_say(shop: Tables) -> None:
    cut = NOW_MS - 56 * DAY_MS
    past = replace(shop, events=shop.events.filter(pl.col("timestamp_ms") < cut), now_ms=cut)
    options = BehaviourRecipe.Options(at_least=100)
    fitted = BehaviourRecipe().fit(past, options, seed=0, progress=silent)
    model = Foresight.of_arrays(fitted.arrays, fitted.figures)
    doings = Doings.of_events(shop.events, model.prices)
    asked = purchase_cases(doings, Evidence(doings), cut)
    found = model.of(doings, np.full(len(doings), cut, np.int64))
    assert (np.diff(found.purchase, axis=1) >= 0).all()
    for place, days in enumerate(found.days.tolist()):
        happened = (asked.outcome < days).astype(np.float64)
        said = found.purchase[asked.rows, place]
        assert auc(said, happened) > 0.85, days
        assert expected_calibration_error(said, happened, bins=5) < 0.1, days
    frequent, silent_ones = doings.users % 2 == 1, doings.users % 4 == 0
    assert np.nanmedian(found.quantile()[frequent]) < 7
    assert found.purchase[silent_ones, -1].mean() < 0.2
    assert set(found.actions) == {"view", "add_to_cart", "purchase"}
    np.testing.assert_allclose(found.next_action.sum(axis=1), 1.0)
    assert fitted.figures["action"]["log_loss"] < 0.7 * fitted.figures["action"]["log_loss_of_shares"]


def test_equal_seeds_make_equal_heads(shop: Tables) -> None:
    options = BehaviourRecipe.Options(days=(7,), moments=2, trees=10, at_least=50)
    first, second = (BehaviourRecipe().fit(shop, options, seed=1, progress=silent) for _ in range(2))
    assert first.figures == second.figures
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(array, second.arrays[name])


def test_a_young_log_and_one_without_purchases_say_what_is_missing(shop: Tables, empty_shop: Tables) -> None:
    def fit(tables: Tables) -> None:
        BehaviourRecipe().fit(tables, BehaviourRecipe.Options(), seed=0, progress=silent)

    with pytest.raises(NotReadyError, match="the log is empty"):
        fit(empty_shop)
    young = replace(shop, events=shop.events.filter(pl.col("timestamp_ms") > NOW_MS - 30 * DAY_MS))
    with pytest.raises(NotReadyError, match="too short for 56 days twice"):
        fit(young)
    views = shop.events.with_columns(type=pl.lit(EVENT_TYPES.index("view"), pl.Int8))
    with pytest.raises(NotReadyError, match="of each outcome are needed"):
        fit(replace(shop, events=views))


def test_prices_are_means_in_units_of_the_mean_line(make_log: MakeLog) -> None:
    log = make_log([("purchase", 3, 1, 1, 1), ("purchase", 2, 1, 1, 2), ("purchase", 1, 1, 2, 3)])
    log = log.with_columns(value_minor=pl.Series([100, 300, 800]))
    np.testing.assert_allclose(usual_prices(log, 4), [1, 200 / 400, 800 / 400, 1])


def test_softmax_of_two_outcomes_has_one_row() -> None:
    assert Softmax(np.array([[2.0, -1.0]])).log_odds(np.array([[1.0]], np.float32)).tolist() == [[1.0]]
