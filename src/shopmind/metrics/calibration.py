"""Whether a probability means what it says. Inputs are (n,) probabilities in [0, 1] and (n,) outcomes 0 or 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopmind.kit.errors import InputError

Floats = NDArray[np.float64]


def expected_calibration_error(probabilities: ArrayLike, outcomes: ArrayLike, bins: int = 15) -> float:
    """Mean distance between what was said and what happened, over bins of equal width, weighted by their size.

    ECE = Σ_b (n_b / n) · |mean outcome in b − mean probability in b|. A bin holds its upper edge (0 goes to the first).

    Source: Guo et al., On calibration of modern neural networks (2017), equation 3.
    """
    said, happened = _checked(probabilities, outcomes)
    if not len(said):
        return float("nan")
    place = np.clip(np.ceil(said * bins).astype(np.int64) - 1, 0, bins - 1)
    gaps = np.bincount(place, happened - said, minlength=bins)
    return float(np.abs(gaps).sum() / len(said))


def brier(probabilities: ArrayLike, outcomes: ArrayLike) -> float:
    """Mean squared distance of probability and outcome.

    Source: Brier, Verification of forecasts expressed in terms of probability (1950), for two outcomes (half of the
    original's value).
    """
    said, happened = _checked(probabilities, outcomes)
    return float(((said - happened) ** 2).mean()) if len(said) else float("nan")


def log_loss(probabilities: ArrayLike, outcomes: ArrayLike, floor: float = 1e-15) -> float:
    """Mean negative log-likelihood in nats; probabilities are kept `floor` away from 0 and 1.

    Source: Good, Rational decisions (1952).
    """
    said, happened = _checked(probabilities, outcomes)
    if not len(said):
        return float("nan")
    said = np.clip(said, floor, 1 - floor)
    return float(-(happened * np.log(said) + (1 - happened) * np.log1p(-said)).mean())


def _checked(probabilities: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Floats]:
    said, happened = np.asarray(probabilities, np.float64), np.asarray(outcomes, np.float64)
    if said.shape != happened.shape or said.ndim != 1:
        raise InputError(f"metrics: {said.shape} probabilities and {happened.shape} outcomes; both must be (n,)")
    if not ((said >= 0) & (said <= 1)).all():
        raise InputError("metrics: a probability is NaN or outside 0–1", field="probabilities")
    if not np.isin(happened, (0, 1)).all():
        raise InputError("metrics: an outcome is neither 0 nor 1", field="outcomes")
    return said, happened
