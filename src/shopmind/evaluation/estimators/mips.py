"""Marginalised inverse propensity scoring: how often a kind of arm was shown, not which arm."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from shopmind.evaluation.estimators.estimator import Estimator, Sum
from shopmind.evaluation.estimators.logged import Logged
from shopmind.metrics.off_policy import Terms


class Mips(Estimator):
    """mean(w(x, e) · r), w(x, e) = E[w | stratum, kind]: the mean weight of the stratum's rows of that kind.

    Unbiased if arms of one kind earn alike in a stratum; with many arms its variance is that of the few kinds.

    Source: Saito, Joachims, Off-policy evaluation for large action spaces via embeddings, ICML 2022, eq. 7.
    """

    needs: ClassVar[tuple[str, ...]] = ("kinds",)
    trusts: ClassVar[str] = "propensities"
    says: ClassVar[str] = "as ips by the kind of arm: right if arms of one kind earn alike"

    def sum(self, logged: Logged) -> Sum:
        """See Estimator."""
        kinds = logged.kinds
        if kinds is None:
            raise ValueError("mips needs kinds")
        cells = logged.strata * (int(kinds.max(initial=0)) + 1) + kinds[logged.arms]
        _, cells = np.unique(cells, return_inverse=True)
        counts = np.bincount(cells)
        mean = np.bincount(cells, logged.weights) / counts
        reward = np.bincount(cells, logged.rewards) / counts
        noise = (logged.weights - mean[cells]) * reward[cells]
        weights = mean[cells]
        return Sum(Terms(logged.per * weights * logged.rewards, noise=logged.per * noise), weights)
