"""What everybody wants."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.clock import DAY_MS
from shopmind.pipeline.context import Context
from shopmind.pipeline.leaders import Leaders
from shopmind.pipeline.live import LiveEvents, SinceTraining
from shopmind.pipeline.parts import NoOptions, Retriever, Tools
from shopmind.stores.ports import Numbers

MOST_HALF_LIVES = 10.0
"""What was popular when the log ended, however long ago, still comes before what nobody ever wanted."""


class Popularity(Retriever):
    """Decayed event counts of the artifact `popularity` (training/popularity.py) plus what has come since."""

    artifacts = ("popularity",)

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._held = SinceTraining()
        self._leaders = Leaders()

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever; what nobody chose comes last, by hash of the id: a shop without events shows its goods."""
        scores = self._scores(context)
        if not scores.any():
            context.degraded.append("popularity: nobody has chosen anything yet, goods come in no order")
        numbers = self._leaders.best(scores, context.allowed, context.columns.tie, k)
        return numbers, scores[numbers]

    def score(self, context: Context, items: Numbers) -> NDArray[np.float32]:
        """Popularity of any items: (n,) float32, 0 for one that nobody touched."""
        return self._scores(context)[items]

    def standing(self, context: Context) -> NDArray[np.float32]:
        """(size,) popularity of every item: one and the same array until something happens. Not to be altered."""
        return self._scores(context)

    def _scores(self, context: Context) -> NDArray[np.float32]:
        """(size,) by item number; made again when what counts comes in, or after a minute."""
        card, arrays = self.fitted.card, self.fitted.arrays
        half_life_ms = float(card["options"]["half_life_days"]) * DAY_MS

        def reckon(live: LiveEvents) -> NDArray[np.float32]:
            fitted = np.asarray(arrays["scores"])
            scores = np.zeros(max(context.columns.size, len(fitted)), np.float64)
            passed = max(0, context.now_ms - card["made_for_ms"]) / half_life_ms
            scores[: len(fitted)] = fitted * 0.5 ** min(passed, MOST_HALF_LIVES)
            return self._with_live(scores, live, context.now_ms, half_life_ms)

        counted = np.asarray(arrays["weights"]) != 0
        live, after = self._tools.live.read(), card["event_number"]
        return self._held.reckoned(live, after, counted, context.columns.size, context.now_ms, reckon)

    def _with_live(
        self, scores: NDArray[np.float64], live: LiveEvents, now_ms: int, half_life_ms: float
    ) -> NDArray[np.float32]:
        weights = np.asarray(self.fitted.arrays["weights"])
        known = live.items < len(scores)
        age_ms = np.maximum(0, now_ms - live.times_ms[known])
        worth = weights[live.types[known]] * np.power(0.5, age_ms / half_life_ms)
        return (scores + np.bincount(live.items[known], worth, minlength=len(scores))).astype(np.float32)
