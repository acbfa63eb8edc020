"""The newest items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.clock import DAY_MS
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.columns import NumberColumn
from shopmind.stores.ports import Numbers


class Fresh(Retriever):
    """Newest first, by created_at; the score halves with every half-life."""

    @dataclass(frozen=True)
    class Options:
        """half_life_days: age at which the score is one half. within_days: oldest age brought."""

        half_life_days: float = 14.0
        within_days: float = 60.0

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        created = context.columns.column("created_at")
        if not isinstance(created, NumberColumn):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        oldest_ms = context.now_ms - self._options.within_days * DAY_MS
        size = min(len(created.values), len(context.allowed))
        made = created.values[:size]
        items = np.flatnonzero((made >= oldest_ms) & (made <= context.now_ms) & context.allowed[:size])
        age_days = (context.now_ms - made[items]) / DAY_MS
        scores = np.power(0.5, age_days / self._options.half_life_days).astype(np.float32)
        order = np.lexsort((context.columns.tie[items], -scores))[:k]
        return items[order], scores[order]
