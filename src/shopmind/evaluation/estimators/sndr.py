"""The self-normalised doubly robust estimator."""

from __future__ import annotations

from typing import ClassVar

from shopmind.evaluation.estimators.estimator import Estimator, Sum
from shopmind.evaluation.estimators.logged import Logged
from shopmind.metrics.off_policy import Terms


class Sndr(Estimator):
    """mean(q̂(x, target)) + Σ w · (r − q̂(x, a)) / Σ w.

    Source: Thomas, Brunskill, Data-efficient off-policy policy evaluation for reinforcement learning, ICML 2016
    (weighted doubly robust, one step).
    """

    trusts: ClassVar[str] = "either"
    says: ClassVar[str] = "as dr, its correction divided by the weights' own mean"

    def sum(self, logged: Logged) -> Sum:
        """See Estimator."""
        model, weights = logged.model, logged.weights
        left = logged.per * weights * (logged.rewards - model.chosen)
        return Sum(Terms(logged.per * model.expected, left, weights), weights)
