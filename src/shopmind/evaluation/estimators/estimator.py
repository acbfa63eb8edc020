"""What every estimator offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from shopmind.evaluation.estimators.logged import Floats, Logged
from shopmind.metrics.off_policy import Terms


@dataclass(frozen=True, slots=True)
class Sum:
    """What an estimator makes of a log.

    Attributes:
        terms: what is added up, per row of the log.
        weights: (n,) the weights it gave rewards, for the diagnostics; None when it gives none.
        clipped: (n,) whose weight it made smaller than target over propensity; None when none can be.
        chosen: options it chose from the data.
    """

    terms: Terms
    weights: Floats | None
    clipped: NDArray[np.bool_] | None = None
    chosen: Mapping[str, float] = field(default_factory=dict)


class Estimator(Protocol):
    """One way to tell a policy's value from the log of another.

    Attributes:
        needs: what of the log it cannot do without, beyond arms, propensities and rewards: "kinds", "slates".
        trusts: what must be right for it to be unbiased: "propensities", "model", "either" or "both" (in part each).
        says: one sentence for people.
    """

    needs: ClassVar[tuple[str, ...]] = ()
    trusts: ClassVar[str] = "propensities"
    says: ClassVar[str]

    def sum(self, logged: Logged) -> Sum:
        """The terms; deterministic, the same rows in another order give the same value.

        With slates the value is the reward of an answer, else of a row.
        """
        ...
