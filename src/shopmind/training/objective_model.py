"""Chances of a click, a cart and a purchase, had everybody looked, and their weighed sum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from shopmind.training.rank_model import BLOCKS
from shopmind.training.trees import Trees

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ObjectiveModel:
    """One model an objective, over the same columns.

    Attributes:
        names: the columns, m of them; the models read rank_model.inputs of them.
        trees: objective → its log-odds; objectives that were reached too seldom have none.
    """

    names: tuple[str, ...]
    trees: Mapping[str, Trees]

    def chances(self, matrix: NDArray[np.float32]) -> dict[str, Floats]:
        """Objective → (n,) probability."""
        return {name: np.asarray(expit(trees.scores(matrix)), np.float64) for name, trees in self.trees.items()}

    def scores(self, matrix: NDArray[np.float32], weights: Mapping[str, float]) -> Floats:
        """(n,) sum of weight · probability; an objective without a model adds nothing."""
        found = np.zeros(len(matrix))
        for name, chance in self.chances(matrix).items():
            found += weights.get(name, 0.0) * chance
        return found

    def contributions(
        self, matrix: NDArray[np.float32], weights: Mapping[str, float]
    ) -> dict[str, NDArray[np.float32]]:
        """Column → (n,) what it adds to the score above that of the average candidate of the training.

        What a column moves the log-odds by is brought to the scale of probabilities, by one factor a candidate and
        objective.

        Source: the rescale rule of Shrikumar, Greenside, Kundaje, Learning important features through propagating
        activation differences, ICML 2017.
        """
        m = len(self.names)
        found = np.zeros((len(matrix), m))
        for name, trees in self.trees.items():
            moved = trees.contributions(matrix).reshape(len(matrix), BLOCKS, m).sum(axis=1)
            total = moved.sum(axis=1)
            rise = expit(trees.base + total) - expit(trees.base)
            factor = np.divide(rise, total, out=np.zeros(len(total)), where=np.abs(total) > 1e-9)
            found += weights.get(name, 0.0) * moved * factor[:, None]
        return {name: found[:, place].astype(np.float32) for place, name in enumerate(self.names)}

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """For an artifact."""
        found: dict[str, NDArray[Any]] = {}
        for name, trees in self.trees.items():
            found |= trees.arrays(f"{prefix}.{name}")
        return found

    @staticmethod
    def of(arrays: Mapping[str, NDArray[Any]], prefix: str, figures: Mapping[str, Any]) -> ObjectiveModel:
        """As `arrays` wrote it; the figures name columns and objectives."""
        trees = {name: Trees.of(arrays, f"{prefix}.{name}") for name in figures["objectives"]}
        return ObjectiveModel(
            tuple(figures["columns"]), {name: each for name, each in trees.items() if each is not None}
        )
