"""Reach of what is shown, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shopmind.kit.errors import InputError
from shopmind.metrics import diversity

SLATES = np.array([[1, 2, 3], [1, 2, -1]])


def test_exposure_counts_places_and_skips_empty_ones() -> None:
    assert diversity.exposure(SLATES, 5).tolist() == [0, 2, 2, 1, 0]


def test_exposure_of_an_item_outside_the_catalogue_is_refused() -> None:
    with pytest.raises(InputError, match="outside"):
        diversity.exposure(SLATES, 3)


def test_coverage_is_the_share_of_items_shown() -> None:
    assert diversity.coverage([2, 2, 1, 0]) == pytest.approx(0.75)
    assert math.isnan(diversity.coverage([]))


def test_gini_worked_by_hand() -> None:
    # Exposures 1 and 3: Σ (2i − n − 1) x = (−1)·1 + 1·3 = 2; divided by n·Σx = 8.
    assert diversity.gini([3, 1]) == pytest.approx(0.25)
    assert diversity.gini([5, 5, 5]) == pytest.approx(0.0)
    assert diversity.gini([0, 0, 0, 8]) == pytest.approx(0.75)
    assert math.isnan(diversity.gini([0, 0]))


@given(hnp.arrays(np.int64, st.integers(2, 20), elements=st.integers(0, 50)))
def test_gini_is_half_the_mean_difference_over_the_mean(counts: np.ndarray) -> None:
    if counts.sum() == 0:
        return
    mean_difference = np.abs(counts[:, None] - counts[None, :]).mean()
    assert diversity.gini(counts) == pytest.approx(mean_difference / (2 * counts.mean()))


def test_novelty_worked_by_hand() -> None:
    # Of 8 users 4 know item 1, 2 know item 2, nobody item 3: 1, 2 and 3 bits.
    counts = np.array([0, 4, 2, 0, 0])
    assert diversity.novelty(SLATES, counts, 8).tolist() == [2.0, 1.5]


def test_novelty_of_an_empty_slate_or_without_users_cannot_be_said() -> None:
    assert np.isnan(diversity.novelty(np.array([[-1, -1]]), np.array([1]), 8)).all()
    assert np.isnan(diversity.novelty(SLATES, np.zeros(5, np.int64), 0)).all()


def test_intra_list_distance_worked_by_hand() -> None:
    # Pairs: equal (0), right angle (1), right angle (1).
    assert diversity.intra_list_distance([[1, 0], [2, 0], [0, 1]]) == pytest.approx(2 / 3)
    assert diversity.intra_list_distance([[1, 0], [math.nan, math.nan], [0, 3]]) == pytest.approx(1.0)
    assert math.isnan(diversity.intra_list_distance([[1.0, 0.0]]))


def test_category_diversity_worked_by_hand() -> None:
    codes = np.array([-1, 0, 0, 1, -1], np.int32)
    values = diversity.category_diversity(np.array([[1, 2, 3], [1, 2, -1], [1, 4, -1]]), codes)
    assert values[:2].tolist() == pytest.approx([2 / 3, 0.0])
    assert np.isnan(values[2])


def test_long_tail_is_what_the_head_of_eighty_percent_leaves() -> None:
    counts = np.array([50, 30, 10, 10, 0])
    assert diversity.long_tail(counts).tolist() == [False, False, True, True, True]


def test_equal_counts_at_the_border_fall_on_the_same_side() -> None:
    assert diversity.long_tail(np.array([60, 10, 10, 10, 10])).tolist() == [False] * 5


def test_a_head_share_outside_zero_and_one_is_refused() -> None:
    with pytest.raises(InputError, match="head_share"):
        diversity.long_tail(np.array([1]), 1.0)


def test_aplt_is_the_share_of_tail_items_in_each_slate() -> None:
    tail = np.array([False, False, False, True, True])
    assert diversity.aplt(SLATES, tail).tolist() == pytest.approx([1 / 3, 0.0])


def test_surprise_of_what_was_shown_by_hand() -> None:
    assert diversity.mean_surprise([3, 1, 0], [4, 2, 2]) == pytest.approx((3 * 1 + 1 * 2) / 4)
    assert diversity.mean_surprise([1], [0]) != diversity.mean_surprise([1], [0]), "nothing is known"
    assert diversity.mean_surprise([0, 1], [8, 0]) == 3.0, "what nobody knows counts as known once"


def test_pairs_of_categories_by_hand() -> None:
    differing, pairs = diversity.category_pairs(
        np.array([[1, 2, 3], [1, 4, -1]]), np.array([-1, 0, 0, 1, -1], np.int32)
    )
    assert (differing.tolist(), pairs.tolist()) == ([4, 0], [6, 0])
