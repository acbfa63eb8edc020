"""What is measured of goods that stand in: the figures by hand, and who is asked about what."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from benchmarks import substitutes, substitutes_switches
from benchmarks.substitutes_switches import Switch
from shopmind.kit.clock import DAY_MS

CASE = substitutes.Case("ssd", 9, np.array([1, 2]), np.array([3, 4]))


def test_the_order_of_the_rated_goods_is_as_worked_by_hand() -> None:
    rest = np.array([4, 2, 3, 1])
    ideal = 1 + 1 / np.log2(3)
    assert substitutes.in_the_pool(np.array([1, 3]), CASE, rest) == pytest.approx((1 + 1 / np.log2(5)) / ideal)
    assert substitutes.in_the_pool(np.array([2, 1, 4, 3]), CASE, rest) == pytest.approx(1.0)


def test_what_a_system_does_not_bring_stands_last_and_without_a_wrong_good_there_is_no_order_to_tell() -> None:
    nothing = np.empty(0, np.int64)
    by_chance = substitutes.in_the_pool(nothing, CASE, np.array([4, 2, 3, 1]))  # 1, 2 at the places 2 and 4
    assert by_chance == pytest.approx((1 / np.log2(3) + 1 / np.log2(5)) / (1 + 1 / np.log2(3)))
    alone = substitutes.Case("fan", 9, np.array([1, 2]), nothing)
    assert np.isnan(substitutes.in_the_pool(np.array([1]), alone, np.array([1, 2])))


def test_six_hits_are_told_by_what_is_rated_of_them() -> None:
    told = substitutes.on_the_page(np.array([1, 3, 70, 71, 2, 72, 4]), CASE)
    assert told == pytest.approx({"rated@6": 3 / 6, "right_of_rated@6": 2 / 3, "right@6": 2 / 6})
    assert np.isnan(substitutes.on_the_page(np.array([70, 71]), CASE)["right_of_rated@6"])


def test_a_query_of_many_goods_counts_as_one_of_few() -> None:
    values = np.array([1.0, 0.2, np.nan, 0.5, np.nan])
    found = substitutes.by_query(values, ["b", "b", "b", "a", "c"])
    np.testing.assert_allclose(found, [0.6, 0.5, np.nan])


def test_only_the_best_rated_are_sold_out_and_a_brand_is_no_kind_of_good() -> None:
    rows = [("1", "a", 3.0), ("1", "b", 2.0), ("1", "c", 1.0), ("1", "d", 0.0), ("1", "gone", 3.0)]
    rows += [("2", "a", 3.0), ("2", "b", 3.0), ("3", "a", 3.0), ("3", "d", 0.0)]
    judgments = pl.DataFrame(rows, schema=["query_id", "item_id", "grade"], orient="row")
    queries = pl.DataFrame({"query_id": ["1", "2", "3"], "query": ["ssd", "acme", "fan"]})
    found = substitutes.cases(judgments, queries, ["Acme"], {"a": 1, "b": 2, "c": 3, "d": 4})
    assert [(each.query, each.anchor, each.right.tolist(), each.wrong.tolist()) for each in found] == [
        ("ssd", 1, [2], [4])
    ]


def test_a_switch_is_a_new_good_of_the_shelf_without_the_usual_one() -> None:
    shelf = np.array([-1, 0, 0, 0, 1, 1])
    known = [(7, 1, order, order * DAY_MS) for order in (1, 2, 3)] + [(7, 2, 4, 4 * DAY_MS)]
    known += [(7, 4, order, order * DAY_MS) for order in (1, 2)]  # two orders make no habit
    late = [(7, 3, 50, 50 * DAY_MS), (7, 2, 50, 50 * DAY_MS), (7, 5, 50, 50 * DAY_MS), (7, 1, 51, 51 * DAY_MS)]
    names = ["user", "item", "order", "timestamp_ms"]
    lines = pl.DataFrame(known + late, schema=names, orient="row")
    found = substitutes_switches.switches(lines, shelf, 40 * DAY_MS)
    assert [(each.user, each.usual, each.right.tolist()) for each in found] == [(7, 1, [3])]
    with_usual = pl.DataFrame([*known, *late, (7, 1, 50, 50 * DAY_MS)], schema=names, orient="row")
    assert substitutes_switches.switches(with_usual, shelf, 40 * DAY_MS) == []


def test_hits_of_switches_are_as_worked_by_hand() -> None:
    shelf = np.array([-1, 0, 0, 0, 1])
    every = [Switch(7, 1, np.array([3])), Switch(8, 1, np.array([2, 3]))]
    lists = np.array([[2, 3, 4, -1, -1, -1], [4, -1, -1, -1, -1, -1]])
    found = substitutes_switches.figures(lists, every, shelf)
    assert found["hit_rate@6"].tolist() == [1.0, 0.0]
    np.testing.assert_allclose(found["ndcg@6"], [1 / np.log2(3), 0.0])
    np.testing.assert_allclose(found["of the category"], [2 / 6, 0.0])
    best = substitutes_switches.of_the_shelf(np.array([9.0, 5.0, 1.0, 2.0, 8.0]), every, shelf)
    assert best[0].tolist() == [3, 2, -1, -1, -1, -1]
