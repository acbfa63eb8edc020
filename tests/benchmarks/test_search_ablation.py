"""The ablation of learned ranking: its two views by hand, and what leaving out means."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest

from benchmarks.search import ablation
from shopmind.training.judged_lists import Lists, Placed


def two_lists() -> Lists:
    """Three rows of "a", two judged and one the engine did not find; two of "b", which is not whole."""
    names = ("dense", "lexical", "price", "prior")
    raw = np.array([[0.1, 0.9, 1, 0.5], [0.8, 0.2, 0, 0.4], [0.3, 0.3, 0, 0.3], [0.5, 0.5, 0, 0.2], [0.6, 0.6, 0, 0.1]])
    placed = Placed(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32), np.ones((5, 2), np.float32))
    return Lists(
        ("a", "b"),
        names,
        np.concatenate([raw, raw - 1], axis=1).astype(np.float32),
        np.array([0, 0, 0, 1, 1]),
        np.array([1.0, 0.5, 0.0, 0.0, 1.0]),
        np.array([1.0, 1.0, 0.0, 1.0, 1.0]),
        np.array([False, True, True, True, True]),
        np.array([True, False]),
        placed=placed,
    )


def test_both_views_are_told_by_hand_and_lists_that_are_not_whole_have_no_order_of_their_own() -> None:
    full, judged = ablation.views(two_lists(), np.array([0.5, 0.6, 0.9, 0.1, 0.2]))
    ideal = 1 + 0.5 / log2(3)
    assert full[0] == pytest.approx(0.5 / log2(3) / ideal)  # found are the stranger and the half right one
    assert judged[0] == pytest.approx((0.5 + 1 / log2(3)) / ideal)
    assert np.isnan(full[1])
    assert judged[1] == pytest.approx(1)


def test_columns_left_out_say_nothing_in_either_half_and_precedents_are_forgotten() -> None:
    lists = two_lists()
    less = ablation.without(lists, ("dense",))
    assert not less.matrix[:, [0, 4]].any()
    assert np.array_equal(less.matrix[:, 1:4], lists.matrix[:, 1:4])
    assert less.placed is lists.placed
    assert ablation.without(lists, ablation.GROUPS["precedents"]).placed is None


def test_the_fusion_is_the_sum_of_its_columns() -> None:
    assert ablation.prior(two_lists(), {"lexical": 2.0, "dense": 1.0})[:2] == pytest.approx([1.9, 1.2])


def test_a_figure_is_the_mean_of_the_runs_with_the_lowest_and_the_highest() -> None:
    lists = two_lists()
    right, wrong = lists.gains.copy(), -lists.gains
    found = ablation.told(lists, (right, None), (wrong, None))
    assert found["judged"]["highest"] == pytest.approx(1)
    assert found["judged"]["value"] == pytest.approx((found["judged"]["lowest"] + 1) / 2)
    assert found["spearman"]["lowest"] == pytest.approx(-1)
