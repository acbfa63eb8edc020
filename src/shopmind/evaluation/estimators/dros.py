"""Doubly robust with optimistic shrinkage of the weights."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from shopmind.evaluation.estimators.bias import chosen_weights, corrected, grid
from shopmind.evaluation.estimators.estimator import Estimator, Sum
from shopmind.evaluation.estimators.logged import Floats, Logged


class Dros(Estimator):
    """As dr with ŵ = λ · w / (w² + λ); λ is chosen by a bound of its error (bias.py). λ → ∞ is dr, λ = 0 is dm.

    Source: Su, Dimakopoulou, Krishnamurthy, Dudík, Doubly robust off-policy evaluation with shrinkage, ICML 2020.
    """

    trusts: ClassVar[str] = "both"
    says: ClassVar[str] = "as dr, large weights shrunk as far as a bound of the bias allows"

    def __init__(self, shrinkage: float | None = None) -> None:
        self._shrinkage = shrinkage

    def sum(self, logged: Logged) -> Sum:
        """See Estimator."""
        weights = logged.weights
        if self._shrinkage is None:
            tried = [np.inf, *(grid(weights) ** 2 * 100)]
        else:
            tried = [self._shrinkage]
        options = ((float(each), shrunk(weights, float(each))) for each in tried)
        shrinkage, kept = chosen_weights(logged, options)
        return Sum(corrected(logged, kept), kept, kept < 0.99 * weights, {"shrinkage": shrinkage})


def shrunk(weights: Floats, shrinkage: float) -> Floats:
    """(n,) λ · w / (w² + λ); λ = ∞ leaves them as they are."""
    if np.isinf(shrinkage):
        return weights
    return shrinkage * weights / (weights**2 + shrinkage)
