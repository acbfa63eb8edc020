"""What is kept of an arm: how many units, and means and covariances of what each of them did.

All figures of an experiment follow from these, so thousands of simulated ones are computed at once: every array may
have leading axes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

NUMERATOR, DENOMINATOR, EARLIER, EARLIER_DENOMINATOR = range(4)
"""Columns of a unit. Of a mean or a proportion the denominator is 1; without an earlier period the last two are 0."""


@dataclass(frozen=True, slots=True)
class Moments:
    """One arm.

    Attributes:
        units: (...).
        mean: (..., 4).
        covariance: (..., 4, 4), divided by units - 1; NaN of fewer than two units.
    """

    units: Floats
    mean: Floats
    covariance: Floats

    @staticmethod
    def of(values: ArrayLike) -> Moments:
        """Of (..., n, 4) values."""
        given = np.asarray(values, np.float64)
        n = given.shape[-2]
        mean = given.mean(-2) if n else np.full((*given.shape[:-2], 4), np.nan)
        apart = given - mean[..., None, :]
        square = np.swapaxes(apart, -1, -2) @ apart
        return Moments(np.full(given.shape[:-2], float(n)), mean, square / (n - 1) if n > 1 else square * np.nan)

    @staticmethod
    def running(values: ArrayLike, looks: int) -> Moments:
        """Of (..., n, 4) values seen in their order: a last leading axis of `looks` ever longer beginnings.

        n must be divisible by `looks`.
        """
        given = np.asarray(values, np.float64)
        size = given.shape[-2] // looks
        middle = given.mean(-2, keepdims=True)  # large values lose no digits when squared
        blocks = (given - middle).reshape(*given.shape[:-2], looks, size, 4)
        sums = blocks.sum(-2).cumsum(-2)
        squares = (np.swapaxes(blocks, -1, -2) @ blocks).cumsum(-3)
        units = np.arange(1, looks + 1) * float(size)
        mean = sums / units[:, None]
        spread = squares - units[:, None, None] * mean[..., :, None] * mean[..., None, :]
        return Moments(np.broadcast_to(units, mean.shape[:-1]), mean + middle, spread / (units - 1)[:, None, None])
