"""One weight a trait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import scipy  # its parts are loaded when they are first named: half a second of optimize
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import expit, logit

from shopmind.training.ads.response import SPACE, Codes, Floats, Response, Views, smoothed

RIDGE = 3.0
"""Pull of each weight to 0: a trait that was seen in a few views moves hardly anything."""
STEPS = 100


@dataclass(frozen=True)
class Logistic(Response):
    """Log-odds = start + sum of the weights of the traits; one such model for clicks, one for purchases of clicked.

    Source: Richardson, Dominowska, Ragno, Predicting clicks, WWW 2007; the sparse form as in McMahan et al., Ad click
    prediction: a view from the trenches, KDD 2013, fitted in one go by L-BFGS.

    Attributes:
        weights: (2, SPACE) of clicks and purchases. starts: (2,) log-odds without any trait.
    """

    weights: NDArray[np.float32]
    starts: Floats

    @classmethod
    def fit(cls, views: Views, *, seed: int) -> Self:
        """See Response."""
        clicks, start = weighed(views.codes, views.clicked, 0.01)
        among = views.take(views.clicked > 0)
        buys, start_buy = weighed(among.codes, among.bought, 0.05)
        return cls(np.stack([clicks, buys]).astype(np.float32), np.array([start, start_buy]))

    def chances(self, codes: Codes) -> tuple[Floats, Floats]:
        """See Response."""
        odds = self.starts[:, None] + self.weights[:, codes].sum(axis=2, dtype=np.float64)
        return expit(odds[0]), expit(odds[1])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """See Response."""
        return {"weights": self.weights, "starts": self.starts}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """See Response."""
        return cls(np.asarray(arrays["weights"]), np.asarray(arrays["starts"]))


def weighed(codes: Codes, outcomes: Floats, prior: float) -> tuple[Floats, float]:
    """(SPACE,) weights and the start; a start at the smoothed rate where there is nothing to tell traits apart."""
    start = float(logit(smoothed(float(outcomes.sum()), len(outcomes), prior)))
    if not outcomes.sum():
        return np.zeros(SPACE), start
    n, f = codes.shape
    used, columns = np.unique(codes, return_inverse=True)
    matrix = csr_matrix((np.ones(n * f), columns.reshape(-1), np.arange(0, n * f + 1, f)), (n, len(used)))

    def loss(point: Floats) -> tuple[float, Floats]:
        odds = matrix @ point[1:] + point[0]
        gap = expit(odds) - outcomes
        value = np.logaddexp(0, odds).sum() - outcomes @ odds + RIDGE / 2 * (point[1:] @ point[1:])
        return float(value), np.concatenate([[gap.sum()], matrix.T @ gap + RIDGE * point[1:]])

    found = scipy.optimize.minimize(
        loss, np.concatenate([[start], np.zeros(len(used))]), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}
    )
    weights = np.zeros(SPACE)
    weights[used] = found.x[1:]
    return weights, float(found.x[0])
