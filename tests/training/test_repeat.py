from __future__ import annotations

import numpy as np
import pytest

from shopmind.domain import History
from shopmind.kit.clock import DAY_MS
from shopmind.training.purchases import counts, log_shares, of_items, rebuy_rates
from shopmind.training.recipe import Tables
from shopmind.training.repeat import COLUMNS, columns, orders_of
from shopmind.training.timeline import Timeline

NOW_MS = 400 * DAY_MS


def history(rows: list[tuple[int, int, float, float]]) -> History:
    """Rows of (order, item, age in days, pieces)."""
    order, item, age, pieces = (np.array(column) for column in zip(*rows, strict=True))
    times = NOW_MS - (age * DAY_MS).astype(np.int64)
    lines = History(
        item.astype(np.int64),
        np.full(len(rows), 7, np.int8),
        times,
        pieces.astype(np.float32),
        order.astype(np.int64),
        np.arange(len(rows)),
    )
    return lines.take(np.argsort(times, kind="stable"))


# order 10 forty days ago {1, 2}, order 5 twenty days ago {1}, order 7 today {1, 3}; 3 came as two lines
THREE = history([(10, 1, 40, 1), (10, 2, 40, 4), (5, 1, 20, 1), (7, 1, 0, 25), (7, 3, 0, 1), (7, 3, 0, 1)])


def test_orders_are_ranked_from_the_latest_and_lines_of_one_item_are_one() -> None:
    orders = orders_of(THREE, NOW_MS)
    assert orders.items.tolist() == [1, 2, 3]
    by_name = dict(zip([5, 7, 10], zip(orders.ranks, orders.sizes, orders.ages_days, strict=True), strict=True))
    assert by_name == {7: (0, 2, 0.0), 5: (1, 1, 20.0), 10: (2, 2, 40.0)}
    assert orders.summed(np.ones(len(orders.item))).tolist() == [3, 1, 1]
    assert orders.summed(orders.quantities).tolist() == [27, 4, 2]


def test_the_share_of_orders_is_worked_by_hand() -> None:
    orders = orders_of(THREE, NOW_MS)
    # half-life of one order: weights 1, 1/2, 1/4
    np.testing.assert_allclose(orders.share(1), [1, 0.25 / 1.75, 1 / 1.75])


def test_the_columns_are_worked_by_hand() -> None:
    found = columns(orders_of(THREE, NOW_MS), np.array([2, 3, 9]))
    assert tuple(found) == COLUMNS
    weight = 0.5 ** (np.arange(3) / 2)
    share = np.array([weight[2], weight[0], 0]) / weight.sum()
    np.testing.assert_allclose(found["repeat_last_2"], np.log((share + 0.002) / 0.002), rtol=1e-5)
    age = 0.5 ** (np.array([0, 20, 40]) / 14)
    share = np.array([age[2], age[0], 0]) / age.sum()
    np.testing.assert_allclose(found["repeat_days_14"], np.log((share + 0.002) / 0.002), rtol=1e-5)
    weight = 0.5 ** (np.arange(3) / 20)
    share = np.array([weight[2] / 2, weight[0] / 2, 0]) / weight.sum()
    np.testing.assert_allclose(found["repeat_small_orders"], np.log((share + 0.0005) / 0.0005), rtol=1e-5)
    assert found["repeat_own"].tolist() == [1, 1, 0]
    assert found["repeat_once"].tolist() == [1, 1, 0]
    np.testing.assert_allclose(found["repeat_pieces"], [np.log(4), np.log(2), 0], rtol=1e-6)


def test_many_pieces_count_as_ten() -> None:
    found = columns(orders_of(THREE, NOW_MS), np.array([1]))
    np.testing.assert_allclose(found["repeat_pieces"], [np.log((1 + 1 + 10) / 3)], rtol=1e-6)


def test_nobody_has_bought_anything_without_a_history() -> None:
    found = columns(orders_of(History.empty(), NOW_MS), np.array([1, 2]))
    assert {name: column.tolist() for name, column in found.items()} == {name: [0, 0] for name in COLUMNS}


def test_old_orders_never_say_more_than_a_share_of_a_twentieth() -> None:
    long_ago = history([(1, 1, 300, 1)])
    share = 0.5 ** (300 / 14) / 0.05
    found = columns(orders_of(long_ago, NOW_MS), np.array([1]))
    np.testing.assert_allclose(found["repeat_days_14"], [np.log((share + 0.002) / 0.002)], rtol=1e-4)


def test_rebuy_rates_are_worked_by_hand(three_orders: Tables) -> None:
    rates = rebuy_rates(Timeline(three_orders.events, ("purchase",)), 5)
    # user 2 had one more order after the one with 1 and 2, and 1 was in it: one rebuy in two chances
    mean = 1 / 2
    np.testing.assert_allclose(np.exp(rates[1]) * mean, (1 + 20 * mean) / (1 + 20), rtol=1e-5)
    np.testing.assert_allclose(np.exp(rates[2]) * mean, (0 + 20 * mean) / (1 + 20), rtol=1e-5)
    np.testing.assert_allclose(rates[[0, 3, 4]], 0, atol=1e-6)


def test_shares_of_lines_are_worked_by_hand(three_orders: Tables) -> None:
    lines = counts(Timeline(three_orders.events, ("purchase",)), 5, three_orders.now_ms - 25 * DAY_MS)
    assert lines.tolist() == [0, 2, 1, 0, 1]
    np.testing.assert_allclose(log_shares(lines), np.log(np.array([0, 2, 1, 0, 1]) / 4e-6 + 1), rtol=1e-5, atol=1e-5)


def test_an_item_newer_than_a_table_reads_what_number_zero_holds() -> None:
    assert of_items(np.array([9, 1, 2], np.float32), np.array([2, 3, 1])).tolist() == [2, 9, 1]


def test_a_case_is_what_came_before_and_the_whole_next_order(three_orders: Tables) -> None:
    line = Timeline(three_orders.events, ("purchase",))
    randomness = np.random.default_rng(0)
    start = three_orders.now_ms - 15 * DAY_MS
    (case,) = line.cases(start, start + 28 * DAY_MS, 10, randomness)
    assert (case.user, case.history.items.tolist(), case.next.tolist()) == (2, [1, 2], [1, 4])
    assert list(line.cases(start, start + 1 * DAY_MS, 10, randomness)) == []
    assert line.of(2).items.tolist() == [1, 2, 1, 4]
    assert line.before(start).users.tolist() == [1, 1, 1, 2, 2]


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_customers_are_taken_than_are_asked_for(make_log, most: int) -> None:
    rows = [("purchase", float(age), user, 1, 10 * user + age) for user in range(1, 6) for age in (5, 1)]
    cases = Timeline(make_log(rows), ("purchase",)).cases(NOW_MS - 2 * DAY_MS, NOW_MS, most, np.random.default_rng(0))
    assert len(list(cases)) == most
