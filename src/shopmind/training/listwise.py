"""Weights of a linear ranker, learned from lists with a few right answers each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import scipy  # its parts are loaded when they are first named: half a second of optimize
from numpy.typing import NDArray


@dataclass
class Lists:
    """Lists of candidates that grow one by one.

    Args:
        names: of the columns, in their order.
        negatives: wrong answers kept of one list, by chance.
        power: a list with t right answers weighs each one t ** -power.
    """

    names: tuple[str, ...]
    negatives: int
    power: float
    randomness: np.random.Generator
    _columns: list[NDArray[np.float32]] = field(default_factory=list)
    _worth: list[NDArray[np.float64]] = field(default_factory=list)
    _offset: list[NDArray[np.float64]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._columns)

    def add(self, columns: Iterable[NDArray[np.float32]], right: NDArray[np.bool_], answers: int) -> None:
        """One list; nothing is learned from one without a right answer.

        Args:
            columns: (n,) each, in the order of `names`.
            right: (n,) which candidates are right.
            answers: how many right answers there are, also those that are no candidates.
        """
        if not right.any():
            return
        wrong = int(np.count_nonzero(~right))
        chance = min(1.0, self.negatives / max(wrong, 1))
        kept = right | (self.randomness.random(len(right)) < chance)
        self._columns.append(np.stack(list(columns), axis=1)[kept].astype(np.float32))
        self._worth.append(right[kept] * float(max(answers, 1)) ** -self.power)
        self._offset.append(np.where(right[kept], 0.0, -np.log(chance)))

    def weights(self, ridge: float = 1e-4) -> dict[str, float]:
        """Column → weight of the least loss.

        Source: listwise softmax, Cao, Qin, Liu, Tsai, Li, ICML 2007 (ListNet, top one):
        loss = mean over lists of -sum over right answers of answers ** -power * ln softmax + ridge * |w|²,
        with w in units of each column's deviation; wrong answers stand for the ones left out by -ln(chance) added to
        their score, as in sampled softmax (Jean et al., ACL 2015). Found with L-BFGS.
        """
        matrix = np.concatenate(self._columns)
        deviation = matrix.std(axis=0) + 1e-6
        matrix = (matrix - matrix.mean(axis=0)) / deviation
        start = np.cumsum([0, *(len(each) for each in self._columns)])[:-1]
        loss = _Loss(matrix, start, np.concatenate(self._worth), np.concatenate(self._offset), ridge)
        found = scipy.optimize.minimize(
            loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 200}
        )
        return {name: float(weight) for name, weight in zip(self.names, found.x / deviation, strict=True)}


class _Loss:
    """Value and gradient at w."""

    def __init__(
        self,
        matrix: NDArray[np.float32],
        start: NDArray[np.int64],
        worth: NDArray[np.float64],
        offset: NDArray[np.float64],
        ridge: float,
    ) -> None:
        self._matrix = matrix
        self._start = start
        self._list = np.repeat(np.arange(len(start)), np.diff(np.append(start, len(matrix))))
        self._worth = worth
        self._total = np.add.reduceat(worth, start)
        self._right = worth @ matrix
        self._offset = offset
        self._ridge = ridge

    def __call__(self, weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = self._matrix @ weights.astype(np.float32)
        shifted = score + self._offset
        top = np.maximum.reduceat(shifted, self._start)
        mass = np.exp(shifted - top[self._list])
        sums = np.add.reduceat(mass, self._start)
        lists = len(self._start)
        value = float(self._total @ (np.log(sums) + top) - self._worth @ shifted) / lists
        gradient = ((mass * (self._total / sums)[self._list]) @ self._matrix - self._right) / lists
        return value + self._ridge * float(weights @ weights), gradient + 2 * self._ridge * weights
