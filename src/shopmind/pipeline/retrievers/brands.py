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
from shopmind.pipeline.retrievers.popularity import Popularity
from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Artifact, Numbers
from shopmind.training.sparse import rows
from shopmind.training.worth import MEANT, WORTH, type_weights


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
        self._weights = type_weights({kind: WORTH.get(kind, 0.0) for kind in options.types})

    def ready(self) -> None:
        """Raises NotReadyError before the first training, and while no item has a brand."""
        super().ready()
        column = self._tools.catalogue.columns().column(self._options.by)
        if not isinstance(column, TextColumn) or not column.vocabulary:
            raise NotReadyError(f"brands: no item has a {self._options.by}")

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever; an item without a brand is never brought."""
        column = context.columns.column(self._options.by)
        if not isinstance(column, TextColumn):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        codes = column.codes[: context.columns.size].astype(np.int64)
        allowed = np.flatnonzero(context.allowed & (codes >= 0))
        if not len(allowed):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        every = np.arange(context.columns.size)
        wanted = self._popularity.score(context, every).astype(np.float64)
        items, worth = self._own(context)
        near = self._near(context, items, worth)
        own = np.bincount(items, worth, minlength=context.columns.size).astype(np.float64)
        options, groups = self._options, len(column.vocabulary)
        score = (
            options.own * _shares(own, codes, groups)
            + options.near * _shares(near, codes, groups)
            + options.popular * _shares(wanted, codes, groups)
        )
        face = options.near * _part(near[allowed]) + options.popular * _part(wanted[allowed])
        order = np.lexsort((context.columns.tie[allowed], -face))
        brands, first = np.unique(codes[allowed][order], return_index=True)
        faces = allowed[order][first]
        best = np.lexsort((context.columns.tie[faces], -score[brands]))[:k]
        return faces[best].astype(np.int64), score[brands][best].astype(np.float32)

    def _own(self, context: Context) -> tuple[Numbers, NDArray[np.float64]]:
        history = context.history
        age_days = np.maximum(0, context.now_ms - history.times_ms) / DAY_MS
        worth = self._weights[history.types] * np.power(0.5, age_days / self._options.half_life_days)
        inside = (history.items < context.columns.size) & (worth > 0)
        return history.items[inside], worth[inside]

    @cached_property
    def _knn(self) -> Artifact | None:
        return self._tools.artifacts.load("item_knn")

    def _near(self, context: Context, items: Numbers, worth: NDArray[np.float64]) -> NDArray[np.float64]:
        """(size,) what lies next to the user's goods; nothing before `item_knn` is there."""
        size = context.columns.size
        knn = self._knn if self._options.near else None
        if knn is None or not len(items):
            return np.zeros(size)
        place, columns, values = rows(knn.arrays, "similar", items)
        inside = columns < size
        return np.bincount(columns[inside], worth[place[inside]] * values[inside], minlength=size).astype(np.float64)


def _shares(values: NDArray[np.float64], codes: NDArray[np.int64], groups: int) -> NDArray[np.float64]:
    """(groups,) sums of the values by group, adding up to 1, or all 0."""
    known = codes >= 0
    sums = np.bincount(codes[known], np.maximum(values[known], 0), minlength=groups)
    total = sums.sum()
    return np.asarray(sums / total if total > 0 else sums, np.float64)


def _part(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values over their largest."""
    largest = values.max(initial=0.0)
    return values / largest if largest > 0 else values
