"""The doubly robust estimator, drawn to the model where the log cannot tell them apart."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from shopmind.evaluation.estimators.dm import Dm
from shopmind.evaluation.estimators.estimator import Estimator, Sum
from shopmind.evaluation.estimators.logged import Logged
from shopmind.evaluation.estimators.plain_dr import PlainDr
from shopmind.metrics.off_policy import influence, weights_told

CLEAR = 1.5
"""Variances of the difference beyond which its square counts as the model's bias, as with AIC."""


HEAVY = 0.1
"""Effective rows over rows below which few weights say how far chance goes, and too little: plain_dr stays as it is."""


class Dr(Estimator):
    """plain_dr + d · min(1, 1.5 / z²), where d = dm − plain_dr and z = d over its standard error.

    Where d is no more than chance, the model is not known to be wrong and its smaller variance is taken. The further d
    is from chance, the less of it is: the non-negative garrote of the model's bias. The value moves by at most √2
    standard errors of d and one of plain_dr, and under heavy weights (HEAVY) not at all. The interval is that of
    plain_dr and does not move: none that is shorter would hold whatever the bias is.

    Where the log contradicts its propensities (choice_model.py), those of the model of its choices stand in for them.

    Source: Breiman, Better subset regression using the nonnegative garrote, Technometrics 1995; that such an estimator
    can be near the better of both, and its interval no shorter, Armstrong, Kline, Sun, Adapting to misspecification,
    Econometrica 2025.
    """

    trusts: ClassVar[str] = "either"
    says: ClassVar[str] = "the model corrected by weighted rewards, as far as the correction is more than chance"

    def sum(self, logged: Logged) -> Sum:
        """See Estimator."""
        believed = logged.believed
        made = PlainDr().sum(believed)
        taken, share = _drawn(made, Dm().sum(believed), believed)
        return Sum(
            replace(made.terms, aside=taken),
            made.weights,
            chosen={"model": share, "propensities_replaced": float(believed is not logged)},
        )


def _drawn(corrected: Sum, direct: Sum, logged: Logged) -> tuple[float, float]:
    """How far the value is moved, and which share of the way to the model that is."""
    own, model = influence(corrected.terms, logged.together), influence(direct.terms, logged.together)
    apart = model.value - own.value
    n = len(own.moves)
    heavy = weights_told(logged.weights).effective < HEAVY * len(logged.weights)
    if n < 2 or heavy or not np.isfinite(apart) or apart == 0:
        return 0.0, 0.0
    squared = float(np.mean((model.moves - own.moves) ** 2)) / (n - 1)
    most = float(np.sqrt(np.mean(own.moves**2) / (n - 1))) / abs(apart)
    share = min(1.0, CLEAR * squared / apart**2, most)
    return share * apart, share
