"""Means of weighted rewards: a value, two intervals that heed skewness and clusters, and how much the weights can be
trusted. Pure functions of arrays; which terms an estimator adds up is said in evaluation/estimators and in the recipes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded when they are first named: half a second of stats
from numpy.typing import NDArray

from shopmind.kit.errors import InputError

Floats = NDArray[np.float64]

MOST_UNITS = 10_000
"""Units that are drawn; of more, whole groups by chance are drawn, which says the same of a mean."""
TAILS = 1.25
"""What the kurtosis of a sample is multiplied by: one with heavy tails seldom holds its own furthest row."""
LEAST_LEFT = 0.05
"""Least share of the weight that is taken to be left without a unit."""
LEAST_EFFECTIVE = 30.0
"""Effective rows below which nothing is said."""
FAR = 0.2
"""How far the mean weight may be from 1, if that is not chance."""
CHANCE = 4.0
"""Standard errors that count as chance."""
CELLS = 4_000_000
"""Most cells of a block of draws held in memory at once."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an estimator adds up: value = mean(added) + mean(top) / mean(bottom).

    Attributes:
        added: (n,) terms of the mean.
        top, bottom: (n,) of a ratio, for estimators that divide by their own weights; None for none.
        noise: (n,) what each row moves a fitted model by, in units of the value: it sums to about 0, says nothing of
            the value, and belongs into the interval; None when nothing was fitted.
        aside: what the value is moved by while its interval stays.
    """

    added: Floats
    top: Floats | None = None
    bottom: Floats | None = None
    noise: Floats | None = None
    aside: float = 0.0


@dataclass(frozen=True, slots=True)
class Estimated:
    """A value with its intervals of 95 % unless asked otherwise.

    Attributes:
        value: NaN when there are no rows, or no weight at all to divide by.
        low, high: asymptotic, corrected for skewness (`skew_interval`); NaN with fewer than two units.
        drawn_low, drawn_high: studentised bootstrap (`drawn_interval`).
        error: standard error.
        units: how many independent units there are.
    """

    value: float
    low: float
    high: float
    drawn_low: float
    drawn_high: float
    error: float
    units: int


@dataclass(frozen=True, slots=True)
class Influence:
    """How much each unit moves an estimate: (u,) with mean 0 beside the value. `centre` is where the interval lies."""

    value: float
    moves: Floats
    centre: float


def influence(terms: Terms, units: NDArray[np.int64] | None = None) -> Influence:
    """Value and (u,) influence of each unit, their mean being 0.

    Args:
        units: (n,) which rows belong together (the request, the customer), 0-based; None: each row for itself.

    In a ratio a unit moves the value by what it would be without that unit, over one less its share of all weight.

    Source: the delta method for a ratio of means with clusters, Cochran, Sampling techniques (1977), chapter 6; leaving
    one out, Efron, Tibshirani, An introduction to the bootstrap (1993), chapter 11.
    """
    n = len(terms.added)
    count = _summed(np.ones(n), units)
    if not n:
        return Influence(float("nan"), np.empty(0), float("nan"))
    per_unit = n / len(count)
    value = float(terms.added.sum() / n)
    moves = (_summed(terms.added, units) - value * count) / per_unit
    if terms.noise is not None:
        noise = _summed(terms.noise, units) / per_unit
        moves = moves + noise - noise.mean()
    if terms.top is not None and terms.bottom is not None:
        weight = float(terms.bottom.mean())
        if not weight > 0:
            return Influence(float("nan"), np.full(len(count), np.nan), float("nan"))
        ratio = float(terms.top.mean()) / weight
        bottom = _summed(terms.bottom, units)
        pull = (_summed(terms.top, units) - ratio * bottom) / (weight * per_unit)
        without = pull / np.maximum(1 - bottom / bottom.sum(), LEAST_LEFT)
        moves = moves + without - without.mean()
        value += ratio
    return Influence(value + terms.aside, moves, value)


def estimated(
    all_terms: Sequence[Terms],
    *,
    seed: int,
    units: NDArray[np.int64] | None = None,
    draws: int = 1_000,
    level: float = 0.95,
) -> list[Estimated]:
    """Each of `all_terms` (over the same n rows) with its intervals; all share the draws.

    Args:
        units: (n,) which rows belong together; see `influence`.
        draws: of the bootstrap; 0 leaves it out.
    """
    found = [influence(each, units) for each in all_terms]
    if not 0 < level < 1:
        raise InputError(f"intervals: level {level} is not between 0 and 1")
    moves = np.stack([each.moves for each in found], axis=1) if found else np.empty((0, 0))
    drawn = drawn_interval(moves, seed=seed, draws=draws, level=level)
    made = []
    for each, (below, above) in zip(found, drawn, strict=True):
        low, high, error = skew_interval(each.moves, level=level)
        at = each.centre
        made.append(Estimated(each.value, at + low, at + high, at + below, at + above, error, len(each.moves)))
    return made


def skew_interval(moves: Floats, *, level: float = 0.95) -> tuple[float, float, float]:
    """How far below and above the value the interval reaches (low ≤ 0 ≤ high), and the standard error.

    A normal interval misses on one side when rewards are rare and weights large. Hall's cubic transformation takes the
    skewness out: with g = skewness, k = g / √n and t the quantile,

        inverse(u) = (∛(1 + k · (u − k / 6)) − 1) · 3 / k,  low = −inverse(t) · error,  high = −inverse(−t) · error

    t is Student's with 2n / (1.25 · kurtosis − 1) degrees of freedom, about those of the variance; a hundred rows
    with one click know little of their own variance.

    Source: Hall, On the removal of skewness by transformation, JRSS B 54 (1992), eq. 2.4; degrees of freedom by
    Satterthwaite (1946).

    Args:
        moves: (u,) influence of each unit, mean 0.
    """
    n = len(moves)
    if n < 2 or np.isnan(moves).any():
        return float("nan"), float("nan"), float("nan")
    variance = float(np.mean(moves**2))
    if variance <= 1e-300:
        return 0.0, 0.0, 0.0
    error = float(np.sqrt(variance / (n - 1)))
    t = _student(moves, level)
    k = _skew(moves)
    return -_inverse(t, k) * error, -_inverse(-t, k) * error, error


def drawn_interval(moves: Floats, *, seed: int, draws: int = 1_000, level: float = 0.95) -> list[tuple[float, float]]:
    """(low, high) distances from the value of each of m columns, by a studentised bootstrap of Hall's transformation.

    In every draw of n units with replacement: t = mean / (deviation / √n), out of which Hall's cubic takes the skewness
    of that draw. Quantiles of these are taken back by the skewness of the sample. Draws that hold no reward have no
    deviation and are left out. A sample without its own far tail cannot draw it: quantiles are stretched as Student's
    of `skew_interval` is above the normal one.

    Source: Hall, On the removal of skewness by transformation, JRSS B 54 (1992), section 3; Efron, Tibshirani, An
    introduction to the bootstrap (1993), chapters 12.5 and, on influence values, 22. Of B draws the i-th smallest
    is the quantile i / (B + 1) (chapter 12.5): with 200 draws, other rules cost a hundredth of the coverage.

    Args:
        moves: (u, m) influence of each unit, mean 0.
    """
    n, m = moves.shape
    nothing = [(float("nan"), float("nan"))] * m
    if n < 2 or draws < 1:
        return nothing
    moves = _grouped(moves, seed)
    n = len(moves)
    error = np.sqrt(np.mean(moves**2, axis=0) / (n - 1))
    means, deviations, skews = _draws(moves, seed, draws)
    found = []
    for place in range(m):
        if np.isnan(error[place]):
            found.append(nothing[place])
        elif not error[place] > 0:
            found.append((0.0, 0.0))
        else:
            known = deviations[:, place] > 1e-9 * error[place]
            t, k = means[known, place] / deviations[known, place], skews[known, place]
            t = t + k * t**2 / 3 + k**2 * t**3 / 27 + k / 6
            tails = [(1 - level) / 2, (1 + level) / 2]
            low, high = np.quantile(t, tails, method="weibull") if len(t) > 20 else (np.nan, np.nan)
            stretch = _student(moves[:, place], level) / float(scipy.stats.norm.ppf((1 + level) / 2))
            own = _skew(moves[:, place])
            found.append((-_inverse(high * stretch, own) * error[place], -_inverse(low * stretch, own) * error[place]))
    return [(float(below), float(above)) for below, above in found]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much importance weights can be trusted.

    Attributes:
        effective: Kish's effective sample size, (Σ w)² / Σ w²; 0 without any weight.
        mean: of the weights; 1 up to chance when propensities and target belong to the same rows.
        mean_error: its standard error.
        largest: the largest weight.
        largest_share: share of all weight that the row with the most has.
        clipped: share of rows whose weight an estimator made smaller.
        zero: share of rows the target would never show.
    """

    effective: float
    mean: float
    mean_error: float
    largest: float
    largest_share: float
    clipped: float = 0.0
    zero: float = 0.0


