"""Items linked to what the user likes: a promotion that covers it, a shop that sells it, a story that tells of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from shopmind.domain import LinkType
from shopmind.kit.clock import DAY_MS
from shopmind.pipeline.context import Context, best
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Numbers


class Linked(Retriever):
    """Follows links from the anchors, or else from the user's history, to the things at the other end.

    Source: one step of a random walk on the link graph, score(source) = sum over its targets t of weight(t) *
    w(source, t) / sqrt(degree(source)); the root keeps a promotion that covers everything from always winning.
    """

    @dataclass(frozen=True)
    class Options:
        """links: link types followed from target to source. half_life_days: decay of history events by age."""

        links: tuple[LinkType, ...] = ("covers", "sells", "mentions")
        half_life_days: float = 60.0

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options
        self._links = tools.links
        self._catalogue = tools.catalogue
        self._held: tuple[int, sparse.csr_array] | None = None

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        by_target = self._by_target()
        if len(context.anchors):
            items, weights = context.anchors, np.ones(len(context.anchors))
        else:
            items = context.history.items
            age_days = np.maximum(0, context.now_ms - context.history.times_ms) / DAY_MS
            weights = np.power(0.5, age_days / self._options.half_life_days)
        inside = items < by_target.shape[0]
        liked, rows = np.unique(items[inside], return_inverse=True)
        if not len(liked):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        strength = np.log1p(np.bincount(rows, weights[inside]))
        scores = np.zeros(max(context.columns.size, by_target.shape[1]), np.float32)
        scores[: by_target.shape[1]] = strength @ by_target[liked]
        scores[scores <= 0] = np.nan
        numbers = best(scores, context.allowed, context.columns.tie, k)
        return numbers, scores[numbers]

    def _by_target(self) -> sparse.csr_array:
        """(targets, sources) matrix of normalised weights, read again when the shop's links change."""
        count = self._links.count()
        if self._held is None or self._held[0] != count:
            sources, targets, weights = [], [], []
            for link in self._options.links:
                table = self._links.table(link)
                sources.append(table["source"].to_numpy())
                targets.append(table["target"].to_numpy())
                weights.append(table["weight"].to_numpy().astype(np.float32))
            source, target = np.concatenate(sources), np.concatenate(targets)
            size = 1 + int(max(source.max(initial=0), target.max(initial=0)))
            degree = np.maximum(1, np.bincount(source, minlength=size))
            weight = np.concatenate(weights) / np.sqrt(degree[source])
            self._held = count, sparse.csr_array((weight, (target, source)), shape=(size, size))
        return self._held[1]
