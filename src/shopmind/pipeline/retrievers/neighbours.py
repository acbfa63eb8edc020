"""From the items at hand to their neighbours: what item_knn and copurchase share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EventType
from shopmind.kit.clock import DAY_MS
from shopmind.pipeline.context import Context, best
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Numbers
from shopmind.training.sparse import weighed
from shopmind.training.worth import MEANT, WORTH, type_weights

MOST_SOURCES = 200
"""Items that a walk starts from at most: bounds the time of one request."""


class Neighbours(Retriever):
    """Starts at the anchors, or without any at the user's history, and adds up the similarities it walks over.

    Source: item-based neighbours, Deshpande and Karypis, TOIS 2004: score(j) = sum over sources i of w_i * s(i → j),
    with w = 1 for an anchor and, for an item of the history, the sum over its events of weight(type) *
    0.5 ** (age / half-life).
    """

    @dataclass(frozen=True)
    class Options:
        """types: history events to start from. half_life_days: age at which one counts half."""

        types: tuple[EventType, ...] = MEANT
        half_life_days: float = 60.0

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._weights = type_weights({kind: WORTH.get(kind, 0.0) for kind in options.types})

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        scores = self._scores(context)
        numbers = best(scores, context.allowed, context.columns.tie, k)
        return numbers, scores[numbers]

    def score(self, context: Context, items: Numbers) -> NDArray[np.float32]:
        """Score of any items: (n,) float32, NaN for one that no walk comes to."""
        return self._scores(context)[items]

    def _scores(self, context: Context) -> NDArray[np.float32]:
        sources, weights = self._sources(context)
        scores = weighed(self.fitted.arrays, "similar", sources, weights, context.columns.size)
        scores[scores <= 0] = np.nan
        return scores

    def _sources(self, context: Context) -> tuple[Numbers, NDArray[np.float64]]:
        if len(context.anchors):
            sources = np.unique(context.anchors)
            return sources, np.ones(len(sources))
        history = context.history
        age_days = np.maximum(0, context.now_ms - history.times_ms) / DAY_MS
        worth = self._weights[history.types] * np.power(0.5, age_days / self._options.half_life_days)
        sources, back = np.unique(history.items, return_inverse=True)
        weights = np.bincount(back, worth, minlength=len(sources)).astype(np.float64)
        largest = np.argsort(-weights, kind="stable")[:MOST_SOURCES]
        largest = largest[weights[largest] > 0]
        return sources[largest], weights[largest]
