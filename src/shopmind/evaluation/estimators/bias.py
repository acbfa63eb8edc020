"""How far to trust weights: the option with the least bound of squared error, told from the data."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from shopmind.evaluation.estimators.logged import Floats, Logged
from shopmind.metrics.off_policy import Terms

STEPS = 24
"""Options that are tried, from nearly no correction to the full one."""
SURE = 1.64
"""Standard errors added to a bias that is measured: exceeded once in twenty times."""


def chosen_weights(logged: Logged, options: Iterable[tuple[float, Floats]]) -> tuple[float, Floats]:
    """Of (option, its weights) the pair with the least variance / n + bias bound²; the first of equals.

    With d = (w − ŵ) · (r − q̂), what shrinking takes away, the bias is at most the lesser of

        |mean d| + 1.64 of its standard errors                               (it is measured)
        √ mean(w · (r − q̂)²) · √ mean((w − ŵ)² / w)                         (Cauchy and Schwarz; no square of w in it)

    The first is the sharper while weights are moderate; with heavy ones it is as noisy as the estimate itself, and the
    second says that little is lost by shrinking weights that stand for little of the target.

    Source: Su, Dimakopoulou, Krishnamurthy, Dudík, Doubly robust off-policy evaluation with shrinkage, ICML 2020,
    sections 3 and 5.
    """
    weights, model, n = logged.weights, logged.model, len(logged)
    left = logged.rewards - model.chosen
    loose = float(np.mean(weights * left**2))
    best: tuple[float, float, Floats] | None = None
    for option, shrunk in options:
        terms = model.expected + shrunk * left
        taken = (weights - shrunk) * left
        measured = abs(float(taken.mean())) + SURE * float(taken.std()) / np.sqrt(n)
        lost = np.divide((weights - shrunk) ** 2, weights, out=np.zeros(n), where=weights > 0)
        bound = min(measured, float(np.sqrt(loose * lost.mean())))
        error = float(terms.var()) / n + bound**2
        if best is None or error < best[0]:
            best = error, option, shrunk
    if best is None:
        raise ValueError("no options to choose among")
    return best[1], best[2]


def corrected(logged: Logged, kept: Floats) -> Terms:
    """The terms of dr with weights made smaller.

    What was taken off stays in the interval as noise: an interval of the smaller weights alone would be as short as if
    they were right, and they are known to be so only within the bound.
    """
    left = logged.rewards - logged.model.chosen
    taken = (logged.weights - kept) * left
    added = logged.model.expected + kept * left
    return Terms(logged.per * added, noise=logged.per * (taken - taken.mean()))


def grid(weights: Floats) -> Floats:
    """(STEPS,) values between the small and the largest weights above 0, falling: the first bounds nothing."""
    known = weights[weights > 0]
    if not len(known):
        return np.ones(1)
    return np.geomspace(float(known.max()), max(float(np.quantile(known, 0.05)), 1e-9), STEPS)
