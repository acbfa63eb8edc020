"""Formulas against worked values; those of statsmodels 0.15 and scipy 1.17 are marked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from shopmind.evaluation.experiments import intervals
from shopmind.evaluation.experiments.balance import BROKEN, always_sample_ratio, sample_ratio
from shopmind.evaluation.experiments.correction import benjamini_hochberg, holm
from shopmind.evaluation.experiments.estimate import Estimate, pair
from shopmind.evaluation.experiments.moments import Moments
from shopmind.evaluation.experiments.planning import quantile, units_needed
from shopmind.kit.errors import InputError


def arm(numerator: object, denominator: object = 1.0, earlier: object = 0.0, below: object = 0.0) -> Moments:
    columns = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in (numerator, denominator, earlier, below)))
    return Moments.of(np.stack(columns, -1))


def share(hits: int, units: int) -> Moments:
    return arm(np.repeat([1.0, 0.0], [hits, units - hits]))


def test_a_mean_and_its_test_are_those_of_welch() -> None:
    random = np.random.default_rng(1)
    one, two = random.normal(10, 3, 40), random.normal(11, 5, 25)
    control, other = pair(arm(one), arm(two))
    found = intervals.fixed(control, other)
    told = stats.ttest_ind(two, one, equal_var=False)
    assert found.p == pytest.approx(told.pvalue, rel=1e-9)
    interval = told.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-9)


def test_a_difference_of_shares_is_that_of_wald() -> None:
    """statsmodels test_proportions_2indep(130, 1000, 100, 1000, "wald"): z 2.10507, interval 0.002068 to 0.057932."""
    control, other = pair(share(100, 1000), share(130, 1000))
    found = intervals.fixed(control, other)
    z = found.difference / np.sqrt((control.variance + other.variance) * 999 / 1000)
    assert z == pytest.approx(2.1050687930, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((0.0020679, 0.0579321), abs=1e-4)


def test_a_ratio_varies_as_the_delta_method_says() -> None:
    """The same as a mean of y/d weighted by d with errors HC1: statsmodels WLS gives 0.3137255 and 0.0020258294."""
    clicks, hits = [3, 1, 0, 2, 5, 1, 0, 4], [10, 4, 3, 6, 12, 5, 2, 9]
    found, _ = pair(arm(clicks, hits), arm(clicks, hits))
    assert found.value == pytest.approx(0.31372549, rel=1e-8)
    assert found.variance == pytest.approx(0.002025829366657821, rel=1e-9)


def test_the_earlier_period_is_taken_out_as_a_regression_takes_it() -> None:
    """statsmodels OLS of y on arm and earlier: the arm's coefficient is 0.65."""
    control, other = pair(arm([3, 2, 4, 6], 1.0, [2, 1, 3, 4]), arm([9, 7, 5, 4], 1.0, [6, 5, 3, 2]))
    assert other.value - control.value == pytest.approx(0.65, rel=1e-9)
    without = pair(arm([3, 2, 4, 6]), arm([9, 7, 5, 4]))
    assert control.variance + other.variance < without[0].variance + without[1].variance


def test_an_earlier_period_that_says_nothing_changes_nothing() -> None:
    y = np.random.default_rng(2).normal(5, 1, (2, 50))
    plain, same = pair(arm(y[0]), arm(y[1]), earlier=False), pair(arm(y[0]), arm(y[1]))
    assert [each.value for each in plain] == [each.value for each in same]
    assert [each.variance for each in plain] == pytest.approx([each.variance for each in same])


def test_the_interval_of_the_lift_leaves_out_nothing_where_the_test_refuses_nothing() -> None:
    random = np.random.default_rng(3)
    for _ in range(200):
        a, b = random.normal(2, 1, 2)
        control, other = (Estimate(np.array(v), np.array(0.25), np.array(1e6)) for v in (a, b))
        found = intervals.fixed(control, other)
        if np.isnan(found.lift):
            assert a <= 1.97 * 0.5
            continue
        assert (found.low > 0) == (found.lift_low > 0)
        assert (found.high < 0) == (found.lift_high < 0)
        assert found.lift_low <= found.lift <= found.lift_high


def test_a_lift_worked_by_hand() -> None:
    """Control 10 with variance 1/4, other 12 with variance 1/4, reach 2: (100 - 1) r² - 240 r + (144 - 1) = 0."""
    control, other = (Estimate(np.array(v), np.array(0.25), np.array(1e9)) for v in (10.0, 12.0))
    found = intervals._lift(control, other, np.array(2.0))
    root = np.sqrt(240**2 - 4 * 99 * 143)
    assert [float(each) for each in found] == pytest.approx(
        [0.2, (240 - root) / 198 - 1, (240 + root) / 198 - 1], rel=1e-12
    )


def test_the_mixture_test_is_that_of_the_published_form() -> None:
    """sqrt(V / (V + t²)) exp(t² d² / (2 V (V + t²))), V the variance of the difference d, t² = rho² n V."""
    control, other = (
        Estimate(np.array(v), np.array(s), np.array(n)) for v, s, n in ((1.0, 0.002, 500.0), (1.2, 0.003, 700.0))
    )
    found = intervals.sequential(control, other, planned=4_000)
    spread = 0.005
    tau2 = float(intervals.mixture(0.05, 400)) * 1_200 * spread
    ratio = np.sqrt(spread / (spread + tau2)) * np.exp(tau2 * 0.2**2 / (2 * spread * (spread + tau2)))
    assert found.p == pytest.approx(min(1.0, 1 / ratio), rel=1e-9)


