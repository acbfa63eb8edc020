"""Ads between the hits of another place: marked, few, fitting, and out of the way of the order."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.pipeline.ads.bidding import bidding_of, place, placed
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Reranker, Tools


class Sponsored(Reranker):
    """Puts the winners of a scenario of ads into slots of this one. The other hits keep their order and lose none.

    It is off while no slot is named, and no packaged scenario names one. The guard: an ad is shown only if its fit is
    known and reaches the floor, if a hit stands before it, and if what it leads to is not among the hits anyway. Where
    the request asks for an order of its own there are no ads.
    """

    last = True

    @dataclass(frozen=True)
    class Options:
        """slots: positions in the answer, from 0, that an ad may take. scenario: whose ads. floor: least `ad_fit`, on
        top of what the ads' own auction asks. least_hits: with fewer hits of its own an answer has no ads."""

        slots: tuple[int, ...] = ()
        scenario: str = "ads"
        floor: float = 0.5
        least_hits: int = 3

        def __post_init__(self) -> None:
            if len(set(self.slots)) < len(self.slots) or min(self.slots, default=1) < 1:
                raise ValueError(
                    f"slots is {list(self.slots)}, each must lie above 0, for a hit stands first, and once"
                )
            if not 0 <= self.floor <= 1 or self.least_hits < 1:
                raise ValueError("floor must lie in 0..1 and least_hits must not be below 1")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._slots = tuple(sorted(options.slots))

    def rerank(self, context: Context, candidates: Candidates, n: int) -> Candidates:
        """See Reranker."""
        slots = [slot for slot in self._slots if slot < n]
        if not slots or context.aside is None or context.query.sort or len(candidates) < self._options.least_hits:
            return candidates
        other, ads = context.aside(self._options.scenario, len(slots))
        context.degraded += [f"{self._options.scenario}: {each}" for each in other.degraded]
        fit = ads.column("ad_fit")
        shown = set(candidates.items[:n].tolist())
        bidding = bidding_of(other)
        good = [
            row
            for row, item in enumerate(ads.items.tolist())
            if fit[row] >= self._options.floor and item not in shown and bidding.ads[item].target not in shown
        ]
        slots = [slot for at, slot in enumerate(slots) if slot <= len(candidates) + at][: len(good)]
        if not slots:
            return candidates
        chosen = ads.take(np.array(good[: len(slots)], np.intp))
        terms = placed(other)
        place(
            context,
            {
                int(item): replace(terms[int(item)], position=slot)
                for item, slot in zip(chosen.items, slots, strict=True)
            },
        )
        return _blended(candidates, chosen, slots)


def _blended(candidates: Candidates, ads: Candidates, slots: list[int]) -> Candidates:
    """The ads at their slots, without score or evidence of the others' ranking, but with their fit."""
    nothing = np.full(len(ads), np.nan, np.float32)

    def longer(column: NDArray[np.float32], fill: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.concatenate([column, fill])

    joined = Candidates(
        np.concatenate([candidates.items, ads.items]),
        {
            **{name: longer(column, nothing) for name, column in candidates.columns.items()},
            "ad_fit": longer(np.full(len(candidates), np.nan, np.float32), ads.column("ad_fit")),
        },
        longer(candidates.scores, nothing),
        {name: longer(share, np.zeros(len(ads), np.float32)) for name, share in candidates.contributions.items()},
    )
    order = list(range(len(candidates)))
    for at, slot in enumerate(slots):
        order.insert(slot, len(candidates) + at)
    return joined.take(np.array(order, np.intp))
