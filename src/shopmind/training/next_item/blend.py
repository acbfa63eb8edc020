"""Weights of the evidence that depend on who asks and for what."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded when they are first named: half a second of optimize
from numpy.typing import NDArray

from shopmind.kit.seeds import generator

VARIES = 1e-4
"""Deviation, beside a mean of 1, below which a column is constant: what differs is rounding."""
LEAST = np.float32(-50.0)
"""Scores further below the best of a list count as this far: smaller shares are denormal and slow a fit tenfold."""


@dataclass(frozen=True)
class Blend:
    """score = sum over columns j of x_j * (w_0j + sum over gates g of z_g * w_gj).

    Attributes:
        columns, gates: names.
        centre, scale: (columns,) and (gates,) one after the other: x = (value - centre) / scale, and so of z; the scale
            of what did not vary is infinite, so it says nothing.
        weights: (1 + gates, columns) float32.
    """

    columns: tuple[str, ...]
    gates: tuple[str, ...]
    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]

    def shares(self, values: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """Column → (n,) what it adds to the score."""
        matrix = np.stack([values[name] for name in (*self.columns, *self.gates)], axis=1)
        matrix = (matrix - self.centre) / self.scale
        x, z = matrix[:, : len(self.columns)], matrix[:, len(self.columns) :]
        weighed = x * (self.weights[0] + z @ self.weights[1:])
        return {name: np.asarray(weighed[:, place], np.float32) for place, name in enumerate(self.columns)}

    def scores(self, values: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """(n,) the sum of the shares."""
        return np.asarray(np.sum(list(self.shares(values).values()), axis=0), np.float32)


@dataclass
class Choices:
    """Lists of candidates of which one or a few were taken, growing one by one."""

    columns: tuple[str, ...]
    gates: tuple[str, ...]

    def __post_init__(self) -> None:
        self._matrices: list[NDArray[np.float16]] = []
        self._taken: list[NDArray[np.bool_]] = []
        self._places: NDArray[np.intp] | slice = slice(None)

    def __len__(self) -> int:
        return len(self._matrices)

    def add(self, values: Mapping[str, NDArray[np.float32]], taken: NDArray[np.bool_]) -> None:
        """One list, (n,) each; nothing is learned from one of which nothing was taken."""
        if taken.any():
            matrix = np.stack([values[name] for name in (*self.columns, *self.gates)], axis=1)
            self._matrices.append(matrix.astype(np.float16))  # the most that a fit holds
            self._taken.append(taken)

    def of(self, columns: Sequence[str]) -> Choices:
        """A view: the same lists, and of their columns these. Lists are added to what it is a view of."""
        found = Choices(tuple(columns), self.gates)
        names = (*self.columns, *self.gates)
        there = np.arange(self._matrices[0].shape[1] if self._matrices else len(names))[self._places]
        found._matrices, found._taken = self._matrices, self._taken
        found._places = there[[names.index(name) for name in (*columns, *self.gates)]]
        return found

    def join(self, other: Choices) -> None:
        """The lists of another, of the same columns and gates."""
        self._matrices += other._matrices
        self._taken += other._taken

    def blend(
        self,
        ridge: float,
        rows: Sequence[int] | None = None,
        *,
        prior: Blend | None = None,
        warm_start: Blend | None = None,
        negatives: int = 100,
        seed: int = 0,
    ) -> Blend:
        """The weights of least loss over all lists, or over some.

        Args:
            prior: weights that the ridge draws towards instead of 0, of the same gates; a column that it lacks is new.
            warm_start: learned from the same lists with these columns and others: where the search begins.
            negatives: of what was not taken so many of a list are learned from, by chance.

        Source: listwise softmax, Cao, Qin, Liu, Tsai, Li, ICML 2007 (ListNet, top one): loss = mean over lists of
        the mean over what was taken of -ln softmax, + ridge * |w|², columns and gates in units of their deviation,
        found with L-BFGS. Those that were drawn stand for the others by -ln(chance) added to their score, as in
        sampled softmax (Jean et al., ACL 2015).
        """
        matrix, taken, offset, starts = self._learned_from(rows, negatives, seed)
        centre, scale = matrix.mean(axis=0, dtype=np.float64), matrix.std(axis=0, dtype=np.float64)
        scale = np.where(scale > VARIES * np.maximum(1, np.abs(centre)), scale, np.inf)
        centre, scale = centre.astype(np.float32), scale.astype(np.float32)
        width = len(self.columns)
        start = np.zeros((1 + len(self.gates), width), np.float32)
        if prior is not None:
            there = [self.columns.index(name) for name in prior.columns]
            centre[[*there, *range(width, len(centre))]] = prior.centre
            scale[[*there, *range(width, len(scale))]] = prior.scale
            start[:, there] = prior.weights
        begin = start
        if warm_start is not None:
            begin = warm_start.weights[:, [warm_start.columns.index(name) for name in self.columns]]
        gates = _standard(matrix, centre, scale, width)
        loss = _Loss(np.ascontiguousarray(matrix[:, :width]), gates, taken, offset, starts, ridge, start.ravel())
        found = scipy.optimize.minimize(
            loss, begin.ravel().astype(float), jac=True, method="L-BFGS-B", options={"maxiter": 100}
        )
        weights = found.x.reshape(1 + len(self.gates), width).astype(np.float32)
        return Blend(self.columns, self.gates, centre, scale, weights)

    def curvature(
        self, blend: Blend, ridge: float, rows: Sequence[int], *, negatives: int = 100, seed: int = 0
    ) -> NDArray[np.float64]:
        """Second derivatives of the loss over some lists by every two weights, row by row of `blend.weights`.

        Of a softmax: the mean over lists of the covariance, by its shares, of what each weight is multiplied with.
        """
        matrix, _, offset, starts = self._learned_from(rows, negatives, seed)
        gates = _standard(matrix, blend.centre, blend.scale, len(self.columns))
        found = np.zeros((blend.weights.size, blend.weights.size))
        for first, stop in itertools.pairwise([*starts.tolist(), len(matrix)]):
            x = (gates[first:stop, :, None] * matrix[first:stop, None, : len(self.columns)]).reshape(stop - first, -1)
            mass = scipy.special.softmax(x @ blend.weights.ravel() + offset[first:stop])
            mean, spread = mass @ x, x * np.sqrt(mass)[:, None]
            found += spread.T @ spread - np.outer(mean, mean)
        found /= len(starts)
        return found + 2 * ridge * np.eye(len(found))

    def _learned_from(
        self, rows: Sequence[int] | None, negatives: int, seed: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float32], NDArray[np.int64]]:
        """Of some lists one upon the other, in part by chance: columns and gates, shares of what was taken, offsets,
        and where each list begins.
        """
        randomness = generator(seed, "blend")
        chosen = range(len(self)) if rows is None else rows
        drawn = [_drawn(self._taken[row], negatives, randomness) for row in chosen]
        pairs = list(zip(chosen, (kept for kept, _ in drawn), strict=True))
        matrix = np.concatenate([self._matrices[row][kept][:, self._places] for row, kept in pairs]).astype(np.float32)
        taken = np.concatenate([self._taken[row][kept] / self._taken[row].sum() for row, kept in pairs])
        starts = np.cumsum([0, *(len(kept) for kept, _ in drawn)])[:-1]
        return matrix, taken, np.concatenate([each for _, each in drawn]), starts

    def ranks(self, blend: Blend, rows: Sequence[int]) -> NDArray[np.float64]:
        """(n,) place of the best taken candidate in each list, 0 for the first; ties half."""
        found = np.empty(len(rows))
        for place, row in enumerate(rows):
            matrix = self._matrices[row][:, self._places].astype(np.float32)
            values = {name: matrix[:, column] for column, name in enumerate((*self.columns, *self.gates))}
            scores = blend.scores(values)
            best = scores[self._taken[row]].max()
            found[place] = (scores > best).sum() + ((scores == best).sum() - 1) / 2
        return found


def _standard(
    matrix: NDArray[np.float32], centre: NDArray[np.float32], scale: NDArray[np.float32], width: int
) -> NDArray[np.float32]:
    """Brings columns and gates to deviations from the mean, in place; returns the gates, 1 in front."""
    matrix -= centre
    matrix /= scale
    return np.column_stack([np.ones(len(matrix), np.float32), matrix[:, width:]])


def _drawn(
    taken: NDArray[np.bool_], negatives: int, randomness: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Rows that are learned from, what was taken among them, and -ln(chance) of each."""
    others = np.flatnonzero(~taken)
    if len(others) <= negatives:
        return np.arange(len(taken)), np.zeros(len(taken), np.float32)
    kept = np.concatenate([np.flatnonzero(taken), randomness.choice(others, negatives, replace=False)])
    offset = np.full(len(kept), np.log(len(others) / negatives), np.float32)
    offset[: int(taken.sum())] = 0.0
    return kept, offset


