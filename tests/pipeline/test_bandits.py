from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from shopmind.kit.seeds import hash64_all, uniforms
from shopmind.pipeline.bandits import chance_of_best, drawn, highest, mixed, prior, upper_bounds

HASHES = hash64_all(f"item-{each}" for each in range(40))


def test_the_weakest_prior_without_a_pole() -> None:
    assert prior(0.05) == pytest.approx((1, 19))
    assert prior(0.5) == pytest.approx((1, 1))
    assert prior(0.8) == pytest.approx((4, 1))


def test_two_arms_by_hand() -> None:
    # Beta(2, 1) against Beta(1, 1): ∫ 2x · x dx = 2/3
    np.testing.assert_allclose(chance_of_best(np.array([2.0, 1.0]), np.array([1.0, 1.0])), [2 / 3, 1 / 3], atol=2e-4)


def test_equal_arms_have_equal_chances_and_one_arm_has_all() -> None:
    np.testing.assert_allclose(chance_of_best(np.full(7, 3.0), np.full(7, 90.0)), np.full(7, 1 / 7), atol=1e-9)
    np.testing.assert_array_equal(chance_of_best(np.array([3.0]), np.array([9.0])), [1.0])


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(1, 400), st.floats(1, 20_000)),
        min_size=2,
        max_size=12,
    )
)
def test_chances_are_those_of_adaptive_integration(arms: list[tuple[float, float]]) -> None:
    alpha, beta = (np.array(each) for each in zip(*arms, strict=True))
    found = chance_of_best(alpha, beta)
    assert found.sum() == pytest.approx(1)
    best = [stats.beta(a, b) for a, b in arms]
    mean = alpha / (alpha + beta)
    spread = np.sqrt(mean * (1 - mean) / (alpha + beta + 1))

    def exact(arm: int) -> float:
        def density(x: float) -> float:
            return float(best[arm].pdf(x) * np.prod([one.cdf(x) for k, one in enumerate(best) if k != arm]))

        low, high = max(0.0, mean[arm] - 9 * spread[arm]), min(1.0, mean[arm] + 14 * spread[arm])
        inner = [float(mean[arm] + each * spread[arm]) for each in (-2, -1, 0, 1, 2, 4)]
        inner = [each for each in inner if low < each < high]
        return float(integrate.quad(density, low, high, points=inner, limit=200)[0])

    np.testing.assert_allclose(found, [exact(arm) for arm in range(len(arms))], atol=5e-3)


def test_the_chances_are_those_of_sampling_the_rates_themselves() -> None:
    rng = np.random.default_rng(5)
    alpha, beta = 1 + rng.poisson(3, 9).astype(float), 19 + rng.poisson(80, 9).astype(float)
    rates = rng.beta(alpha, beta, (400_000, 9))
    often = np.bincount(rates.argmax(axis=1), minlength=9) / len(rates)
    np.testing.assert_allclose(chance_of_best(alpha, beta), often, atol=4e-3)


def test_a_well_known_arm_that_is_better_has_nearly_all() -> None:
    chances = chance_of_best(np.array([5_000.0, 100.0]), np.array([45_000.0, 1_900.0]))
    assert chances[0] > 0.999


def test_equal_highest_values_share() -> None:
    np.testing.assert_array_equal(highest(np.array([1.0, 3.0, 3.0])), [0, 0.5, 0.5])
    np.testing.assert_array_equal(highest(np.array([0.5, 0.5 - 1e-9, 0.49])), [0.5, 0.5, 0])


def test_a_share_of_the_draws_is_even() -> None:
    np.testing.assert_allclose(mixed(np.array([1.0, 0, 0, 0]), 0.2), [0.85, 0.05, 0.05, 0.05])


def test_upper_bounds_by_hand() -> None:
    # one feature, ridge 1: A = 1 + 3 = 4, θ = 2 / 4, doubt of x: width · |x| / 2
    means, upper = upper_bounds(np.array([[1.0], [2.0]]), np.array([[3.0]]), np.array([2.0]), width=0.5)
    np.testing.assert_allclose(means, [0.5, 1.0])
    np.testing.assert_allclose(upper, [0.75, 1.5])


def test_upper_bounds_are_those_of_mabwiser_when_arms_share_nothing() -> None:
    """MABWiser 2.7.4: MAB([1, 2], LearningPolicy.LinUCB(alpha=0.7, l2_lambda=1.0), seed=1), fit on the decisions,
    rewards and contexts below; predict_expectations([[0.3, 0.9]]) gave the numbers. Each arm has its own model there:
    here its features stand in columns of their own."""
    contexts = np.array([[1.0, 0.2], [0.5, 0.9], [0.1, 0.4], [0.8, 0.8], [0.3, 0.1]])
    decisions = np.array([1, 2, 1, 2, 1])
    rewards = np.array([1.0, 0.0, 0.0, 1.0, 1.0])
    wide = np.zeros((5, 4))
    for row, arm in enumerate(decisions):
        wide[row, 2 * (arm - 1) : 2 * arm] = contexts[row]
    asked = np.array([[0.3, 0.9, 0, 0], [0, 0, 0.3, 0.9]])
    _, upper = upper_bounds(asked, wide.T @ wide, wide.T @ rewards, width=0.7)
    np.testing.assert_allclose(upper, MABWISER, atol=1e-12)


MABWISER = [0.8578785123357491, 0.6689791682789592]


def test_what_is_drawn_has_its_probability() -> None:
    chances = np.array([0.5, 0.3, 0.15, 0.05, 0.0])
    often = np.bincount([drawn(chances, seed, HASHES[:5]) for seed in range(40_000)], minlength=5) / 40_000
    np.testing.assert_allclose(often, chances, atol=4 * np.sqrt(0.25 / 40_000))
    assert often[4] == 0


def test_the_same_seed_draws_the_same_when_another_arm_comes_or_goes() -> None:
    moved = 0
    for seed in range(2_000):
        before = drawn(np.full(20, 1 / 20), seed, HASHES[:20])
        after = drawn(np.full(21, 1 / 21), seed, HASHES[:21])
        moved += before != after
    assert moved < 2_000 / 21 * 1.5


def test_uniform_numbers_are_uniform_over_seeds_and_hashes() -> None:
    by_hash = uniforms(7, hash64_all(str(each) for each in range(20_000)))
    by_seed = np.array([uniforms(seed, HASHES[:1])[0] for seed in range(5_000)])
    for numbers in (by_hash, by_seed):
        assert 0 < numbers.min() < numbers.max() < 1
        assert stats.kstest(numbers, "uniform").pvalue > 1e-3
    np.testing.assert_array_equal(uniforms(7, HASHES), uniforms(7, HASHES))
