"""Whether a log's choices look like the chances it says they were made with, and what the chances rather were.

A model of the choices (multinomial logit on what was known before) is fitted to four fifths of the log and set beside
the logged propensities on the rest. Only the propensity of what was chosen is logged, and no more is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded when they are first named: half a second of optimize
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

RIDGE = 1.0
"""Of the slopes; features are scaled."""
MOST_ROWS = 20_000
"""Rows a model is fitted to, at most; more say little that these do not."""
MOST_CELLS = 4_000_000
"""Arms × columns × rows of a fit: with more, choices are not modelled."""
BLOCK = 2_000_000
"""Cells (rows × arms) held at once."""
SHARES = (1.0, 0.5, 0.25, 0.1, 0.03)
"""Shares of the model in mixtures with the logged chances that are held against the logged ones alone."""
SURE = float(np.log(1_000.0))
"""Of true propensities, once in a thousand logs would be said to be contradicted."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the choices say of their propensities.

    Attributes:
        fitted: (n,) chance of what was chosen, by a model that did not see the row.
        evidence: natural logarithm of how much more likely a mixture of the model and the logged chances makes the
            choices than the logged chances do; a mean over mixtures and folds.
        alone: the same of the model alone, without the logged chances in it.
    """

    fitted: Floats
    evidence: float
    alone: float

    @property
    def contradicted(self) -> bool:
        """Whether the logged propensities cannot be those of the choices."""
        return max(self.evidence, self.alone) >= SURE

    @property
    def replaced(self) -> bool:
        """Whether the model by itself is so much nearer to the choices that it stands in for the logged propensities.

        Propensities that are only noisy know more than the model and stay: a mixture of both is better than they are,
        the model alone is not.
        """
        return self.alone >= SURE


def choices(arms: Codes, features: Floats, count: int, propensities: Floats, folds: Codes) -> Choices | None:
    """Holds the logged propensities against a model of the choices; None where no model can be fitted.

    With p the logged chance, q the model's and any share s, E[(1 − s) + s · q / p] = 1 when p is true, whatever q is:
    Σ over arms of p · q / p. So the product over rows that q was not fitted to exceeds 1,000 in at most one of a
    thousand true logs (Markov), without an approximation. It is the likelihood of the mixture over that of p.

    Source: Wasserman, Ramdas, Balakrishnan, Universal inference, PNAS 2020 (split likelihood ratio, mean over folds).

    Args:
        folds: (n,) fold of each row.
    """
    n, d = features.shape
    if n < 2 or count < 2 or int(folds.max(initial=0)) < 1 or min(n, MOST_ROWS) * (d + 1) * count > MOST_CELLS * 10:
        return None
    wide = np.concatenate([np.ones((n, 1)), features], axis=1)
    fitted = np.empty(n)
    products: list[list[float]] = []
    start = np.append(np.zeros(count * (d + 1)), -3.0)
    for fold in range(int(folds.max()) + 1):
        seen, kept = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        start = _fit(wide[seen], arms[seen], count, start)
        fitted[kept] = _chances(wide[kept], arms[kept], count, start)
        ratio = fitted[kept] / propensities[kept]
        products.append([float(np.log1p(share * (ratio - 1)).sum()) for share in SHARES])
    table = np.array(products)
    alone = table[:, SHARES.index(1.0)]
    return Choices(
        fitted,
        float(logsumexp(table) - np.log(table.size)),
        float(logsumexp(alone) - np.log(len(alone))),
    )


def _fit(wide: Floats, arms: Codes, count: int, start: Floats) -> Floats:
    """(A · (1 + d) + 1,) constants and slopes of greatest likelihood, and the logit of the share that was chosen
    uniformly: most logging policies explore, and a softmax alone would take what they seldom choose for rarer still.
    Slopes are bound by RIDGE, the rest hardly."""
    if len(arms) > MOST_ROWS:
        step = -(-len(arms) // MOST_ROWS)
        wide, arms = wide[::step], arms[::step]
    n, rows = len(arms), np.arange(len(arms))
    tall = np.ascontiguousarray(wide.T)
    penalty = np.full(wide.shape[1], RIDGE)
    penalty[0] = 1e-2

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights, uniform = flat[:-1].reshape(count, -1), float(expit(flat[-1]))
        soft = _soft(tall, weights)
        mine = soft[arms, rows]
        mixed = (1 - uniform) * mine + uniform / count
        by_softmax = (1 - uniform) * mine / mixed
        soft *= by_softmax
        soft[arms, rows] -= by_softmax
        value = -float(np.log(mixed).sum()) + 0.5 * float((penalty * weights**2).sum())
        steep = (soft @ wide + penalty * weights).ravel()
        last = uniform * (1 - uniform) * float(((mine - 1 / count) / mixed).sum())
        return value / n, np.append(steep, last) / n

    bounds = [(None, None)] * (len(start) - 1) + [(-7.0, 0.0)]
    made = scipy.optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 100, "ftol": 1e-7}
    )
    return np.asarray(made.x, np.float64)


def _soft(tall: Floats, weights: Floats) -> Floats:
    """(A, n) chances, from (1 + d, n) columns: sums over few arms of many rows are quick along the first axis."""
    scores: Floats = weights @ tall
    scores -= scores.max(axis=0)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=0)
    return scores


def _chances(wide: Floats, arms: Codes, count: int, fitted: Floats) -> Floats:
    """(n,) chance of the arm of each row."""
    weights, uniform = fitted[:-1].reshape(count, -1), float(expit(fitted[-1]))
    found = np.empty(len(arms))
    step = max(1, BLOCK // count)
    for first in range(0, len(arms), step):
        rows = slice(first, first + step)
        soft = _soft(wide[rows].T, weights)
        found[rows] = (1 - uniform) * soft[arms[rows], np.arange(soft.shape[1])] + uniform / count
    return found