class _Loss:
    """Value and gradient at w, (1 + gates) * columns long."""

    def __init__(
        self,
        matrix: NDArray[np.float32],
        gates: NDArray[np.float32],
        taken: NDArray[np.float64],
        offset: NDArray[np.float32],
        starts: NDArray[np.int64],
        ridge: float,
        prior: NDArray[np.float32] | float = 0.0,
    ) -> None:
        self._prior = prior
        self._matrix, self._gates, self._taken, self._offset = matrix, gates, taken.astype(np.float32), offset
        self._starts = starts
        self._list = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(matrix))))
        self._ridge = ridge

    def __call__(self, flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(self._gates.shape[1], -1).astype(np.float32)
        score = np.einsum("ng,ng->n", self._matrix @ weights.T, self._gates) + self._offset
        top = np.maximum.reduceat(score, self._starts)
        mass = np.exp(np.maximum(score - top[self._list], LEAST))
        sums = np.add.reduceat(mass, self._starts)
        lists = len(self._starts)
        value = float((np.log(sums) + top).sum(dtype=np.float64) - np.dot(self._taken, score)) / lists
        residue = ((mass / sums[self._list] - self._taken) / lists).astype(np.float32)
        gradient = (self._gates * residue[:, None]).T @ self._matrix
        apart = flat - self._prior
        return value + self._ridge * float(apart @ apart), gradient.ravel().astype(np.float64) + 2 * self._ridge * apart
