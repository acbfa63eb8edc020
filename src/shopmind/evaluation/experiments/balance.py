"""Whether the units came in the shares they were dealt in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import scipy  # its parts are loaded when they are first named: half a second of stats
from scipy.special import gammaln

from shopmind.evaluation.experiments.moments import Floats

BROKEN = 0.001
"""A p below this says that something lets units of one variant go missing; the figures are then not read."""


CONCENTRATION = 1_000.0
"""Of splits that an always-valid check looks for: it is quickest where a share is off by about 1.5 in a hundred."""


def always_sample_ratio(units: Mapping[str, int], shares: Mapping[str, float]) -> float:
    """As `sample_ratio`, but right at every look at once.

    The counts under the dealt shares t against the same averaged over shares from a Dirichlet around them, c t: the
    ratio of both is G(c)/G(c + n) product of G(c t + x)/G(c t) t^-x, and p = min(1, 1/ratio).

    Source: Lindon, Malek, Anytime-valid inference for multinomial count data, NeurIPS 2022, theorem 1.
    """
    seen, dealt = _both(units, shares)
    if len(seen) < 2 or not seen.sum():
        return 1.0
    around = CONCENTRATION * dealt
    ratio = gammaln(CONCENTRATION) - gammaln(CONCENTRATION + seen.sum())
    ratio += (gammaln(around + seen) - gammaln(around) - seen * np.log(dealt)).sum()
    return float(np.exp(min(0.0, -ratio)))


def sample_ratio(units: Mapping[str, int], shares: Mapping[str, float]) -> float:
    """p of the counts under the shares (of the arms named in both); 1 where nothing was counted.

    Source: Pearson's chi-square; Fabijan et al., Diagnosing sample ratio mismatch in online controlled experiments,
    KDD 2019.
    """
    seen, dealt = _both(units, shares)
    if len(seen) < 2 or not seen.sum():
        return 1.0
    return float(scipy.stats.chisquare(seen, seen.sum() * dealt).pvalue)


def _both(units: Mapping[str, int], shares: Mapping[str, float]) -> tuple[Floats, Floats]:
    """Counts, and shares that add up to 1, of the arms named in both."""
    names = [name for name in shares if name in units and shares[name] > 0]
    dealt = np.array([shares[name] for name in names], np.float64)
    return np.array([units[name] for name in names], np.float64), dealt / dealt.sum() if names else dealt
