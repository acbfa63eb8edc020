"""Whether two orders agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopmind.kit.errors import InputError

Floats = NDArray[np.float64]


def average_ranks(values: ArrayLike) -> Floats:
    """(n,) ranks from 1 in rising order; equal values share the mean of their ranks."""
    given = np.asarray(values, np.float64)
    _, place, counts = np.unique(given, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2.0)[place], np.float64)


def spearman(one: ArrayLike, other: ArrayLike) -> float:
    """Spearman's rank correlation in [-1, 1], ties by average ranks; pairs with a NaN are left out.

    NaN with fewer than two pairs, or when one side is constant: a constant has no order to agree with.

    Source: Spearman, The proof and measurement of association between two things (1904); Pearson's correlation of
    average ranks is the form for ties.
    """
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if one.shape != other.shape or one.ndim != 1:
        raise InputError(f"metrics: {one.shape} and {other.shape} are not pairs")
    known = ~(np.isnan(one) | np.isnan(other))
    a, b = average_ranks(one[known]), average_ranks(other[known])
    if len(a) < 2:
        return float("nan")
    a, b = a - a.mean(), b - b.mean()
    scale = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / scale) if scale > 0 else float("nan")
