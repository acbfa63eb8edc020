"""Self-normalised inverse propensity scoring."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from shopmind.evaluation.estimators.estimator import Estimator, Sum
from shopmind.evaluation.estimators.logged import Logged
from shopmind.metrics.off_policy import Terms


class Snips(Estimator):
    """Σ w · r / Σ w: never outside the range of rewards, and indifferent to propensities that are all wrong alike.

    Source: Swaminathan, Joachims, The self-normalized estimator for counterfactual learning, NIPS 2015.
    """

    trusts: ClassVar[str] = "propensities"
    says: ClassVar[str] = "as ips, divided by the weights' own mean"

    def sum(self, logged: Logged) -> Sum:
        """See Estimator."""
        weights = logged.weights
        terms = Terms(np.zeros(len(logged)), logged.per * weights * logged.rewards, weights)
        return Sum(terms, weights)
