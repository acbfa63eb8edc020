"""Heads: from columns to a probability that means what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import scipy  # its parts are loaded when they are first named: half a second of optimize
from numpy.typing import NDArray
from scipy.special import expit, log_softmax, softmax

from shopmind.metrics.calibration import log_loss
from shopmind.training import lambdamart
from shopmind.training.lambdamart import Growth
from shopmind.training.trees import Trees

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
Way = Literal["linear", "trees", "both"]


@dataclass(frozen=True)
class Softmax:
    """log-odds of classes = weights · columns, the constant last.

    Attributes:
        weights: (classes, m + 1). Of two outcomes there is one row: the log-odds of the second.
    """

    weights: Floats

    def log_odds(self, matrix: Matrix) -> Floats:
        """(n, classes)."""
        return np.asarray(matrix @ self.weights[:, :-1].T + self.weights[:, -1], np.float64)


def logistic(matrix: Matrix, outcomes: Floats, ridge: float) -> Softmax:
    """Least mean log-loss + ridge · |w|² / n for columns in units of their deviation; the constant is free.

    Source: Cox, The regression analysis of binary sequences (1958); ridge as in le Cessie, van Houwelingen (1992).
    """
    mean, deviation, units = _units(matrix)

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = units @ weights[:-1] + weights[-1]
        value = np.logaddexp(0, odds).sum() - outcomes @ odds + ridge * float(weights[:-1] @ weights[:-1])
        wrong = expit(odds) - outcomes
        slope = np.append(units.T @ wrong + 2 * ridge * weights[:-1], wrong.sum())
        return float(value) / len(outcomes), slope / len(outcomes)

    rate = np.clip(outcomes.mean(), 1e-6, 1 - 1e-6)
    start = np.append(np.zeros(units.shape[1]), np.log(rate / (1 - rate)))
    found = scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    weights = found[:-1] / deviation
    return Softmax(np.append(weights, found[-1] - weights @ mean)[None])


def multinomial(matrix: Matrix, classes: NDArray[np.int64], many: int, ridge: float) -> Softmax:
    """The same for `many` classes counted from 0.

    Source: McFadden, Conditional logit analysis of qualitative choice behavior (1974).
    """
    mean, deviation, units = _units(matrix)
    taken = np.eye(many)[classes]
    width = units.shape[1] + 1

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(many, width)
        odds = units @ weights[:, :-1].T + weights[:, -1]
        value = -(taken * log_softmax(odds, axis=1)).sum() + ridge * float((weights[:, :-1] ** 2).sum())
        wrong = softmax(odds, axis=1) - taken
        slope = np.column_stack([wrong.T @ units + 2 * ridge * weights[:, :-1], wrong.sum(axis=0)])
        return float(value) / len(classes), slope.ravel() / len(classes)

    found = scipy.optimize.minimize(
        loss, np.zeros(many * width), jac=True, method="L-BFGS-B", options={"maxiter": 300}
    ).x
    weights = found.reshape(many, width)
    scaled = weights[:, :-1] / deviation
    return Softmax(np.column_stack([scaled, weights[:, -1] - scaled @ mean]))


def platt(odds: Floats, outcomes: Floats) -> tuple[float, float]:
    """Slope and shift of the log-odds under which they mean what they say on these cases.

    Outcomes are drawn a little to the middle, so that a perfect order does not end in certainty; the slope never falls
    below 0, which would turn the order round.

    Source: Platt, Probabilistic outputs for support vector machines (1999), with his targets (n₊ + 1) / (n₊ + 2) and
    1 / (n₋ + 2).
    """
    many = float(outcomes.sum())
    high, low = (many + 1) / (many + 2), 1 / (len(outcomes) - many + 2)
    targets = np.where(outcomes > 0, high, low)

    def loss(pair: Floats) -> tuple[float, Floats]:
        told = pair[0] * odds + pair[1]
        wrong = expit(told) - targets
        value = np.logaddexp(0, told).sum() - targets @ told
        return float(value) / len(odds), np.array([wrong @ odds, wrong.sum()]) / len(odds)

    bounds = [(0.0, None), (None, None)]
    slope, shift = scipy.optimize.minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return float(slope), float(shift)


@dataclass(frozen=True)
class Head:
    """Probability of one outcome.

    Attributes:
        linear: over all columns, the backbone's behind the others, or over the others alone.
        trees: over the others, or None.
        way: which of the two speak; "both" adds up half of each.
        slope, shift: of the calibration.
    """

    linear: Softmax
    trees: Trees | None
    way: Way = "linear"
    slope: float = 1.0
    shift: float = 0.0

    def odds(self, matrix: Matrix, own: int, way: Way | None = None) -> Floats:
        """(n,) log-odds before the calibration, of columns of which the first `own` are not the backbone's."""
        by = way or self.way
        used = matrix[:, : self.linear.weights.shape[1] - 1]
        linear = self.linear.log_odds(used)[:, 0] if by != "trees" else np.zeros(len(matrix))
        trees = self.trees.scores(matrix[:, :own]) if by != "linear" and self.trees is not None else 0.0
        return np.asarray((linear + trees) / (2.0 if by == "both" else 1.0), np.float64)

    def probabilities(self, matrix: Matrix, own: int) -> Floats:
        """(n,) as calibrated."""
        return np.asarray(expit(self.slope * self.odds(matrix, own) + self.shift), np.float64)

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """For an artifact."""
        found: dict[str, NDArray[Any]] = {
            f"linear_{name}": self.linear.weights,
            f"said_{name}": np.array([self.slope, self.shift]),
        }
        return found | ({} if self.trees is None else self.trees.arrays(f"trees_{name}"))

    @staticmethod
    def of(arrays: Mapping[str, NDArray[Any]], name: str, way: Way) -> Head:
        """As `arrays` wrote it."""
        slope, shift = (float(each) for each in arrays[f"said_{name}"])
        trees = Trees.of(arrays, f"trees_{name}")
        return Head(Softmax(np.asarray(arrays[f"linear_{name}"])), trees, way, slope, shift)


def fitted(matrix: Matrix, outcomes: Floats, own: int, ridge: float, growth: Growth, seed: int) -> Head:
    """Both models of these cases; not calibrated."""
    trees = None
    if not lambdamart.missing():
        same, free = np.ones(len(outcomes)), np.zeros(own, np.bool_)
        trees = lambdamart.chance_trees(matrix[:, :own], outcomes, same, free, growth, seed)
    return Head(logistic(matrix, outcomes, ridge), trees)


def chosen(head: Head, matrix: Matrix, outcomes: Floats, own: int) -> tuple[Head, float]:
    """The way that loses least on cases it was not fitted on, calibrated on them; and the loss."""
    found: tuple[Head, float] | None = None
    for way in ("both", "linear", "trees") if head.trees is not None else ("linear",):
        odds = head.odds(matrix, own, way)
        slope, shift = platt(odds, outcomes)
        lost = log_loss(expit(slope * odds + shift), outcomes)
        if found is None or lost < found[1]:
            found = replace(head, way=way, slope=slope, shift=shift), lost
    if found is None:
        raise ValueError("there is no way to choose from")
    return found


def _units(matrix: Matrix) -> tuple[Floats, Floats, Floats]:
    """Mean and deviation of the columns, and the columns in units of it; a column that never changes weighs nothing."""
    mean = matrix.mean(axis=0, dtype=np.float64)
    deviation = matrix.std(axis=0, dtype=np.float64)
    deviation = np.where(deviation > 1e-6, deviation, np.inf)
    return mean, deviation, (matrix - mean) / deviation
