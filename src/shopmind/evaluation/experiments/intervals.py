"""How sure a difference is: once, at a size fixed beforehand, or at every look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded when they are first named: half a second of stats
from numpy.typing import ArrayLike

from shopmind.evaluation.experiments.estimate import Estimate
from shopmind.evaluation.experiments.moments import Floats

USUAL_UNITS = 10_000.0
"""Planned units where nothing was planned."""

TIGHTEST = 0.1
"""Part of the planned units at which an always-valid interval is tightest. At all of them it reaches 7 % further than
one made for there, and an effect much larger than planned is seen much sooner."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the other arm adds to the control.

    Attributes:
        difference, low, high: of the metric itself.
        lift, lift_low, lift_high: relative to the control; NaN where the control is not surely above 0. The interval
            leaves out 0 exactly where that of the difference does.
        p: chance of such a difference or a larger one where there is none; always-valid in a sequential test.
    """

    difference: Floats
    low: Floats
    high: Floats
    lift: Floats
    lift_low: Floats
    lift_high: Floats
    p: Floats


def fixed(control: Estimate, other: Estimate, *, level: float = 0.05) -> Comparison:
    """Welch's test: right once, when the number of units was fixed before the first look.

    Source: Welch, The generalization of Student's problem when several different population variances are involved,
    Biometrika 34 (1947).
    """
    one, two = control.variance, other.variance
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = (one + two) ** 2 / (one**2 / (control.units - 1) + two**2 / (other.units - 1))
        z = (other.value - control.value) / np.sqrt(one + two)
    reach, p = scipy.stats.t.isf(level / 2, freedom), 2 * scipy.stats.t.sf(np.abs(z), freedom)
    return _comparison(control, other, np.asarray(reach), np.asarray(p))


def sequential(
    control: Estimate, other: Estimate, *, level: float = 0.05, planned: ArrayLike = USUAL_UNITS
) -> Comparison:
    """Right at every look at once, however often and whenever somebody stops: the mixture sequential ratio test, and
    the confidence sequence that it is the other side of.

    The difference is held against 0 by the likelihood ratio L averaged over effects from N(0, (rho s)²), s² the
    variance of one unit: L = (1 + n rho²)^(-1/2) exp(z² n rho² / (2 (1 + n rho²))). Under no difference L stays below
    1/a for ever with probability 1 - a, so p = min(1, 1/L), and the interval is what p does not refuse:
    z² <= 2 (1 + n rho²) / (n rho²) log(sqrt(1 + n rho²) / a). rho makes it tightest at a tenth of `planned`.

    Source: Johari, Koomen, Pekelis, Walsh, Always valid inference: continuous monitoring of A/B tests, Operations
    Research 70 (2022), section 5; Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, Time-uniform central limit theory and
    asymptotic confidence sequences, Annals of Statistics 52 (2024), section 2 and its choice of rho.

    Args:
        planned: units of both arms together.
    """
    units = control.units + other.units
    known = units * mixture(level, TIGHTEST * np.asarray(planned))
    bound = threshold(known, level)
    with np.errstate(invalid="ignore", divide="ignore"):
        squared = (other.value - control.value) ** 2 / (control.variance + other.variance)
        p = np.exp(np.minimum(0.0, 0.5 * np.log1p(known) - squared * known / (2 * (1 + known))))
    return _comparison(control, other, bound, p)


def mixture(level: float, planned: ArrayLike) -> Floats:
    """rho²: the spread of effects that makes the interval tightest at `planned` units."""
    said = -2 * np.log(level)
    return np.asarray((said + np.log(said) + 1) / np.asarray(planned, np.float64))


def threshold(known: ArrayLike, level: float) -> Floats:
    """How many standard errors the always-valid interval reaches, where n rho² = `known`."""
    n = np.asarray(known, np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(np.sqrt(2 * (1 + n) / n * np.log(np.sqrt(1 + n) / level)))


def reach(units: ArrayLike, planned: ArrayLike, level: float) -> Floats:
    """How many standard errors the always-valid interval of `sequential` reaches."""
    return threshold(np.asarray(units) * mixture(level, TIGHTEST * np.asarray(planned)), level)


def _comparison(control: Estimate, other: Estimate, reach: Floats, p: Floats) -> Comparison:
    difference = other.value - control.value
    around = reach * np.sqrt(control.variance + other.variance)
    lift = _lift(control, other, reach)
    return Comparison(difference, difference - around, difference + around, *lift, np.asarray(p))


def _lift(control: Estimate, other: Estimate, reach: Floats) -> tuple[Floats, Floats, Floats]:
    """Value and bounds of other/control - 1: every r at which other - (1 + r) control is not surely other than 0.

    Source: Fieller, Some problems in interval estimation, Journal of the Royal Statistical Society B 16 (1954).
    """
    a, b = control.value, other.value
    sure = a**2 - reach**2 * control.variance
    good = (sure > 0) & (a > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt(np.maximum((a * b) ** 2 - sure * (b**2 - reach**2 * other.variance), 0.0))
        found = (b / a - 1, (a * b - root) / sure - 1, (a * b + root) / sure - 1)
    value, low, high = (np.where(good, each, np.nan) for each in found)
    return value, low, high
