"""How sure a share is: so many of so many."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from shopmind.kit.errors import InputError


def wilson(hits: int, trials: int, *, level: float = 0.95) -> tuple[float, float]:
    """Lower and upper bound of the share behind `hits` of `trials`; (0, 1) for no trials.

    Source: Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927):
    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).

    Raises:
        InputError: hits outside 0..trials, or a level outside 0..1.
    """
    if not 0 <= hits <= trials or not 0 < level < 1:
        raise InputError(f"wilson: {hits} of {trials} at level {level} is not allowed")
    if trials == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = hits / trials
    middle = share + z * z / (2 * trials)
    spread = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    whole = 1 + z * z / trials
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)
