"""The metric of two arms with its variance: a mean, share or ratio, with the noise of the earlier period taken out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopmind.evaluation.experiments.moments import DENOMINATOR, EARLIER, NUMERATOR, Floats, Moments


@dataclass(frozen=True, slots=True)
class Estimate:
    """The metric of one arm.

    Attributes:
        value: NaN where nothing was done that it could be a share of.
        variance: of `value`.
        units: in the arm.
    """

    value: Floats
    variance: Floats
    units: Floats


def pair(control: Moments, other: Moments, *, earlier: bool = True) -> tuple[Estimate, Estimate]:
    """The metric of both arms: sum of numerators over sum of denominators.

    1. A ratio R = mean(y) / mean(d) varies like the mean of z = (y - R d) / mean(d), the delta method; of a mean d is
       1 and z = y - R.
    2. With `earlier`, what the unit's own earlier period foretells is taken out: R - theta (mean(c) - mean(c of both)),
       c = (earlier numerator, earlier denominator), theta the regression of z on c over both arms. Assignment knows
       nothing of the past, so this moves no expectation, only the variance, by the factor 1 - correlation².

    Source: Deng, Knoblich, Lu, Applying the delta method in metric analytics, KDD 2018, equations 2 to 4; Deng, Xu,
    Kohavi, Walker, Improving the sensitivity of online controlled experiments by utilizing pre-experiment data
    (CUPED), WSDM 2013, section 3.
    """
    arms = (control, other)
    ratios = [_ratio(arm) for arm in arms]
    if not earlier:
        found = [(ratio, _variance(arm, ratio)) for arm, ratio in zip(arms, ratios, strict=True)]
    else:
        total = control.units + other.units
        shares = [(arm.units / total) for arm in arms]
        inside = sum(
            share[..., None, None] * arm.covariance[..., EARLIER:, EARLIER:]
            for share, arm in zip(shares, arms, strict=True)
        )
        across = sum(
            share[..., None] * _with_earlier(arm, ratio) for share, arm, ratio in zip(shares, arms, ratios, strict=True)
        )
        theta = _regressed(np.asarray(inside), np.asarray(across))
        centre = sum(share[..., None] * arm.mean[..., EARLIER:] for share, arm in zip(shares, arms, strict=True))
        found = []
        for arm, ratio in zip(arms, ratios, strict=True):
            value = ratio - (theta * (arm.mean[..., EARLIER:] - centre)).sum(-1)
            past = arm.covariance[..., EARLIER:, EARLIER:]
            explained = 2 * (theta * _with_earlier(arm, ratio)).sum(-1)
            explained -= np.einsum("...i,...ij,...j->...", theta, past, theta)
            found.append((value, _variance(arm, ratio) - explained))
    one, two = (
        Estimate(value, np.maximum(spread, 0.0) / arm.units, arm.units)
        for (value, spread), arm in zip(found, arms, strict=True)
    )
    return one, two


def _ratio(arm: Moments) -> Floats:
    whole = arm.mean[..., DENOMINATOR]
    return np.asarray(np.divide(arm.mean[..., NUMERATOR], whole, out=np.full(whole.shape, np.nan), where=whole > 0))


def _variance(arm: Moments, ratio: Floats) -> Floats:
    """Of z, for one unit."""
    moved = arm.covariance
    top, both, below = (moved[..., NUMERATOR, NUMERATOR], moved[..., NUMERATOR, DENOMINATOR], moved[..., 1, 1])
    return np.asarray((top - 2 * ratio * both + ratio**2 * below) / arm.mean[..., DENOMINATOR] ** 2)


def _with_earlier(arm: Moments, ratio: Floats) -> Floats:
    """(..., 2) covariance of z with the earlier period."""
    moved = arm.covariance[..., NUMERATOR, EARLIER:] - ratio[..., None] * arm.covariance[..., DENOMINATOR, EARLIER:]
    return np.asarray(moved / arm.mean[..., DENOMINATOR, None])


def _regressed(inside: Floats, across: Floats) -> Floats:
    """(..., 2) theta; columns that never vary get 0. Scaled first, for money and counts lie far apart."""
    spread = np.sqrt(np.maximum(np.diagonal(inside, axis1=-2, axis2=-1), 0.0))
    scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    alike = np.nan_to_num(inside * scale[..., :, None] * scale[..., None, :])
    theta = np.linalg.pinv(alike, rcond=1e-9, hermitian=True) @ np.nan_to_num(across * scale)[..., None]
    return np.asarray(theta[..., 0] * scale)
