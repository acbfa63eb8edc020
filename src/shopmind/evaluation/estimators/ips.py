"""Inverse propensity scoring."""

from __future__ import annotations

from typing import ClassVar

from shopmind.evaluation.estimators.estimator import Estimator, Sum
from shopmind.evaluation.estimators.logged import Logged
from shopmind.metrics.off_policy import Terms


class Ips(Estimator):
    """mean(w · r), w = target / propensity.

    Source: Horvitz, Thompson, A generalization of sampling without replacement from a finite universe, JASA 1952; for
    bandits Li, Chu, Langford, Wang, Unbiased offline evaluation, WSDM 2011.
    """

    trusts: ClassVar[str] = "propensities"
    says: ClassVar[str] = "rewards weighed by how much more often the target would have chosen so"

    def sum(self, logged: Logged) -> Sum:
        """See Estimator."""
        return Sum(Terms(logged.per * logged.weights * logged.rewards), logged.weights)
