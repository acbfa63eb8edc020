"""Ranking metrics: worked by hand, then against ir_measures, then properties."""

from __future__ import annotations

import math

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import AP, RR, P, R, Success, nDCG

from shopmind.kit.errors import InputError
from shopmind.metrics import ranking

# Ranks 1 and 4 hold relevant items, three are relevant in all.
GAINS = np.array([1.0, 0.0, 0.0, 1.0, 0.0])


def test_one_case_worked_by_hand() -> None:
    assert ranking.recall(GAINS, 3, 4) == pytest.approx(2 / 3)
    assert ranking.recall(GAINS, 3, 3) == pytest.approx(1 / 3)
    assert ranking.precision(GAINS, 3, 4) == pytest.approx(2 / 4)
    assert ranking.hit_rate(GAINS, 3, 1) == 1.0
    assert ranking.hit_rate(GAINS[1:], 3, 2) == 0.0
    assert ranking.reciprocal_rank(GAINS[1:], 3, 4) == pytest.approx(1 / 3)
    assert ranking.reciprocal_rank(GAINS[1:], 3, 2) == 0.0
    assert ranking.average_precision(GAINS, 3, 5) == pytest.approx((1 / 1 + 2 / 4) / 3)


def test_ndcg_worked_by_hand_divides_by_the_best_list_of_min_k_and_relevant_items() -> None:
    dcg = 1 / math.log2(2) + 1 / math.log2(5)
    ideal = 1 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert ranking.ndcg(GAINS, ranking.ideal_gains(3, 5), 5) == pytest.approx(dcg / ideal)
    assert ranking.ndcg(GAINS, ranking.ideal_gains(3, 1), 1) == pytest.approx(1.0)


def test_graded_gains_are_linear() -> None:
    dcg = 1 / math.log2(2) + 3 / math.log2(3)
    ideal = 3 / math.log2(2) + 1 / math.log2(3)
    assert ranking.ndcg([1.0, 3.0], [1.0, 3.0], 2) == pytest.approx(dcg / ideal)


def test_precision_divides_by_k_even_when_the_list_is_shorter() -> None:
    assert ranking.precision([1.0], 1, 10) == pytest.approx(0.1)


def test_a_case_without_relevant_items_is_nan_and_not_zero() -> None:
    gains, relevant = np.zeros((2, 3)), np.array([0, 2])
    for metric in (
        ranking.recall,
        ranking.precision,
        ranking.hit_rate,
        ranking.reciprocal_rank,
        ranking.average_precision,
    ):
        values = metric(gains, relevant, 3)
        assert np.isnan(values[0]), metric.__name__
        assert values[1] == 0.0, metric.__name__
    values = ranking.ndcg(gains, ranking.ideal_gains(relevant, 3), 3)
    assert np.isnan(values[0])
    assert values[1] == 0.0


def test_an_empty_list_scores_zero_where_something_is_relevant() -> None:
    nothing = np.zeros((1, 0))
    assert ranking.recall(nothing, [1], 10).tolist() == [0.0]
    assert ranking.reciprocal_rank(nothing, [1], 10).tolist() == [0.0]
    assert ranking.ndcg(nothing, [[1.0]], 10).tolist() == [0.0]


@pytest.mark.parametrize("k", [0, -1])
def test_a_cutoff_below_one_is_refused(k: int) -> None:
    with pytest.raises(InputError, match="k ="):
        ranking.recall(GAINS, 3, k)


def test_negative_and_nan_gains_are_refused() -> None:
    with pytest.raises(InputError, match="gain"):
        ranking.ndcg([-1.0], [1.0], 1)
    with pytest.raises(InputError, match="gain"):
        ranking.ndcg([math.nan], [1.0], 1)


def test_gains_are_looked_up_by_case_and_item() -> None:
    ranked = np.array([[7, 3, -1], [3, 9, 7]])
    found = ranking.gains_at(ranked, np.array([0, 1, 1]), np.array([3, 3, 8]), np.array([2.0, 1.0, 5.0]))
    assert found.tolist() == [[0, 2, 0], [1, 0, 0]]


