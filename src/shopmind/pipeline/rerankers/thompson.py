"""Each item as often as it may be the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shopmind.domain import Candidates
from shopmind.pipeline.bandits import chance_of_best, prior
from shopmind.pipeline.context import Context
from shopmind.pipeline.rerankers.explore import ExploreOptions, Explorer, Weighed
from shopmind.pipeline.slots import Rows


class Thompson(Explorer):
    """Thompson sampling: a slot draws each of its items with the probability that it is the one most often rewarded.

    The rates are Beta with the impressions and rewards of the scenario's slots counted to a prior whose mean is the
    rate of all slots. The probability is computed, not sampled (pipeline/bandits.py, chance_of_best), so the propensity
    of the draw is known.
    """

    name = "thompson"

    @dataclass(frozen=True)
    class Options(ExploreOptions):
        """share: of the requests whose slots are drawn; the others are shown as ranked, and nothing learned helps."""

        share: float = 1.0
        uniform: float = 0.02

    def weigh(self, context: Context, candidates: Candidates, arms: Sequence[Rows], incumbents: Rows) -> list[Weighed]:
        """See Explorer."""
        self.said_untrained(context)
        known = self._arms.known(context, self._slots)
        alpha, beta = prior(known.mean(self._explore.prior_rate))
        won = alpha + known.rewarded
        lost = beta + known.shown - known.rewarded
        return [Weighed(chance_of_best(won[candidates.items[rows]], lost[candidates.items[rows]])) for rows in arms]
