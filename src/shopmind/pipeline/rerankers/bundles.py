"""Frequently bought together: two or three goods, those at hand among them, with what they cost together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Bundle, Candidates, Item
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.associations import Associations, Sets
from shopmind.pipeline.context import Context
from shopmind.pipeline.filters.attribute import Masks
from shopmind.pipeline.filters.in_stock import HAD
from shopmind.pipeline.parts import Reranker, Tools
from shopmind.stores.ports import Numbers

ANCHORS = 20
"""Newest goods at hand that bundles are looked for around."""
AROUND = 50
"""Best sets of one size around one of them."""


@dataclass(frozen=True, slots=True)
class _Found:
    """One set: its items, those at hand first, and what it is worth."""

    items: tuple[int, ...]
    new: tuple[int, ...]
    orders: int
    worth: float


class Bundles(Reranker):
    """Names the best bundles in `context.bundles` and puts what they add to the goods at hand first.

    A bundle is a set of the artifact `associations` that holds an anchor; all it adds are candidates, so filters and
    rules hold for it, and an anchor that is out of stock or hidden stands in none. It is worth the share of the orders
    that hold it beyond chance, times how many goods it adds, the larger first where two are worth the same; each
    further bundle adds one good or more that none before it did.
    """

    artifacts = ("associations",)

    @dataclass(frozen=True)
    class Options:
        """most: bundles named. largest: goods of one bundle, 2 or 3."""

        most: int = 3
        largest: int = 3

        def __post_init__(self) -> None:
            if self.most < 1 or self.largest not in (2, 3):
                raise ValueError(f"most must be 1 or more and largest 2 or 3, not {self.most} and {self.largest}")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._masks = Masks()

    def rerank(self, context: Context, candidates: Candidates, n: int) -> Candidates:
        """See Reranker; without a bundle the order stays, and the answer says so."""
        context.bundles = []
        try:
            associations = context.memory.get("associations") or self._own
        except NotReadyError as error:
            context.degraded.append(f"bundles: {error.message}")
            return candidates
        sound = self._sound(context)
        chosen = self._chosen(associations, context, sound, candidates)
        if not chosen:
            context.degraded.append("bundles: nothing that can be had sells together with it often enough to be a rule")
            return candidates
        context.bundles = [each for each in (self._told(found, associations) for found in chosen) if each is not None]
        first = list(dict.fromkeys(item for found in chosen for item in found.new))
        place = {item: rank for rank, item in enumerate(first)}
        ranks = np.array([place.get(item, len(first)) for item in candidates.items.tolist()])
        return candidates.take(np.argsort(ranks, kind="stable"))

    @cached_property
    def _own(self) -> Associations:
        return Associations(self.fitted)

    def _sound(self, context: Context) -> Numbers:
        """Anchors that can be had; those that cannot are told."""
        anchors = np.array(list(dict.fromkeys(context.anchors.tolist()))[-ANCHORS:], np.int64)
        had = context.columns.shown & self._masks.of(HAD, context.columns, strict=False)
        anchors = anchors[anchors < len(had)]
        lacking = int(np.count_nonzero(~had[anchors]))
        if lacking:
            context.degraded.append(
                f"bundles: {lacking} of {len(anchors)} goods at hand cannot be had and stand in none"
            )
        return np.asarray(anchors[had[anchors]], np.int64)

    def _chosen(
        self, associations: Associations, context: Context, sound: Numbers, candidates: Candidates
    ) -> list[_Found]:
        free = np.zeros(context.columns.size, np.bool_)
        free[candidates.items] = True
        at_hand = np.zeros(context.columns.size, np.bool_)
        at_hand[sound] = True
        free &= ~at_hand
        sizes = [associations.pairs] + [associations.triples] * (self._options.largest == 3)
        found = {each.items: each for sets in sizes for each in _around(sets, sound, free, at_hand)}
        tie = context.columns.tie
        ordered = sorted(
            found.values(), key=lambda each: (-each.worth, -len(each.items), [int(tie[item]) for item in each.items])
        )
        chosen: list[_Found] = []
        shown: set[int] = set()
        for each in ordered:
            if len(chosen) == self._options.most:
                break
            if not shown.issuperset(each.new):
                chosen.append(each)
                shown.update(each.new)
        return chosen

    def _told(self, found: _Found, associations: Associations) -> Bundle | None:
        items = [item for item in self._tools.catalogue.get(found.items) if item is not None]
        if len(items) < len(found.items):
            return None  # one was removed just now
        held = associations.held[list(found.items)]
        by_chance = float(np.prod(held / associations.orders)) * associations.orders
        price, currency = _price(items)
        ids = tuple(item.item_id for item in items)
        share = found.orders / associations.orders
        return Bundle(ids, price, currency, found.orders, share, found.orders / by_chance)


def _around(sets: Sets, sound: Numbers, free: NDArray[np.bool_], at_hand: NDArray[np.bool_]) -> Iterator[_Found]:
    """Sets that hold an anchor, whose other goods are free or at hand too, and that add something."""
    size = len(free)
    for anchor in sound.tolist():
        rows = sets.having(anchor)
        items = sets.items[rows]
        inside = items < size
        items = np.where(inside, items, 0)
        new = free[items] & inside
        good = (new | (at_hand[items] & inside)).all(axis=1) & new.any(axis=1) & (sets.beyond[rows] > 0)
        worth = sets.beyond[rows] * new.sum(axis=1)
        places = np.flatnonzero(good)
        for place in places[np.lexsort((rows[places], -worth[places]))][:AROUND].tolist():
            numbers, adds = items[place], new[place]
            own, added = tuple(numbers[~adds].tolist()), tuple(numbers[adds].tolist())
            yield _Found((*own, *added), added, int(sets.orders[rows[place]]), float(worth[place]))


def _price(items: list[Item]) -> tuple[int | None, str | None]:
    currencies = {item.currency for item in items}
    if len(currencies) != 1 or any(item.price_minor is None for item in items):
        return None, None
    return sum(item.price_minor or 0 for item in items), items[0].currency
