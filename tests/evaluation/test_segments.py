"""Bins of targets, and what is measured beyond accuracy, on cases small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import shopmind
from shopmind.evaluation.figures import chance, reach_per_case
from shopmind.evaluation.material import Crowd, crowd_of, known_of
from shopmind.evaluation.seconds import Seconds
from shopmind.evaluation.segments import segments, told
from shopmind.evaluation.split import HISTORY, Cases, split_events
from shopmind.evaluation.tune import Truth
from shopmind.kit.clock import DAY_MS

from .conftest import make_table

NEVER = np.iinfo(np.int64).max
# Three cases of one target each: item 1, that nobody knows; item 2, known by 4; item 3, known by 30.
TRUTH = Truth(np.array([0, 1, 2]), np.array([1, 2, 3]))
CROWD = Crowd(
    40, np.array([0, 0, 4, 30]), np.array([NEVER, NEVER, 95 * DAY_MS, 0]), np.array([True, True, False, False])
)
CASES = Cases(
    np.array([1, 2, 3]),
    np.full(3, 100 * DAY_MS),
    make_table([]).select(HISTORY).with_columns(case=pl.Series([], dtype=pl.Int64)),
    TRUTH.cases,
    TRUTH.items,
)


def test_targets_are_told_apart_by_history_by_who_knows_them_and_by_age() -> None:
    found = segments(TRUTH, CASES, np.array([2, 3, 25]), CROWD, timed=True)
    held = {
        kind: {bin_.name: bin_.truth.items.tolist() for bin_ in bins if len(bin_.truth.items)}
        for kind, bins in found.items()
    }
    assert held == {
        "history_length": {"1–2": [1], "3–5": [2], "21+": [3]},
        "known_by": {"0": [1], "1–4": [2], "30+": [3]},
        "item_age_days": {"never taken": [1], "< 7": [2], "90–364": [3]},
    }
    assert "item_age_days" not in segments(TRUTH, CASES, np.array([2, 3, 25]), CROWD, timed=False)


def test_figures_of_a_bin_are_those_of_its_cases_and_means_over_seeds() -> None:
    cut = segments(TRUTH, CASES, np.array([2, 2, 2]), CROWD, timed=False)
    first, second = np.array([[1], [9], [9]]), np.array([[1], [2], [3]])
    bins = told([cut, cut], [{"ours": first}, {"ours": second}])["history_length"]
    assert bins["1–2"]["cases"] == 3
    assert bins["1–2"]["systems"]["ours"]["recall@10"] == pytest.approx((1 / 3 + 1) / 2)
    assert bins["3–5"] == {"cases": 0, "systems": {"ours": {"ndcg@10": None, "recall@10": None}}}


def test_tail_recall_asks_only_for_what_few_know(tmp_path: Path) -> None:
    # Item 3 takes 30 of 34: it alone is the head.
    ranked = np.array([[1, 9], [9, 9], [3, 9]])
    with shopmind.create(tmp_path / "shop", encoder="none") as shop:
        shop.put_items([{"item_id": str(each), "kind": "product", "title": "soap"} for each in range(9)])
        known_by = np.array([0, 0, 4, 30, 0, 0, 0, 0, 0, 0])
        found = reach_per_case(ranked, TRUTH.cases, TRUTH.items, known_by, 40, shop.catalogue.columns())
    np.testing.assert_array_equal(found["tail_recall@10"], [1.0, 0.0, np.nan])


def test_chance_is_the_mean_over_all_orders() -> None:
    assert chance(4, 2) == {"recall@2": 0.5, "ndcg@2": pytest.approx((1 + 0.6309297535714575) / 4)}
    assert chance(3, 10)["recall@10"] == 1.0
    assert chance(0) == {}


def test_an_item_is_cold_when_neither_what_is_known_nor_what_is_held_has_it() -> None:
    rows = [(1, 1, 0, 1), (1, 2, 1, 2), (1, 3, 2, 3), (1, 4, 3, 4)]
    split = split_events(make_table(rows), "leave-one-out", "train")
    crowd = crowd_of(split, known_of(split, 6))
    assert np.flatnonzero(crowd.cold).tolist() == [0, 4, 5], "item 3 is held"
    assert crowd.known_by.tolist() == [0, 1, 1, 0, 0, 0]
    assert crowd.first_ms.tolist() == [NEVER, 0, DAY_MS, NEVER, NEVER, NEVER]


def test_a_step_inside_another_counts_for_itself() -> None:
    seconds = Seconds()
    with seconds.step("outer"), seconds.step("inner"):
        sum(range(2_000_000))
    spent = seconds.as_json()
    assert spent["inner"] > 0
    assert spent["outer"] <= spent["inner"]
    assert spent["total"] == pytest.approx(spent["inner"] + spent["outer"], abs=0.011)
