"""The direct method."""

from __future__ import annotations

from typing import ClassVar

from shopmind.evaluation.estimators.estimator import Estimator, Sum
from shopmind.evaluation.estimators.logged import Logged
from shopmind.metrics.off_policy import Terms


class Dm(Estimator):
    """mean over rows of Σ over arms of target · foreseen reward.

    The interval knows how unsure the model is of its weights, not whether it has the right shape.

    Source: Beygelzimer, Langford, The offset tree for learning with partial labels, KDD 2009 (there: regression); the
    model is that of `reward_model.py`.
    """

    trusts: ClassVar[str] = "model"
    says: ClassVar[str] = "what a model of the rewards foresees; right as far as the model is"

    def sum(self, logged: Logged) -> Sum:
        """See Estimator."""
        model = logged.direct
        return Sum(Terms(logged.per * model.whole, noise=logged.per * model.noise), None)
