"""How many units an experiment needs before it can find what is worth finding."""

from __future__ import annotations

from math import ceil, isfinite
from statistics import NormalDist

from shopmind.evaluation.experiments.intervals import reach
from shopmind.kit.errors import InputError
from shopmind.scenarios.experiment import Test


def units_needed(
    value: float,
    effect: float,
    *,
    variance: float | None = None,
    changed_variance: float | None = None,
    shares: tuple[float, float] = (0.5, 0.5),
    level: float = 0.05,
    power: float = 0.8,
    test: Test = "fixed",
) -> int:
    """Units of both arms together that find a relative change of `effect` with chance `power`.

    N = (q + z_power)² (v0 / w0 + v1 / w1) / (effect value)², v the variances of one unit, w the arms' shares. q is the
    normal quantile of level/2 in a fixed test; in a sequential one the reach of its interval at N, so that the chance
    holds at the last look alone and the earlier ones only add to it.

    Source: Chow, Shao, Wang, Sample size calculations in clinical research (2008), 3.2.1 (means) and 4.2.1 (shares,
    unpooled); of a ratio the variance is that of the delta method (estimate.pair).

    Args:
        value: of the metric without the change.
        effect: 0.05 is five per cent more; below 0 it is less.
        variance: of one unit (times units, that of the arm's estimate); None says that the metric is a share of
            units, 0 or 1 each, and the changed arm has the variance of its own share.
        changed_variance: of one unit with the change; None says that the change multiplies what each unit does, so
            (1 + effect)² times as much.

    Raises:
        InputError: a share, level or power out of range, or a value, effect or variance of nothing.
    """
    if not (isfinite(value) and value != 0 and isfinite(effect) and effect != 0):
        raise InputError(f"planning: value {value} and effect {effect} must be numbers other than 0", field="effect")
    if not (0 < level < 0.5 and 0.5 <= power < 1 and min(shares) > 0 and sum(shares) <= 1 + 1e-9):
        raise InputError(f"planning: level {level}, power {power}, shares {shares} are not allowed", field="level")
    changed = value * (1 + effect)
    if variance is None:
        if not (0 < value < 1 and 0 < changed < 1):
            raise InputError(f"planning: shares of {value:g} and {changed:g} must lie between 0 and 1", field="value")
        before, after = value * (1 - value), changed * (1 - changed)
    elif not (isfinite(variance) and variance > 0):
        raise InputError(f"planning: variance {variance} must be above 0", field="variance")
    else:
        before = variance
        after = variance * (1 + effect) ** 2 if changed_variance is None else changed_variance
    away = quantile(level, test) + NormalDist().inv_cdf(power)
    spread = before / shares[0] + after / shares[1]
    return ceil(away**2 * spread / (changed - value) ** 2 * sum(shares))


def quantile(level: float, test: Test) -> float:
    """Standard errors that a difference must be away from 0 at the planned number of units."""
    if test == "fixed":
        return NormalDist().inv_cdf(1 - level / 2)
    return float(reach(1.0, 1.0, level))
