"""p of several comparisons, corrected for being several."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from shopmind.evaluation.experiments.moments import Floats


def holm(p: ArrayLike) -> Floats:
    """(m,) p below the level a for any of them with chance a at most, if none differs. NaN stay NaN and do not count.

    Source: Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979).
    """
    return _stepwise(p, lambda ordered, m: np.maximum.accumulate(ordered * (m - np.arange(m))))


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """(m,) p below the level a: of those at most the share a is expected to be false. NaN as in `holm`.

    Source: Benjamini, Hochberg, Controlling the false discovery rate, Journal of the Royal Statistical Society B 57
    (1995).
    """
    return _stepwise(p, lambda ordered, m: np.minimum.accumulate((ordered * m / np.arange(1, m + 1))[::-1])[::-1])


def _stepwise(p: ArrayLike, adjust: Callable[[Floats, int], Floats]) -> Floats:
    given = np.asarray(p, np.float64)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    found = np.full(given.shape, np.nan)
    if len(order):
        found[order] = np.minimum(adjust(given[order], len(order)), 1.0)
    return found
