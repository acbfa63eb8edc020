"""Doubly robust where weights are moderate, the model alone where they are not."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from shopmind.evaluation.estimators.bias import chosen_weights, corrected, grid
from shopmind.evaluation.estimators.estimator import Estimator, Sum
from shopmind.evaluation.estimators.logged import Logged


class SwitchDr(Estimator):
    """As dr with ŵ = w where w ≤ τ, else 0; τ is chosen by a bound of its error (bias.py).

    Source: Wang, Agarwal, Dudík, Optimal and adaptive off-policy evaluation in contextual bandits, ICML 2017, in the
    form of Su and others, ICML 2020, section 3 (hard thresholding).
    """

    trusts: ClassVar[str] = "both"
    says: ClassVar[str] = "as dr, but rows with a weight above a threshold are left to the model"

    def __init__(self, threshold: float | None = None) -> None:
        self._threshold = threshold

    def sum(self, logged: Logged) -> Sum:
        """See Estimator."""
        weights = logged.weights
        thresholds = grid(weights) if self._threshold is None else np.array([self._threshold])
        options = ((float(each), np.where(weights <= each, weights, 0.0)) for each in thresholds)
        threshold, kept = chosen_weights(logged, options)
        return Sum(corrected(logged, kept), kept, kept < weights, {"threshold": threshold})
