"""What can stand in for the item at hand, or what goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context, best
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Numbers
from shopmind.training.sparse import rows


class Related(Retriever):
    """Neighbours of the anchors in one of the matrices of the artifact `relations` (training/relations.py).

    Over several anchors the values are added up; an anchor itself is never brought.
    """

    artifacts = ("relations",)

    @dataclass(frozen=True)
    class Options:
        """of: which matrix. last: newest items of the history it starts at without anchors; 0 brings nothing then."""

        of: Literal["substitutes", "complements"] = "substitutes"
        last: int = 0

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        sources = self._sources(context)
        _, columns, values = rows(self.fitted.arrays, self._options.of, sources)
        inside = columns < context.columns.size
        scores = np.bincount(columns[inside], values[inside], minlength=context.columns.size).astype(np.float32)
        scores[scores <= 0] = np.nan
        scores[sources[sources < len(scores)]] = np.nan
        numbers = best(scores, context.allowed, context.columns.tie, k)
        return numbers, scores[numbers]

    def _sources(self, context: Context) -> Numbers:
        if len(context.anchors) or not self._options.last:
            return np.unique(context.anchors)
        return np.unique(context.history.last(self._options.last).items)
