"""The table that goes through every stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Candidates:
    """Item numbers, one float column per retriever and feature, and a score once ranked.

    Attributes:
        items: (n,) int64 item numbers, each once.
        columns: name → (n,) float32; NaN says "cannot say" (a retriever did not bring this item).
        scores: (n,) float32, higher is better; NaN before ranking.
        contributions: name → (n,) float32, the share of each column in the score; filled by rankers that can say.
    """

    items: NDArray[np.int64]
    columns: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    scores: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))
    contributions: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    @staticmethod
    def empty() -> Candidates:
        """No candidates."""
        return Candidates(np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self.items)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Candidates:
        """The given rows, in the given order, with all columns."""
        return Candidates(
            self.items[rows],
            {name: column[rows] for name, column in self.columns.items()},
            self.scores[rows] if len(self.scores) else self.scores,
            {name: share[rows] for name, share in self.contributions.items()},
        )

    def column(self, name: str) -> NDArray[np.float32]:
        """The column, or all NaN when no part made it."""
        found = self.columns.get(name)
        return np.full(len(self), np.nan, np.float32) if found is None else found

    def with_columns(self, columns: Mapping[str, NDArray[np.float32]]) -> Candidates:
        """With these columns added or replaced."""
        return replace(self, columns={**self.columns, **columns})
