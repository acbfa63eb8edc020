"""What is wanted more than usual."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES
from shopmind.kit.clock import DAY_MS
from shopmind.pipeline.context import Context
from shopmind.pipeline.leaders import Leaders
from shopmind.pipeline.live import LiveEvents, SinceTraining
from shopmind.pipeline.parts import NoOptions, Retriever, Tools
from shopmind.stores.ports import Numbers
from shopmind.training.trending import Visits, lately, surprise, usually


class Trending(Retriever):
    """People who want an item lately against what was to be expected (training/trending.py), and who came since.

    Someone who came both before the training and after it counts twice until the next one: the artifact knows no
    people. Nameless visitors since the training count as one.
    """

    artifacts = ("trending",)

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._held = SinceTraining()
        self._leaders = Leaders()

    def awaits(self) -> None:
        """Raises NotReadyError while nobody has chosen anything."""
        self._tools.await_events([EVENT_TYPES[code] for code in np.flatnonzero(self.fitted.arrays["weights"])])

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        scores = self._scores(context)
        numbers = self._leaders.best(scores, context.allowed, context.columns.tie, k)
        return numbers, scores[numbers]

    def _scores(self, context: Context) -> NDArray[np.float32]:
        """(size,) by item number, NaN where there is no trend; made again when what counts comes in, or a minute on."""
        card = self.fitted.card

        def reckon(live: LiveEvents) -> NDArray[np.float32]:
            now = self._people(context, "lately", float(card["options"]["half_life_days"]), live)
            usual = self._people(context, "usually", float(card["options"]["usual_half_life_days"]), live)
            scores = surprise(now, usual).astype(np.float32)
            scores[scores <= 0] = np.nan
            return scores

        counted = np.asarray(self.fitted.arrays["weights"]) > 0
        live, after = self._tools.live.read(), card["event_number"]
        return self._held.reckoned(live, after, counted, context.columns.size, context.now_ms, reckon)

    def _people(self, context: Context, name: str, half_life_days: float, live: LiveEvents) -> NDArray[np.float64]:
        fitted = np.asarray(self.fitted.arrays[name])
        waited_ms = max(0, context.now_ms - self.fitted.card["made_for_ms"])
        people = np.zeros(max(context.columns.size, len(fitted)))
        people[: len(fitted)] = fitted * 0.5 ** (waited_ms / (half_life_days * DAY_MS))
        weights = np.asarray(self.fitted.arrays["weights"], np.float64)[live.types]
        known = live.items < len(people)
        if known.any():
            ages_ms = np.maximum(0, context.now_ms - live.times_ms[known])
            visits = Visits(live.users[known], live.items[known], weights[known], ages_ms)
            people += (lately if name == "lately" else usually)(visits, half_life_days, len(people))
        return people
