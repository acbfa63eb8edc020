"""The brands that suit the user, each by one of its goods."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EventType
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.pipeline.retrievers.neighbours import MOST_SOURCES
from shopmind.pipeline.retrievers.popularity import Popularity
from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Artifact, Numbers
from shopmind.training.sparse import weighed
from shopmind.training.worth import MEANT, WORTH, type_weights


@dataclass(frozen=True)
class _Standing:
    """What all requests share.

    Attributes:
        change: of the catalogue.
        codes: (size,) brand of each item, -1 for none.
        order: items of a brand side by side, the most wanted first.
        wanted: (size,) popularity over the largest.
        shares: (groups,) of popularity.
    """

    change: int
    codes: NDArray[np.int64]
    groups: int
    order: Numbers
    wanted: NDArray[np.float64]
    shares: NDArray[np.float64]


class Brands(Retriever):
    """Of each of the k brands of highest score, the allowed item that suits the user best.

    score(brand) = own * (its share of what the user chose) + near * (its share of what is next to that in item_knn)
    + popular * (its share of what everybody chose); an item counts with sum over events of weight(type) *
    0.5 ** (age / H), and the face of a brand is its best item by near and popular together. A stranger gets the popular
    brands. Any column of texts may stand for the brand: a maker, a series, a shop.
    """

    artifacts = ("popularity", "item_knn")

    @dataclass(frozen=True)
    class Options:
        """by: column that names the brand. own, near, popular: weights of the three shares. half_life_days: age at
        which an event counts half. types: history events that count."""

        by: str = "brand"
        own: float = 1.0
        near: float = 1.0
        popular: float = 0.3
        half_life_days: float = 90.0
        types: tuple[EventType, ...] = MEANT

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._popularity = Popularity(Popularity.Options(), tools)
        self._held: tuple[NDArray[np.float32], _Standing] | None = None
        self._weights = type_weights({kind: WORTH.get(kind, 0.0) for kind in options.types})

    def ready(self) -> None:
        """Raises NotReadyError before the first training, and while no item has a brand."""
        super().ready()
        column = self._tools.catalogue.columns().column(self._options.by)
        if not isinstance(column, TextColumn) or not column.vocabulary:
            raise NotReadyError(f"no item has a {self._options.by}")

    def awaits(self) -> None:
        """Raises NotReadyError while nobody has chosen anything."""
        self._tools.await_events(self._options.types)

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever; an item without a brand is never brought."""
        column = context.columns.column(self._options.by)
        if not isinstance(column, TextColumn) or not column.vocabulary:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        standing, options = self._standing(context, column), self._options
        items, worth = self._own(context)
        near_items, near = self._near(context, items, worth)
        score = (
            options.own * _shares(items, worth, standing.codes, standing.groups)
            + options.near * _shares(near_items, near, standing.codes, standing.groups)
            + options.popular * standing.shares
        )
        faces = self._faces(context, standing, near_items, near)
        brands = standing.codes[faces]
        best = np.lexsort((context.columns.tie[faces], -score[brands]))[:k]
        return faces[best].astype(np.int64), score[brands[best]].astype(np.float32)

    def _faces(
        self, context: Context, standing: _Standing, near_items: Numbers, near: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """Of each brand its allowed item of highest near + popular: the most wanted, or one that is near."""
        allowed = standing.order[context.allowed[standing.order]]
        codes = standing.codes[allowed]
        most_wanted = allowed[np.append(True, codes[1:] != codes[:-1])[: len(codes)]]
        own = context.allowed[near_items] & (standing.codes[near_items] >= 0)
        both = np.concatenate([most_wanted, near_items[own]])
        value = self._options.popular * standing.wanted[both]
        value[len(most_wanted) :] += self._options.near * _part(near[own])
        known = np.isin(most_wanted, near_items[own])  # it stands among the near ones, with all it is worth
        kept = np.append(~known, np.ones(int(own.sum()), np.bool_))
        both, value = both[kept], value[kept]
        order = np.lexsort((context.columns.tie[both], -value, standing.codes[both]))
        ranked = standing.codes[both][order]
        first = np.append(True, ranked[1:] != ranked[:-1])[: len(ranked)]
        return np.asarray(both[order][first], np.int64)

    def _standing(self, context: Context, column: TextColumn) -> _Standing:
        """Made again when popularity or the catalogue changes: the work over all items."""
        popularity = self._popularity.standing(context)
        if self._held is None or self._held[0] is not popularity or self._held[1].change != context.columns.change:
            size, groups = context.columns.size, len(column.vocabulary)
            codes, wanted = column.codes[:size].astype(np.int64), popularity[:size].astype(np.float64)
            branded = np.flatnonzero(codes >= 0)
            order = branded[np.lexsort((context.columns.tie[branded], -wanted[branded], codes[branded]))]
            shares = _shares(branded, wanted[branded], codes, groups)
            self._held = popularity, _Standing(context.columns.change, codes, groups, order, _part(wanted), shares)
        return self._held[1]

    def _own(self, context: Context) -> tuple[Numbers, NDArray[np.float64]]:
        """What the user chose, each item once, and what it is worth."""
        history = context.history
        age_days = np.maximum(0, context.now_ms - history.times_ms) / DAY_MS
        worth = self._weights[history.types] * np.power(0.5, age_days / self._options.half_life_days)
        inside = (history.items < context.columns.size) & (worth > 0)
        items, back = np.unique(history.items[inside], return_inverse=True)
        return items, np.bincount(back, worth[inside], minlength=len(items)).astype(np.float64)

    def _near(
        self, context: Context, items: Numbers, worth: NDArray[np.float64]
    ) -> tuple[Numbers, NDArray[np.float64]]:
        """What lies next to the user's goods, each item once; nothing before `item_knn` is there."""
        knn = self._knn if self._options.near else None
        if knn is None or not len(items):
            return np.empty(0, np.int64), np.empty(0)
        largest = np.argsort(-worth, kind="stable")[:MOST_SOURCES]
        near = weighed(knn.arrays, "similar", items[largest], worth[largest], context.columns.size)
        found = np.flatnonzero(near).astype(np.int64)
        return found, near[found].astype(np.float64)

    @cached_property
    def _knn(self) -> Artifact | None:
        return self._tools.artifacts.load("item_knn")


def _shares(items: Numbers, values: NDArray[np.float64], codes: NDArray[np.int64], groups: int) -> NDArray[np.float64]:
    """(groups,) sums of the values by group, adding up to 1, or all 0."""
    of = codes[items]
    sums = np.bincount(of[of >= 0], np.maximum(values[of >= 0], 0), minlength=groups).astype(np.float64)
    total = float(sums.sum())
    return sums / total if total > 0 else sums


def _part(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values over their largest."""
    largest = values.max(initial=0.0)
    return values / largest if largest > 0 else values
