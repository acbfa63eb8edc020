"""Independent inverse propensity scoring of slates."""

from __future__ import annotations

from typing import ClassVar

from shopmind.evaluation.estimators.estimator import Estimator, Sum
from shopmind.evaluation.estimators.ips import Ips
from shopmind.evaluation.estimators.logged import Logged


class Iips(Estimator):
    """mean over answers of Σ over places of w_k · r_k: what stands elsewhere does not matter.

    Source: Li, Abbasi-Yadkori, Kveton, Muthukrishnan, Vinay, Wen, Offline evaluation of ranking policies with click
    models, KDD 2018 (item-position model).
    """

    needs: ClassVar[tuple[str, ...]] = ("slates",)
    trusts: ClassVar[str] = "propensities"
    says: ClassVar[str] = "every place of an answer for itself"

    def sum(self, logged: Logged) -> Sum:
        """See Estimator."""
        return Ips().sum(logged)