def test_an_item_that_stands_twice_gains_once_at_its_first_place() -> None:
    found = ranking.gains_at(np.array([[4, 5, 5]]), np.array([0]), np.array([5]), np.array([1.0]))
    assert found.tolist() == [[0, 1, 0]]


def test_nothing_relevant_and_nothing_ranked_gain_nothing() -> None:
    none = np.empty(0, np.int64)
    assert ranking.gains_at(np.array([[1, 2]]), none, none, np.empty(0)).tolist() == [[0, 0]]
    assert ranking.gains_at(np.empty((2, 0), np.int64), none, none, np.empty(0)).shape == (2, 0)


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[list[int]], list[dict[int, int]]]:
    """A few queries, each with a ranked list without repeats and some graded items (at least one relevant)."""
    items = st.integers(0, 12)
    lists, truths = [], []
    for _ in range(draw(st.integers(1, 4))):
        lists.append(draw(st.lists(items, unique=True, min_size=1, max_size=12)))
        truth = draw(st.dictionaries(items, st.integers(0, 3), min_size=1, max_size=8))
        truth[draw(items)] = draw(st.integers(1, 3))
        truths.append(truth)
    return lists, truths


@settings(deadline=None, max_examples=150)
@given(runs(), st.sampled_from([1, 3, 5, 10]))
def test_all_metrics_agree_with_ir_measures(run: tuple[list[list[int]], list[dict[int, int]]], k: int) -> None:
    lists, truths = run
    width = max(len(items) for items in lists)
    ranked = np.array([items + [-1] * (width - len(items)) for items in lists])
    triples = [(q, item, float(grade)) for q, truth in enumerate(truths) for item, grade in truth.items()]
    cases, items, grades = (np.array(column) for column in zip(*triples, strict=True))
    gains = ranking.gains_at(ranked, cases, items, grades)
    relevant = np.bincount(cases, grades > 0, minlength=len(lists))
    ideal = np.zeros((len(lists), 20))
    for q, truth in enumerate(truths):
        ideal[q, : len(truth)] = list(truth.values())

    qrels = [ir_measures.Qrel(str(q), str(i), int(g)) for q, i, g in triples]
    scored = [
        ir_measures.ScoredDoc(str(q), str(i), float(-p)) for q, each in enumerate(lists) for p, i in enumerate(each)
    ]
    ours = {
        R @ k: ranking.recall(gains, relevant, k),
        P @ k: ranking.precision(gains, relevant, k),
        nDCG @ k: ranking.ndcg(gains, ideal, k),
        AP @ k: ranking.average_precision(gains, relevant, k),
        Success @ k: ranking.hit_rate(gains, relevant, k),
        RR @ k: ranking.reciprocal_rank(gains, relevant, k),
    }
    for found in ir_measures.iter_calc(list(ours), qrels, scored):
        assert ours[found.measure][int(found.query_id)] == pytest.approx(found.value, abs=1e-9), found


@settings(deadline=None, max_examples=60)
@given(runs(), st.integers(1, 12))
def test_many_cases_at_once_are_the_cases_one_by_one(run: tuple[list[list[int]], list[dict[int, int]]], k: int) -> None:
    lists, _ = run
    width = max(len(items) for items in lists)
    gains = np.array([[float(i % 3) for i in items] + [0.0] * (width - len(items)) for items in lists])
    relevant = np.full(len(lists), 13)
    for metric in (ranking.recall, ranking.average_precision, ranking.reciprocal_rank):
        together = metric(gains, relevant, k)
        assert together.tolist() == [float(metric(gains[i], 13, k)) for i in range(len(lists))]


@given(st.permutations([3.0, 2.0, 1.0, 0.0, 0.0]))
def test_no_order_beats_the_ideal_order(gains: list[float]) -> None:
    assert ranking.ndcg(gains, gains, 5) <= 1.0 + 1e-12
    assert ranking.ndcg(sorted(gains, reverse=True), gains, 5) == pytest.approx(1.0)