def test_an_always_valid_interval_leaves_out_zero_exactly_where_its_p_is_below_the_level() -> None:
    for difference in np.linspace(0, 0.5, 60):
        control, other = (Estimate(np.array(v), np.array(0.004), np.array(900.0)) for v in (1.0, 1 + difference))
        found = intervals.sequential(control, other, level=0.1)
        assert (found.low > 0) == (found.p < 0.1)


def test_the_always_valid_interval_is_tightest_at_a_tenth_of_what_was_planned() -> None:
    units = np.arange(100, 100_000, 50.0)
    for planned in (20_000, 200_000):
        reach = intervals.reach(units, planned, 0.05)
        assert units[np.argmin(reach)] == pytest.approx(planned / 10, rel=0.12)
    assert quantile(0.05, "sequential") == pytest.approx(3.26, abs=0.01)
    assert quantile(0.05, "fixed") == pytest.approx(1.959964, abs=1e-6)


def test_a_split_is_checked_by_chi_square() -> None:
    """821,588 and 815,482 units of a half each: p = 1.8e-6 (scipy.stats.chisquare)."""
    assert sample_ratio({"a": 821_588, "b": 815_482}, {"a": 0.5, "b": 0.5}) == pytest.approx(1.82e-6, rel=1e-2)
    assert sample_ratio({"a": 100, "b": 300}, {"a": 0.1, "b": 0.3}) == pytest.approx(1.0)
    assert sample_ratio({"a": 0, "b": 0}, {"a": 0.5, "b": 0.5}) == 1.0
    assert sample_ratio({"a": 7}, {"a": 1.0}) == 1.0


def test_a_split_may_be_looked_at_every_day() -> None:
    """Worked by hand for 2 and 0 units of halves: 500/1000 · 501/1001 / (1/2)² = 1.000999."""
    halves = {"a": 0.5, "b": 0.5}
    assert always_sample_ratio({"a": 2, "b": 0}, halves) == pytest.approx(1 / 1.000999000999, rel=1e-9)
    assert always_sample_ratio({"a": 821_588, "b": 815_482}, halves) < BROKEN
    assert always_sample_ratio({"a": 100, "b": 300}, {"a": 0.1, "b": 0.3}) == 1.0
    assert always_sample_ratio({"a": 0, "b": 0}, halves) == 1.0
    steps = np.random.default_rng(8).binomial(100, 0.5, (400, 200)).cumsum(-1)
    total = np.arange(1, 201) * 100
    found = [
        min(always_sample_ratio({"a": int(a), "b": int(n - a)}, halves) for a, n in zip(row, total, strict=True))
        for row in steps
    ]
    assert np.mean(np.array(found) < 0.05) < 0.05


def test_several_p_are_corrected() -> None:
    """statsmodels multipletests of the same five."""
    p = [0.01, 0.04, 0.03, 0.005, 0.2]
    assert holm(p) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.2])
    assert benjamini_hochberg(p) == pytest.approx([0.025, 0.05, 0.05, 0.025, 0.2])
    assert np.isnan(holm([0.01, np.nan])[1])
    assert holm([0.01, np.nan])[0] == 0.01
    assert holm([]).shape == (0,)


def test_units_that_are_needed() -> None:
    """statsmodels: NormalIndPower 1,569.77 an arm, and 1,400.99 in the smaller arm of one to three;
    samplesize_proportions_2indep_onetail 14,750.8 an arm with a pooled variance, a little more than unpooled."""
    assert units_needed(1.0, 0.1, variance=1.0, changed_variance=1.0) == pytest.approx(2 * 1569.77, abs=1)
    wide = units_needed(1.0, 0.1, variance=1.0, changed_variance=1.0, shares=(0.25, 0.75), power=0.9)
    assert wide == pytest.approx(4 * 1400.99, abs=2)
    assert units_needed(0.1, 0.1) == pytest.approx(2 * 14750.8, rel=2e-4)
    assert units_needed(1.0, 0.1, variance=1.0) == pytest.approx((1 + 1.21) * 1569.77, abs=1)
    assert units_needed(0.1, -0.1) < units_needed(0.1, 0.1)
    assert units_needed(0.1, 0.1, test="sequential") == pytest.approx(
        ((3.256 + 0.8416) / 2.8016) ** 2 * units_needed(0.1, 0.1), rel=1e-3
    )


def test_what_cannot_be_planned_is_refused() -> None:
    for value, effect, keys in (
        (0.1, 0.0, {}),
        (float("nan"), 0.1, {}),
        (0.9, 0.2, {}),
        (1.0, 0.1, {"variance": 0.0}),
        (0.1, 0.1, {"level": 0.0}),
        (0.1, 0.1, {"shares": (0.0, 1.0)}),
    ):
        with pytest.raises(InputError, match="planning"):
            units_needed(value, effect, **keys)  # type: ignore[arg-type]


def test_running_moments_are_those_of_every_beginning() -> None:
    values = np.random.default_rng(4).normal(1e6, 3, (3, 60, 4))
    running = Moments.running(values, 4)
    for look in range(4):
        part = Moments.of(values[:, : 15 * (look + 1)])
        assert running.units[:, look] == pytest.approx(part.units)
        assert running.mean[:, look] == pytest.approx(part.mean)
        assert running.covariance[:, look] == pytest.approx(part.covariance, rel=1e-6, abs=1e-6)
