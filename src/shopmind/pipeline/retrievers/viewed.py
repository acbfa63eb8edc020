"""What the user looked at lately."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EventType
from shopmind.kit.clock import DAY_MS
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Numbers


class Viewed(Retriever):
    """The user's own items, each event counted with a decay by age.

    Source: exponential time decay, score = sum over events of 0.5 ** (age / half-life).
    """

    @dataclass(frozen=True)
    class Options:
        """types: events that count. half_life_days: age at which an event counts half."""

        types: tuple[EventType, ...] = ("view", "click", "favourite", "add_to_cart", "play")
        half_life_days: float = 7.0

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options

    def awaits(self) -> None:
        """Raises NotReadyError while nobody has looked at anything."""
        self._tools.await_events(self._options.types)

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        seen = context.history.of(self._options.types)
        seen = seen.take(seen.items < len(context.allowed))
        seen = seen.take(context.allowed[seen.items])
        if not len(seen):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        age_days = np.maximum(0, context.now_ms - seen.times_ms) / DAY_MS
        items, rows = np.unique(seen.items, return_inverse=True)
        scores = np.bincount(rows, np.power(0.5, age_days / self._options.half_life_days)).astype(np.float32)
        order = np.lexsort((context.columns.tie[items], -scores))[:k]
        return items[order], scores[order]
