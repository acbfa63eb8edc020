"""Whether the units came in the shares they were dealt in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import stats

BROKEN = 0.001
"""A p below this says that something lets units of one variant go missing; the figures are then not read."""


def sample_ratio(units: Mapping[str, int], shares: Mapping[str, float]) -> float:
    """p of the counts under the shares (of the arms named in both); 1 where nothing was counted.

    Source: Pearson's chi-square; Fabijan et al., Diagnosing sample ratio mismatch in online controlled experiments,
    KDD 2019.
    """
    names = [name for name in shares if name in units and shares[name] > 0]
    seen = np.array([units[name] for name in names], np.float64)
    dealt = np.array([shares[name] for name in names], np.float64)
    if len(names) < 2 or not seen.sum():
        return 1.0
    return float(stats.chisquare(seen, seen.sum() * dealt / dealt.sum()).pvalue)
