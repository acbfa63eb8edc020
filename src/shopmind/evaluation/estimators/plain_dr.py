"""The doubly robust estimator by its formula."""

from __future__ import annotations

from typing import ClassVar

from shopmind.evaluation.estimators.estimator import Estimator, Sum
from shopmind.evaluation.estimators.logged import Logged
from shopmind.metrics.off_policy import Terms


class PlainDr(Estimator):
    """mean(q̂(x, target) + w · (r − q̂(x, a))), each row foreseen by a model that did not see it.

    Source: Dudík, Langford, Li, Doubly robust policy evaluation and learning, ICML 2011; cross-fitting, Chernozhukov
    and others, Double/debiased machine learning, The Econometrics Journal 2018.
    """

    trusts: ClassVar[str] = "either"
    says: ClassVar[str] = "the model, corrected by weighted rewards: right if the model or the propensities are"

    def sum(self, logged: Logged) -> Sum:
        """See Estimator."""
        model, weights = logged.model, logged.weights
        return Sum(Terms(logged.per * (model.expected + weights * (logged.rewards - model.chosen))), weights)
