"""The newest items, those first that many are likely to want."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.pipeline.retrievers.popularity import Popularity
from shopmind.stores.columns import NumberColumn
from shopmind.stores.ports import Artifact, Numbers
from shopmind.training.promise import foreseen

FURTHEST = 3.0
"""What is foreseen counts as at most e ** 3 times as much as usual, and at least one part of it."""


class Fresh(Retriever):
    """By created_at: 0.5 ** (age / half-life) * exp(promise * (foreseen - usual)) * (1 + popularity) ** wanted.

    Foreseen is ln(1 + people) of the artifact `promise` (training/promise.py), popularity what came in so far, as the
    retriever `popularity` counts it. A shop in which too little was ever new has no such artifact: then the newest come
    first, or what of the new is wanted.
    """

    artifacts = ("promise", "popularity")

    @dataclass(frozen=True)
    class Options:
        """half_life_days: age at which the score is one half. within_days: oldest age brought. promise: how much the
        predicted popularity counts, 0 for not at all. wanted: how much the popularity so far counts. dated: whether
        it is not ready while no item says when it was created, for a place that shows nothing else."""

        half_life_days: float = 14.0
        within_days: float = 60.0
        promise: float = 0.5
        wanted: float = 0.0
        dated: bool = False

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._popularity = Popularity(Popularity.Options(), tools)

    def ready(self) -> None:
        """Without the artifact it brings the newest; raises NotReadyError only with `dated`, where nothing is."""
        if self._options.dated:
            created = self._tools.catalogue.columns().column("created_at")
            if not isinstance(created, NumberColumn) or np.isnan(created.values).all():
                raise NotReadyError("no item says when it was created (created_at)")

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        created = context.columns.column("created_at")
        if not isinstance(created, NumberColumn):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        oldest_ms = context.now_ms - self._options.within_days * DAY_MS
        size = min(len(created.values), len(context.allowed))
        made = created.values[:size]
        items = np.flatnonzero((made >= oldest_ms) & (made <= context.now_ms) & context.allowed[:size])
        age_days = (context.now_ms - made[items]) / DAY_MS
        recent = np.power(0.5, age_days / self._options.half_life_days)
        scores = np.asarray(recent * self._promising(items) * self._wanted(context, items), np.float32)
        order = np.lexsort((context.columns.tie[items], -scores))[:k]
        return items[order], scores[order]

    def _promising(self, items: Numbers) -> NDArray[np.float64]:
        promise = self._promise
        if promise is None or not self._options.promise or not len(items):
            return np.ones(len(items))
        vectors = self._tools.vector_index.vectors if self._tools.encoder is not None else None
        apart = foreseen(promise.arrays, items, vectors).astype(np.float64) - float(promise.arrays["mean"][0])
        return np.exp(self._options.promise * np.clip(apart, -FURTHEST, FURTHEST))

    def _wanted(self, context: Context, items: Numbers) -> NDArray[np.float64]:
        if not self._options.wanted or not len(items) or not self._counted:
            return np.ones(len(items))
        popularity = self._popularity.score(context, items).astype(np.float64)
        return np.asarray((1 + np.maximum(popularity, 0)) ** self._options.wanted, np.float64)

    @cached_property
    def _counted(self) -> bool:
        return self._tools.artifacts.load("popularity") is not None

    @cached_property
    def _promise(self) -> Artifact | None:
        return self._tools.artifacts.load(self.artifacts[0])
