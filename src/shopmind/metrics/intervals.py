"""How sure a mean is: percentile bootstrap over cases, seeded.

NaN in a column means "this case has no answer": it is left out of that column's mean in the data and in every draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopmind.kit.errors import InputError

Floats = NDArray[np.float64]
CELLS = 4_000_000
"""Most cells of a block of draws held in memory at once."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its interval.

    Attributes:
        value: NaN when no case has an answer.
        low, high: NaN with fewer than two cases.
        cases: how many cases it is the mean of.
        left_out: how many had no answer.
    """

    value: float
    low: float
    high: float
    cases: int
    left_out: int = 0


def bootstrap_columns(columns: ArrayLike, *, seed: int, draws: int = 2_000, level: float = 0.95) -> list[Interval]:
    """The mean of each column with its percentile interval; all columns share the draws.

    Args:
        columns: (n, m): n cases, m figures; NaN = no answer.
        draws: samples of n cases with replacement.
        level: 0.95 gives the 2.5 and 97.5 percentiles of the means of the draws.

    Source: Efron, Bootstrap methods: another look at the jackknife (1979); Efron, Tibshirani (1993), chapter 13.
    """
    values = np.asarray(columns, np.float64)
    if values.ndim != 2 or draws < 1 or not 0 < level < 1:
        raise InputError(f"intervals: columns of shape {values.shape}, draws {draws}, level {level} are not allowed")
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    means = _drawn_means(filled, known.astype(np.float64), seed, draws)
    edges = 100 * np.array([(1 - level) / 2, (1 + level) / 2])
    found = []
    for i in range(values.shape[1]):
        counted = int(known[:, i].sum())
        drawn = means[:, i][~np.isnan(means[:, i])]
        low, high = np.percentile(drawn, edges) if counted > 1 and len(drawn) else (np.nan, np.nan)
        value = filled[:, i].sum() / counted if counted else np.nan
        found.append(Interval(float(value), float(low), float(high), counted, len(values) - counted))
    return found


def bootstrap(values: ArrayLike, *, seed: int, draws: int = 2_000, level: float = 0.95) -> Interval:
    """The mean of (n,) values with its percentile interval."""
    return bootstrap_columns(np.asarray(values, np.float64)[:, None], seed=seed, draws=draws, level=level)[0]


def paired(ours: ArrayLike, theirs: ArrayLike, *, seed: int, draws: int = 2_000, level: float = 0.95) -> Interval:
    """The mean of ours − theirs over the cases where both have an answer; an interval clear of 0 is a difference.

    Source: Efron, Tibshirani, An introduction to the bootstrap (1993), on paired data: cases are drawn, not systems.
    """
    ours, theirs = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    if ours.shape != theirs.shape:
        raise InputError(f"intervals: {ours.shape} and {theirs.shape} are not pairs of the same cases")
    return bootstrap(ours - theirs, seed=seed, draws=draws, level=level)


def mean(values: ArrayLike) -> tuple[float, int]:
    """The mean of the values that are not NaN, and how many were left out."""
    given = np.asarray(values, np.float64)
    known = given[~np.isnan(given)]
    return (float(known.mean()) if len(known) else float("nan")), len(given) - len(known)


def _drawn_means(filled: Floats, known: Floats, seed: int, draws: int) -> Floats:
    n, m = filled.shape
    means = np.full((draws, m), np.nan)
    if not n:
        return means
    random = np.random.default_rng(seed)
    block = max(1, min(draws, CELLS // n))
    both = np.concatenate([filled, known], axis=1)
    for start in range(0, draws, block):
        size = min(block, draws - start)
        picks = random.integers(0, n, (size, n), dtype=np.int64) + np.arange(size)[:, None] * n
        times = np.bincount(picks.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)
        sums = times @ both
        np.divide(sums[:, :m], sums[:, m:], out=means[start : start + size], where=sums[:, m:] > 0)
    return means
