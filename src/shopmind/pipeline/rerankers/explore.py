"""What all exploring rerankers share: which slots, which arms, what is logged. The policies are files of their own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.kit.seeds import hash64, uniforms
from shopmind.pipeline.arms import Arms
from shopmind.pipeline.bandits import drawn, mixed
from shopmind.pipeline.context import Context
from shopmind.pipeline.exploration import Choice, Exploration
from shopmind.pipeline.parts import Reranker, Tools
from shopmind.pipeline.rules.apply import PUSHED, places_of_pins
from shopmind.pipeline.slots import Floats, Rows, Slots, dealt
from shopmind.stores.columns import NumberColumn


@dataclass(frozen=True)
class ExploreOptions:
    """share: of the requests that explore; all others are answered as ranked. slots: positions in the answer, from 0,
    that a request that explores fills by a draw. head: positions that are shown as ranked otherwise; only items that
    are ranked after them are tried. pool: how many ranks after the head are looked at; what may be tried of them is
    dealt to the slots. uniform: share of
    the draws that are spread evenly over a slot's items whatever is known of them, so that each gets its chance and
    every propensity stays above 0. at_least: an item of a lower score is not tried. of_best: nor one that scores less
    than this share of the best score; where no score is above 0, nothing is tried then. prior_rate: share of
    impressions that are rewarded, as far as nobody knows.
    """

    share: float = 0.1
    slots: tuple[int, ...] = (9,)
    head: int = 10
    pool: int = 50
    uniform: float = 0.05
    at_least: float = float("-inf")
    of_best: float = 0.0
    prior_rate: float = 0.05

    def __post_init__(self) -> None:
        for name in ("share", "uniform", "of_best"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}, it must lie in 0..1")
        if not 0 < self.prior_rate < 1:
            raise ValueError(f"prior_rate is {self.prior_rate}, it must lie between 0 and 1")
        if not self.slots or len(set(self.slots)) < len(self.slots):
            raise ValueError(f"slots is {list(self.slots)}, it must name positions, each once")
        if not 0 <= min(self.slots) <= max(self.slots) < self.head:
            raise ValueError(f"slots is {list(self.slots)}, each must lie in 0..{self.head - 1}, within the head")
        if self.pool < len(self.slots) or math.isnan(self.at_least):
            raise ValueError(f"pool is {self.pool}, it must hold an item for each slot, and at_least be a number")


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a policy makes of the arms of one slot.

    Attributes:
        chances: (m,) sums to 1.
        names: of the features that it went by, if any.
        features: (m, d) their values.
    """

    chances: Floats
    names: tuple[str, ...] = ()
    features: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))

    def features_of(self, arm: int) -> Mapping[str, float]:
        """Name → value of one arm; empty when the policy went by none."""
        return dict(zip(self.names, self.features[arm].tolist(), strict=True)) if self.names else {}


