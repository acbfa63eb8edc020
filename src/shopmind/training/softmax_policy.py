"""A policy that chooses by chance, likelier what scores higher, and how it is learned from choices another one made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # its parts are loaded when they are first named: half a second of optimize
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Choices:
    """Requests with their candidates, and what the log showed of them.

    Attributes:
        matrix: (m, d) columns of all candidates, request after request.
        bounds: (q + 1,) where the candidates of each request begin.
        rows: (n,) row of `matrix` that was shown.
        propensities: (n,) chance that it stood at its place. rewards: (n,).
        places: (n,) its position.
    """

    matrix: Floats
    bounds: NDArray[np.int64]
    rows: NDArray[np.int64]
    propensities: Floats
    rewards: Floats
    places: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def requests(self) -> NDArray[np.int64]:
        """(n,) the request of each row that was shown."""
        return np.searchsorted(self.bounds, self.rows, side="right") - 1

    def of_requests(self, first: int, last: int) -> Choices:
        """Those of the requests first … last − 1."""
        begin, end = int(self.bounds[first]), int(self.bounds[last])
        kept = (self.rows >= begin) & (self.rows < end)
        return Choices(
            self.matrix[begin:end],
            self.bounds[first : last + 1] - begin,
            self.rows[kept] - begin,
            self.propensities[kept],
            self.rewards[kept],
            self.places[kept],
        )


@dataclass(frozen=True)
class SoftmaxPolicy:
    """π(a | x) ∝ exp(w · z(x, a)), z being the columns, centred and scaled.

    Attributes:
        names: of the columns.
    """

    names: tuple[str, ...]
    centre: Floats
    scale: Floats
    weights: Floats

    def scores(self, matrix: Floats) -> Floats:
        """(m,) w · z; columns that cannot be said count as 0 before they are centred."""
        return ((np.nan_to_num(matrix) - self.centre) / self.scale) @ self.weights

    def shares(self, matrix: Floats) -> dict[str, NDArray[np.float32]]:
        """Column → (m,) what it adds to the score."""
        terms = (np.nan_to_num(matrix) - self.centre) / self.scale * self.weights
        return {name: terms[:, place].astype(np.float32) for place, name in enumerate(self.names)}

    def chances(self, choices: Choices) -> Floats:
        """(m,) probability of each candidate of each request."""
        return _softmax(self.scores(choices.matrix), choices.bounds)

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """For an artifact."""
        return {
            f"{prefix}.centre": self.centre,
            f"{prefix}.scale": self.scale,
            f"{prefix}.weights": self.weights,
        }

    @staticmethod
    def of(arrays: Mapping[str, NDArray[Any]], prefix: str, names: Sequence[str]) -> SoftmaxPolicy:
        """As `arrays` wrote it."""
        return SoftmaxPolicy(
            tuple(names), *(np.asarray(arrays[f"{prefix}.{each}"]) for each in ("centre", "scale", "weights"))
        )


@dataclass(frozen=True)
class Learning:
    """How a policy is learned.

    Attributes:
        slots: K, how many places an answer has: an item need not be the first choice to be shown.
        penalty: how many standard errors of the estimate are taken off it.
        ridge: of the squared weights.
    """

    slots: int = 1
    penalty: float = 0.5
    ridge: float = 1e-3


def learned(choices: Choices, names: Sequence[str], learning: Learning, start: Floats | None = None) -> SoftmaxPolicy:
    """The softmax policy whose value, told from the log, is highest.

    Maximises mean(u) − penalty · √(var(u) / n) − ridge · |w|² with

        u = min(α / p, √n) · (r − b),   α = 1 − (1 − π)^K

    α is the chance that an item is among K draws, p its logged propensity, b the mean reward of its place: without b
    whatever was shown would be worth repeating. The bound √n keeps single rows from deciding.

    Source: α and its gradient K · (1 − π)^(K − 1) · ∇π, Chen, Beutel, Covington, Jain, Belletti, Chi, Top-K off-policy
    correction for a REINFORCE recommender system, WSDM 2019, section 4.3; the penalty, Swaminathan, Joachims,
    Counterfactual risk minimization, ICML 2015; b, Joachims, Swaminathan, de Rijke, Deep learning with logged bandit
    feedback, ICLR 2018; √n, Ionides, Truncated importance sampling, JCGS 2008. Found with L-BFGS.

    Args:
        names: of the columns of `choices.matrix`.
        start: (d,) weights to begin with; zeros by default, which is the uniform policy.
    """
    matrix = np.nan_to_num(choices.matrix)
    centre, deviation = matrix.mean(axis=0), matrix.std(axis=0)
    scale = np.where(deviation > 1e-9, deviation, 1.0)
    objective = _Objective(choices, (matrix - centre) / scale, learning)
    begin = np.zeros(matrix.shape[1]) if start is None else start
    found = scipy.optimize.minimize(objective, begin, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return SoftmaxPolicy(tuple(names), centre, scale, np.asarray(found.x, np.float64))


class _Objective:
    """What is minimised, and its gradient."""

    def __init__(self, choices: Choices, matrix: Floats, learning: Learning) -> None:
        self._choices, self._matrix, self._learning = choices, matrix, learning
        self._request = np.repeat(np.arange(len(choices.bounds) - 1), np.diff(choices.bounds))
        _, place = np.unique(choices.places, return_inverse=True)
        mean = np.bincount(place, choices.rewards) / np.maximum(np.bincount(place), 1)
        self._gain = choices.rewards - mean[place]
        self._most = np.sqrt(max(len(choices), 1))

    def __call__(self, weights: Floats) -> tuple[float, Floats]:
        choices, k, n = self._choices, self._learning.slots, len(self._choices)
        chances = _softmax(self._matrix @ weights, choices.bounds)
        pi = chances[choices.rows]
        left = (1 - pi) ** (k - 1)
        importance = (1 - left * (1 - pi)) / choices.propensities
        free = importance < self._most
        u = np.minimum(importance, self._most) * self._gain
        error = float(np.sqrt(u.var() / n)) + 1e-12
        value = float(u.mean()) - self._learning.penalty * error
        pull = 1 / n - self._learning.penalty * (u - u.mean()) / (n**2 * error)
        each = pull * free * self._gain / choices.propensities * k * left * pi
        by_row = np.bincount(choices.rows, each, minlength=len(chances))
        by_request = np.bincount(self._request, by_row, minlength=len(choices.bounds) - 1)
        gradient = self._matrix.T @ (by_row - by_request[self._request] * chances)
        ridge = self._learning.ridge
        return -value + ridge * float(weights @ weights), -gradient + 2 * ridge * weights


def _softmax(scores: Floats, bounds: NDArray[np.int64]) -> Floats:
    """Within each request; none may be empty."""
    sizes = np.diff(bounds)
    if not len(sizes):
        return scores
    top = np.repeat(np.maximum.reduceat(scores, bounds[:-1]), sizes)
    mass = np.exp(scores - top)
    found: Floats = mass / np.repeat(np.add.reduceat(mass, bounds[:-1]), sizes)
    return found
