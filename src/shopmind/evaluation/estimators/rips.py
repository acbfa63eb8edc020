"""Reward-interaction inverse propensity scoring of slates."""

from __future__ import annotations

from typing import ClassVar

from shopmind.evaluation.estimators.estimator import Estimator, Sum
from shopmind.evaluation.estimators.logged import Logged
from shopmind.metrics.off_policy import Terms


class Rips(Estimator):
    """mean over answers of Σ over places of (w_1 · … · w_k) · r_k: who reads from the top has seen what stands above.

    The chances of places are taken to be independent of each other, given the request.

    Source: McInerney, Brost, Chandar, Mehrotra, Carterette, Counterfactual evaluation of slate recommendations with
    sequential reward interactions, KDD 2020 (without its normalisation).
    """

    needs: ClassVar[tuple[str, ...]] = ("slates",)
    trusts: ClassVar[str] = "propensities"
    says: ClassVar[str] = "a reward depends on its place and all above it"

    def sum(self, logged: Logged) -> Sum:
        """See Estimator."""
        return Sum(Terms(logged.per * logged.so_far * logged.rewards), logged.so_far)
