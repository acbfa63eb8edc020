from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from shopmind.kit.errors import InputError
from shopmind.metrics.off_policy import Terms, drawn_interval, estimated, influence, skew_interval, weights_told


def test_a_mean_has_each_row_s_distance_as_its_influence() -> None:
    found = influence(Terms(np.array([1.0, 2.0, 6.0])))
    assert found.value == 3.0
    assert found.moves.tolist() == [-2.0, -1.0, 3.0]


def test_a_ratio_moves_by_what_it_would_be_without_a_unit() -> None:
    """R = (2 + 2 + 0) / (1 + 1 + 2) = 1; (top − R · bottom) / mean(bottom) = (1, 1, −2) · 3/4, over one less the share
    of the weight, 3/4, 3/4 and 1/2: (1, 1, −3), whose mean is −1/3. Without the last, R = 2 = 1 + 3 / 3."""
    found = influence(Terms(np.zeros(3), np.array([2.0, 2.0, 0.0]), np.array([1.0, 1.0, 2.0])))
    assert found.value == 1.0
    np.testing.assert_allclose(found.moves, [4 / 3, 4 / 3, -8 / 3])


def test_rows_of_one_unit_move_together() -> None:
    """Two units of two rows: the value is the mean of rows, a unit's influence the sum of its rows' over 2."""
    found = influence(Terms(np.array([1.0, 1.0, 0.0, 0.0])), np.array([0, 0, 1, 1]))
    assert found.value == 0.5
    assert found.moves.tolist() == [0.5, -0.5]


def test_without_any_weight_to_divide_by_nothing_is_known() -> None:
    (found,) = estimated([Terms(np.zeros(3), np.ones(3), np.zeros(3))], seed=0)
    assert np.isnan(found.value)
    assert np.isnan(found.low)


def test_what_moves_a_fitted_model_widens_the_interval_but_not_the_value() -> None:
    random = np.random.default_rng(0)
    added, noise = random.normal(size=200), random.normal(size=200)
    narrow, wide = estimated([Terms(added), Terms(added, noise=noise)], seed=0, draws=100)
    assert narrow.value == wide.value
    assert wide.error > 1.2 * narrow.error


def test_what_stands_aside_moves_the_value_and_leaves_the_interval() -> None:
    added = np.random.default_rng(0).normal(size=200)
    plain, moved = estimated([Terms(added), Terms(added, aside=0.01)], seed=0, draws=100)
    assert moved.value == pytest.approx(plain.value + 0.01)
    assert (moved.low, moved.high, moved.drawn_low) == (plain.low, plain.high, plain.drawn_low)


def test_the_bootstrap_holds_the_truth_as_often_as_it_says_with_skew_terms() -> None:
    """1,000 logs of 150 rows that earn a tenth, with weights of 1/2 and 3/2: a studentised bootstrap without Hall's
    transformation, or with quantiles between order statistics, held it in fewer."""
    random = np.random.default_rng(7)
    weights = np.where(random.random((1_000, 150)) < 0.5, 0.5, 1.5)
    terms = weights * (random.random((1_000, 150)) < 0.1)
    held = 0
    for seed, each in enumerate(terms):
        ((low, high),) = drawn_interval((each - each.mean())[:, None], seed=seed, draws=199)
        held += low <= 0.1 - each.mean() <= high
    assert 930 <= held <= 970


def test_the_corrected_interval_is_student_s_where_nothing_is_skew() -> None:
    """Ten times −1 and 1: error = 1 / √19, kurtosis 1, so n − 1 degrees of freedom."""
    low, high, error = skew_interval(np.tile([-1.0, 1.0], 10))
    t = float(stats.t.ppf(0.975, 19))
    assert error == pytest.approx(1 / np.sqrt(19))
    assert (low, high) == (pytest.approx(-t * error), pytest.approx(t * error))


def test_the_corrected_interval_is_hall_s_cubic_by_hand() -> None:
    """A reward in one of four rows, 400 rows: g = 2 / √3, k = g / 20."""
    moves = np.tile([0.75, -0.25, -0.25, -0.25], 100)
    low, high, error = skew_interval(moves)
    k = 2 / np.sqrt(3) / 20
    kurtosis = (0.75**4 + 3 * 0.25**4) / 4 / (3 / 16) ** 2
    t = float(stats.t.ppf(0.975, min(800 / (1.25 * kurtosis - 1), 399)))

    def inverse(u: float) -> float:
        return float((np.cbrt(1 + k * (u - k / 6)) - 1) * 3 / k)

    assert low == pytest.approx(-inverse(t) * error)
    assert high == pytest.approx(-inverse(-t) * error)
    assert high > -low, "rare rewards: more may have been missed than was seen"


def test_few_units_or_no_difference_have_no_width_or_none_at_all() -> None:
    assert np.isnan(skew_interval(np.array([0.0]))[0])
    assert skew_interval(np.zeros(5)) == (0.0, 0.0, 0.0)
    assert drawn_interval(np.zeros((5, 1)), seed=0) == [(0.0, 0.0)]
    with pytest.raises(InputError):
        estimated([Terms(np.ones(3))], seed=0, level=1.5)


def test_the_bootstrap_is_seeded_and_many_units_are_drawn_in_groups() -> None:
    moves = np.random.default_rng(0).normal(size=(25_000, 1))
    moves -= moves.mean()
    (once,), (again,) = drawn_interval(moves, seed=1, draws=300), drawn_interval(moves, seed=1, draws=300)
    assert once == again
    assert once[1] == pytest.approx(1.96 / np.sqrt(25_000), rel=0.15)


def test_effective_rows_are_those_of_kish() -> None:
    """(1 + 1 + 2)² / (1 + 1 + 4) = 16 / 6."""
    told = weights_told(np.array([1.0, 1.0, 2.0, 0.0]), clipped=np.array([True, False, False, False]))
    assert told.effective == pytest.approx(16 / 6)
    assert (told.mean, told.largest, told.largest_share, told.clipped, told.zero) == (1.0, 2.0, 0.5, 0.25, 0.25)


@pytest.mark.parametrize("rate", [0.3, 0.02])
def test_intervals_hold_the_truth_as_often_as_they_say(rate: float) -> None:
    """1,000 logs of 1,500 rows with weights of 1/2 and 3/2: the corrected interval holds it in 93 … 97 % of them."""
    random = np.random.default_rng(5)
    held = 0
    for seed in range(1_000):
        weights = np.where(random.random(1_500) < 0.5, 0.5, 1.5)
        rewards = random.random(1_500) < rate
        (found,) = estimated([Terms(weights * rewards)], seed=seed, draws=0)
        held += found.low <= rate <= found.high
    assert 930 <= held <= 970
