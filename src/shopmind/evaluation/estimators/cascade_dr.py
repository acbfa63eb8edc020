"""The doubly robust estimator of slates read from the top."""

from __future__ import annotations

from typing import ClassVar

from shopmind.evaluation.estimators.estimator import Estimator, Sum
from shopmind.evaluation.estimators.logged import Logged
from shopmind.metrics.off_policy import Terms


class CascadeDr(Estimator):
    """mean over answers of Σ over places of q̂_k(x, target) + (w_1 · … · w_k) · (r_k − q̂_k(x, a_k)).

    The paper's q̂_k foresees all rewards from place k on. With a model that adds places up, what it foresees of later
    places is the same on both sides of the difference, and this is what remains.

    Source: Kiyohara, Saito, Matsuhiro, Narita, Shimizu, Yamamoto, Doubly robust off-policy evaluation for ranking
    policies under the cascade behavior model, WSDM 2022, eq. 6.
    """

    needs: ClassVar[tuple[str, ...]] = ("slates",)
    trusts: ClassVar[str] = "either"
    says: ClassVar[str] = "as rips, with a model of the rewards that weighted rewards correct"

    def sum(self, logged: Logged) -> Sum:
        """See Estimator."""
        model, weights = logged.model, logged.so_far
        terms = model.expected + weights * (logged.rewards - model.chosen)
        return Sum(Terms(logged.per * terms), weights)
