"""What the ranker `learned` knows: how evidence becomes an order, and how good each hit is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from shopmind.stores.ports import Artifact
from shopmind.training.precedents import COLUMNS as PRECEDENTS
from shopmind.training.trees import Trees

Choice = Literal["prior", "linear", "trees", "both", "cautious", "grade"]

CAUTION = 0.5
"""What the trees and the prior weigh in "cautious", beside 1 for the linear model."""

PRIOR = "prior"
"""The column that holds the score of the ranking nobody had to learn."""


BLOCKS = 2
"""What `inputs` says of each column."""


def inputs(columns: Mapping[str, NDArray[np.float32]], names: Sequence[str], size: int) -> NDArray[np.float32]:
    """(n, 2m): each column as it is, then less its best among the candidates; what cannot be said is 0.

    The first block tells queries apart, the second does not know how hard a query is. Of precedents the second is 0:
    their best is known of whole lists only.
    """
    raw = np.zeros((size, len(names)), np.float32)
    for place, name in enumerate(names):
        column = columns.get(name)
        if column is not None:
            raw[:, place] = np.nan_to_num(column, nan=0.0, posinf=0.0, neginf=0.0)
    best = raw.max(axis=0, keepdims=True) if size else raw
    less = raw - best
    less[:, [name in PRECEDENTS for name in names]] = 0.0
    return np.concatenate([raw, less], axis=1)


def used(figures: Mapping[str, Any]) -> bool:
    """Whether order or grade were found better than the prior's."""
    return figures["chosen"] != "prior" or bool(figures.get("graded"))


def columns_read(artifact: Artifact | None) -> frozenset[str]:
    """Columns that order or grade read; none when the prior ranks and scores."""
    if artifact is None or not used(artifact.card["figures"]):
        return frozenset()
    return frozenset(artifact.card["figures"]["columns"])


@dataclass(frozen=True)
class RankModel:
    """A blend of a linear model and trees for the order, and a model of the grade for the score.

    Attributes:
        names: the columns it reads, m of them.
        chosen: what orders; "prior" when nothing learned was better.
        weights: (m,) of the linear model.
        scale: what the linear model and the trees are multiplied by, so that both weigh the same in "both".
        trees: order, or None.
        grade: trees that say the grade in 0..1, or None.
        grade_weights: (2m + 1,) a linear model of the grade, its constant last, where there are no trees.
        prior_scale: as `scale`, of the prior's score.
    """

    names: tuple[str, ...]
    chosen: Choice
    weights: NDArray[np.float64]
    scale: tuple[float, float]
    trees: Trees | None
    grade: Trees | None
    grade_weights: NDArray[np.float64]
    prior_scale: float = 0.0

    def order(self, matrix: NDArray[np.float32], chosen: Choice | None = None) -> NDArray[np.float64]:
        """(n,) higher is better, of `inputs`; "prior" gives the prior's own score."""
        by = chosen or self.chosen
        if by == "prior":
            return matrix[:, self.names.index(PRIOR)].astype(np.float64)
        if by == "grade":
            return self.grades(matrix)
        found = np.zeros(len(matrix))
        linear, trees, prior = self._shares(by)
        if linear:
            found += linear * (matrix[:, : len(self.names)] @ self.weights)
        if trees and self.trees is not None:
            found += trees * self.trees.scores(matrix)
        if prior:
            found += prior * matrix[:, self.names.index(PRIOR)]
        return found

    def _shares(self, by: Choice) -> tuple[float, float, float]:
        """What linear model, trees and prior are multiplied by."""
        linear, trees = self.scale
        if by == "cautious":
            return linear, CAUTION * trees, CAUTION * self.prior_scale
        return linear * (by in ("linear", "both")), trees * (by in ("trees", "both")), 0.0

    def grades(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) expected grade in 0..1, comparable between queries."""
        if self.grade is not None:
            told = self.grade.scores(matrix)
        else:
            told = matrix @ self.grade_weights[:-1] + self.grade_weights[-1]
        return np.clip(told, 0.0, 1.0)

    def contributions(self, matrix: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Column → (n,) what it adds to `order`; all blocks of a column count as one."""
        m = len(self.names)
        found = np.zeros((len(matrix), m))
        if self.chosen == "prior":
            found[:, self.names.index(PRIOR)] = self.order(matrix)
        linear, trees, prior = self._shares(self.chosen)
        if linear:
            found += linear * matrix[:, :m] * self.weights
        if trees and self.trees is not None:
            found += trees * _together(self.trees.contributions(matrix), m)
        if prior:
            found[:, self.names.index(PRIOR)] += prior * matrix[:, self.names.index(PRIOR)]
        if self.chosen == "grade":
            told = self.grade.contributions(matrix) if self.grade is not None else matrix * self.grade_weights[:-1]
            found += _together(told, m)
        return {name: found[:, place].astype(np.float32) for place, name in enumerate(self.names)}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For an artifact; `figures` holds the rest."""
        found: dict[str, NDArray[Any]] = {
            "weights": self.weights,
            "scale": np.array([*self.scale, self.prior_scale]),
            "grade_weights": self.grade_weights,
        }
        for prefix, trees in (("rank", self.trees), ("grade", self.grade)):
            if trees is not None:
                found |= trees.arrays(prefix)
        return found

    @staticmethod
    def of(arrays: Mapping[str, NDArray[Any]], figures: Mapping[str, Any]) -> RankModel:
        """From an artifact's arrays and its card's figures `columns` and `chosen`."""
        scale = np.asarray(arrays["scale"])
        return RankModel(
            tuple(figures["columns"]),
            figures["chosen"],
            np.asarray(arrays["weights"]),
            (float(scale[0]), float(scale[1])),
            Trees.of(arrays, "rank"),
            Trees.of(arrays, "grade"),
            np.asarray(arrays["grade_weights"]),
            float(scale[2]) if len(scale) > 2 else 0.0,
        )


def _together(parts: NDArray[np.float64], m: int) -> NDArray[np.float64]:
    """(n, m) sums over the blocks of (n, 2m)."""
    summed: NDArray[np.float64] = parts.reshape(len(parts), BLOCKS, m).sum(axis=1)
    return summed
