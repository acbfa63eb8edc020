"""Goods that few know, near to what a network imagines the user would like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EventType
from shopmind.pipeline.context import Context, best
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Numbers
from shopmind.training.long_tail.space import generated, nearness, profile
from shopmind.training.worth import MEANT


class Imagined(Retriever):
    """The goods of the tail nearest to the points the generator makes for the anchors, or else for the history.

    From the artifact `tail_generator` (training/long_tail/adversarial.py; the extra [train] fits it, nothing of it is
    needed here). docs/decisions/0016-long-tail.md says how it compares with the retriever long_tail.
    """

    artifacts = ("tail_generator",)

    @dataclass(frozen=True)
    class Options:
        """last: newest items of the history that make the profile. types: events that count."""

        last: int = 20
        types: tuple[EventType, ...] = MEANT

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever; nothing for a user of whom nothing is known."""
        arrays = self.fitted.arrays
        of = profile(np.asarray(arrays["space"]), self._sources(context))
        if not of.any():
            return np.empty(0, np.int64), np.empty(0, np.float32)
        scores = nearness(arrays, generated(arrays, of))
        numbers = best(scores, context.allowed, context.columns.tie, k)
        return numbers, scores[numbers]

    def _sources(self, context: Context) -> Numbers:
        if len(context.anchors):
            return context.anchors
        return context.history.of(self._options.types).last(self._options.last).items
