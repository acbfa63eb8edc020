"""Spearman's rank correlation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shopmind.kit.errors import InputError
from shopmind.metrics.correlation import average_ranks, spearman


def test_ranks_with_ties_worked_by_hand() -> None:
    assert average_ranks([10.0, 20.0, 20.0, 5.0]).tolist() == [2.0, 3.5, 3.5, 1.0]


def test_spearman_worked_by_hand() -> None:
    # Without ties 1 − 6 Σ d² / (n (n² − 1)); ranks 1 2 3 4 against 2 1 3 4: Σ d² = 2.
    assert spearman([1, 2, 3, 4], [20, 10, 30, 40]) == pytest.approx(1 - 6 * 2 / (4 * 15))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=30))
def test_spearman_agrees_with_scipy_under_ties(pairs: list[tuple[int, int]]) -> None:
    one, other = np.array(pairs, np.float64).T
    if len(set(one)) < 2 or len(set(other)) < 2:
        assert math.isnan(spearman(one, other))
    else:
        assert spearman(one, other) == pytest.approx(stats.spearmanr(one, other).statistic)


def test_pairs_with_nan_are_left_out() -> None:
    assert spearman([1, 2, math.nan], [1, 2, 0]) == pytest.approx(1.0)


def test_too_few_pairs_have_no_correlation_and_unequal_lengths_are_refused() -> None:
    assert math.isnan(spearman([1], [1]))
    with pytest.raises(InputError):
        spearman([1, 2], [1])
