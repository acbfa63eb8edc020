"""Now and then something else, by pure chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from shopmind.domain import Candidates
from shopmind.pipeline.bandits import highest, prior
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Tools
from shopmind.pipeline.rerankers.explore import ExploreOptions, Explorer, Weighed
from shopmind.pipeline.slots import Rows


class Epsilon(Explorer):
    """Epsilon slots: a draw that is even over a slot's items, or the greedy choice.

    A slot draws evenly with probability `uniform`; else it shows the greedy choice. As it comes, `share` of the
    requests draw evenly and all others are shown as ranked, so `share` is the epsilon. With `share = 1`, `greedy =
    "rate"` and a small `uniform` it is the bandit called epsilon-greedy.

    Source: Sutton and Barto, Reinforcement learning (2018), section 2.2.
    """

    name = "epsilon"

    @dataclass(frozen=True)
    class Options(ExploreOptions):
        """greedy: what a slot shows when it does not draw evenly: what is ranked there, or the item that was rewarded
        most often so far, by its rate with the prior added, equal rates in equal parts.
        """

        uniform: float = 1.0
        greedy: Literal["ranked", "rate"] = "ranked"

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._greedy = options.greedy

    def ready(self) -> None:
        """It needs counts only for the rates."""
        if self._greedy == "rate":
            super().ready()

    def weigh(self, context: Context, candidates: Candidates, arms: Sequence[Rows], incumbents: Rows) -> list[Weighed]:
        """See Explorer."""
        if self._greedy == "ranked":
            return [
                Weighed(highest((rows == incumbent).astype(np.float64)))
                for rows, incumbent in zip(arms, incumbents.tolist(), strict=True)
            ]
        self.said_untrained(context)
        known = self._arms.known(context, self._slots)
        alpha, beta = prior(known.mean(self._explore.prior_rate))
        rates = (alpha + known.rewarded) / (alpha + beta + known.shown)
        return [Weighed(highest(rates[candidates.items[rows]])) for rows in arms]
