"""What any mixture of an unbiased estimate and a model can reach at best, whatever the model's bias.

The limit of many rows: the unbiased estimate has error N(0, 1); the model's variance is smaller by `saved`; of its
bias, in standard errors of the difference, z ~ N(b, 1) is seen. With b̂(z) the estimate of b, a mixture's mean squared
error is 1 − saved + saved · E(b̂(z) − b)², and the better of both has min(1, 1 − saved + saved · b²).

Source: Armstrong, Kline, Sun, Adapting to misspecification, Econometrica 2025 (their regret is against the best
estimator that knows a bound of the bias; here it is against the better of the two).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.evaluation.estimators.dr import CLEAR

Floats = NDArray[np.float64]

SEEN = np.linspace(-10.0, 14.0, 801)
BIASES = np.linspace(-6.0, 6.0, 61)
SAVED = (0.1, 0.2, 0.3, 0.4, 0.5)


def limit(saved: float) -> dict[str, float]:
    """Errors (roots) over that of the better of both: the least that any rule has in its worst case (a lower bound),
    and those of dr's rule at its worst, where the model is right, and where its bias is 3 and 5 standard errors."""
    density = np.exp(-((SEEN[None] - BIASES[:, None]) ** 2) / 2) * (SEEN[1] - SEEN[0]) / np.sqrt(2 * np.pi)
    better = np.minimum(1.0, 1 - saved + saved * BIASES**2)
    kept = SEEN * (1 - np.minimum(1.0, CLEAR / np.maximum(SEEN**2, 1e-12)))
    own = np.sqrt(_errors(kept, density, saved) / better)
    at = {
        name: float(own[np.argmin(np.abs(BIASES - b))]) for name, b in (("right", 0.0), ("three", 3.0), ("five", 5.0))
    }
    return {"least": _least(density, better, saved), "worst": float(own.max()), **at}


def _errors(estimate: Floats, density: Floats, saved: float) -> Floats:
    squared = ((estimate[None] - BIASES[:, None]) ** 2 * density).sum(axis=1)
    return np.asarray(1 - saved + saved * squared, np.float64)


def _least(density: Floats, better: Floats, saved: float, rounds: int = 800) -> float:
    """The largest Bayes risk over priors of b that was found: no rule's worst case is below it. The prior learns
    against its own Bayes rule (multiplicative weights)."""
    prior, most = np.full(len(BIASES), 1 / len(BIASES)), 0.0
    for done in range(rounds):
        shares = prior / better
        rule = ((shares * BIASES) @ density) / np.maximum(shares @ density, 1e-300)
        regret = _errors(rule, density, saved) / better
        most = max(most, float(prior @ regret))
        prior = prior * np.exp(2.0 / np.sqrt(done + 1) * (regret - regret.max()))
        prior /= prior.sum()
    return float(np.sqrt(most))


def limits() -> dict[str, Any]:
    """`limit` for shares of the variance that the model saves."""
    return {str(saved): limit(saved) for saved in SAVED}