def weights_told(weights: Floats, *, clipped: NDArray[np.bool_] | None = None) -> Weights:
    """What (n,) weights say of themselves.

    Source: effective sample size, Kish, Survey sampling (1965); Owen, Monte Carlo theory (2013), chapter 9.3.
    """
    n, total, squares = len(weights), float(weights.sum()), float((weights**2).sum())
    largest = float(weights.max(initial=0.0))
    return Weights(
        effective=total**2 / squares if squares > 0 else 0.0,
        mean=total / n if n else float("nan"),
        mean_error=float(weights.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan"),
        largest=largest,
        largest_share=largest / total if total > 0 else float("nan"),
        clipped=float(clipped.mean()) if clipped is not None and n else 0.0,
        zero=float((weights <= 0).mean()) if n else float("nan"),
    )


def far_from_one(told: Weights) -> bool:
    """Whether the mean weight is off 1 by more than FAR and more than chance."""
    return abs(told.mean - 1) > max(FAR, CHANCE * told.mean_error)


def doubt(told: Weights, rows: int) -> str | None:
    """Why nothing can be told with these weights, one sentence; None when something can."""
    if far_from_one(told):
        lacking = "the target goes where the log hardly went, or " if told.mean < 1 else ""
        return (
            f"the mean weight is {told.mean:.3f} where 1 is due (± {told.mean_error:.3f}): {lacking}the propensities "
            "are not those of this log"
        )
    if told.effective < LEAST_EFFECTIVE:
        return (
            f"the effective sample size is {told.effective:.1f} of {rows} rows (at least {LEAST_EFFECTIVE:.0f} are "
            f"needed): one row carries {told.largest_share:.0%} of all weight, so its luck would be the answer"
        )
    return None


def _student(moves: Floats, level: float) -> float:
    """Student's quantile with 2n / (TAILS · kurtosis − 1) degrees of freedom, at least 2 and at most n − 1."""
    n, variance = len(moves), float(np.mean(moves**2))
    spread = TAILS * float(np.mean(moves**4)) / variance**2
    freedom = float(np.clip(2 * n / max(spread - 1, 1e-9), 2.0, n - 1))
    return float(scipy.stats.t.ppf((1 + level) / 2, freedom))


def _skew(moves: Floats) -> float:
    """Skewness over √n."""
    return float(np.mean(moves**3) / np.mean(moves**2) ** 1.5 / np.sqrt(len(moves)))


def _inverse(u: float, k: float) -> float:
    if abs(k) < 1e-9:
        return u
    return float((np.cbrt(1 + k * (u - k / 6)) - 1) * 3 / k)


def _summed(values: Floats, units: NDArray[np.int64] | None) -> Floats:
    return values if units is None else np.asarray(np.bincount(units, values), np.float64)


def _grouped(moves: Floats, seed: int) -> Floats:
    """Sums of groups by chance where there are many units, on the scale of one unit's share of the mean."""
    n = len(moves)
    if n <= MOST_UNITS:
        return moves
    groups = np.random.default_rng([seed, n]).permutation(n) % MOST_UNITS
    summed = np.stack([np.bincount(groups, column, minlength=MOST_UNITS) for column in moves.T], axis=1)
    return np.asarray(summed * (MOST_UNITS / n), np.float64)


def _draws(moves: Floats, seed: int, draws: int) -> tuple[Floats, Floats, Floats]:
    """(draws, m) means, their standard errors, and skewness over √n, of samples with replacement."""
    n, m = moves.shape
    powers = np.concatenate([moves, moves**2, moves**3], axis=1)
    random = np.random.default_rng(seed)
    block = max(1, min(draws, CELLS // n))
    sums = np.empty((draws, 3 * m))
    for start in range(0, draws, block):
        size = min(block, draws - start)
        picks = random.integers(0, n, (size, n), dtype=np.int64) + np.arange(size)[:, None] * n
        times = np.bincount(picks.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)
        sums[start : start + size] = times @ powers / n
    means, squares, cubes = sums[:, :m], sums[:, m : 2 * m], sums[:, 2 * m :]
    variances = np.maximum(squares - means**2, 0.0)
    third = cubes - 3 * means * squares + 2 * means**3
    skews = np.divide(third, variances**1.5, out=np.zeros_like(third), where=variances > 0)
    return means, np.sqrt(variances / (n - 1)), skews / np.sqrt(n)
