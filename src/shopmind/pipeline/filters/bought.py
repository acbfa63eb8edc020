"""Items the user has not bought yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EventType
from shopmind.kit.clock import DAY_MS
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Filter, Tools


class Bought(Filter):
    """Hides what the user purchased within the last `days`."""

    @dataclass(frozen=True)
    class Options:
        """days: how far back; 0 means for ever. types: events that count as having."""

        days: float = 0.0
        types: tuple[EventType, ...] = ("purchase", "redeem")

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options

    def keep(self, context: Context) -> NDArray[np.bool_]:
        """See Filter."""
        keep = np.ones(context.columns.size, np.bool_)
        had = context.history.of(self._options.types)
        items = had.items
        if self._options.days:
            items = items[had.times_ms >= context.now_ms - self._options.days * DAY_MS]
        keep[items[items < len(keep)]] = False
        return keep