class Explorer(Reranker):
    """Fills slots of some answers by a draw; see pipeline/slots.py for what moves and how likely that is.

    It must be the last reranker of its scenario: what came after it would move what was logged. Nothing is explored
    where the request asks for an order of its own, or not to (`Query.explore`). An item is tried only when the filters
    and rules of the request let it be shown, no rule buries it, it is in stock or its stock is unknown, it meets
    the constraints that were relaxed, and its score reaches the floor. Pinned items keep their places.
    """

    last = True
    artifacts = ("arms",)
    name: ClassVar[str]

    def __init__(self, options: ExploreOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._explore = options
        self._slots = tuple(sorted(options.slots))
        self.depth = options.head + options.pool
        self._arms = Arms(tools)

    def weigh(self, context: Context, candidates: Candidates, arms: Sequence[Rows], incumbents: Rows) -> list[Weighed]:
        """For each slot the chances of its arms, rows of the candidates, before some are spread evenly.

        Args:
            incumbents: for each slot the row that stands there unless another is drawn; it need not be an arm.
        """
        raise NotImplementedError

    def rerank(self, context: Context, candidates: Candidates, n: int) -> Candidates:
        """See Reranker."""
        options = self._explore
        if not context.query.explore or context.query.sort or options.share == 0:
            return candidates
        context.heard = self._tools.live.read().version if context.heard is None else context.heard
        pins = places_of_pins(context)
        loose = np.flatnonzero(~np.isin(candidates.items, list(pins.values())))
        slots, weighed = self._plan(context, candidates, loose, tuple(pins))
        if slots is None:
            context.exploration = Exploration(self.name, (), {})
            return candidates
        seed = hash64(f"{context.draw} {context.query.scenario}")
        explores = uniforms(seed, np.array([hash64("request")], np.uint64))[0] < options.share
        tie = context.columns.tie[candidates.items]
        arms = [drawn(chances, seed, tie[loose[rows]]) for rows, chances in zip(slots.arms, slots.chances, strict=True)]
        rows = [int(each[arm]) for each, arm in zip(slots.arms, arms, strict=True)]
        order = slots.order(len(loose), rows if explores else None)
        shown = candidates.items[loose[order[:n]]]
        probabilities = slots.probabilities(order[:n])
        choices = [
            Choice(
                item=int(candidates.items[loose[row]]),
                place=_with_pins(slots.places[slot], pins),
                chance=float(slots.chances[slot][arm]),
                lifted=row >= slots.head,
                features=weighed[slot].features_of(arm),
            )
            for slot, (row, arm) in enumerate(zip(rows, arms, strict=True))
        ]
        moved = {int(item): float(p) for item, p in zip(shown, probabilities, strict=True) if p < 1}
        context.exploration = Exploration(self.name, tuple(choices) if explores else (), moved)
        rest = np.setdiff1d(np.arange(len(candidates)), loose)
        return candidates.take(np.concatenate([loose[order], rest]))

    def _plan(
        self, context: Context, candidates: Candidates, loose: NDArray[np.intp], pinned: tuple[int, ...]
    ) -> tuple[Slots | None, list[Weighed]]:
        """What may happen, in rows of the candidates that are not pinned; None when there is nothing to try."""
        options = self._explore
        head = options.head - sum(place < options.head for place in pinned)
        free = [place - sum(each < place for each in pinned) for place in self._slots if place not in pinned]
        eligible = self._eligible(context, candidates)[loose]
        pool = head + np.flatnonzero(eligible[head : head + options.pool])
        places = tuple(free[: len(pool)])
        if not places:
            return None, []
        incumbents = head - len(places) + np.arange(len(places))
        arms = tuple(
            np.concatenate([incumbents[[slot]][eligible[incumbents[[slot]]]], rows])
            for slot, rows in enumerate(dealt(pool, len(places)))
        )
        weighed = self.weigh(context, candidates, [loose[rows] for rows in arms], loose[incumbents])
        chances = tuple(mixed(each.chances, options.uniform) for each in weighed)
        return Slots(places, head, options.share, arms, chances), weighed

    def _eligible(self, context: Context, candidates: Candidates) -> NDArray[np.bool_]:
        """(n,) which candidates may be tried."""
        options, items, scores = self._explore, candidates.items, candidates.scores
        found = np.asarray(scores >= options.at_least) & context.allowed[items]
        if options.of_best > 0:
            best = float(np.nanmax(scores, initial=-np.inf))
            found &= (scores >= options.of_best * best) if best > 0 else False
        found &= ~(candidates.column(PUSHED) < 0)
        stock = context.columns.column("stock")
        if isinstance(stock, NumberColumn):
            found &= ~(stock.values[items] <= 0)
        return found if context.meets is None else found & context.meets[items]

    def said_untrained(self, context: Context) -> None:
        """Names the prior as what the chances rest on, where nothing was trained yet."""
        try:
            self._tools.artifact("arms")
        except NotReadyError as error:
            told = f"{self.name}: {error.message}; until then every item starts at the prior rate"
            context.degraded.append(told)


def _with_pins(place: int, pins: Mapping[int, int]) -> int:
    """The position in the answer of the place among the items that are not pinned."""
    for pinned in sorted(pins):
        place += pinned <= place
    return place
