"""Items linked to what the user likes: a promotion that covers it, a shop that sells it, a story that tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from shopmind.domain import LinkType
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context, best
from shopmind.pipeline.edges import Edges
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Numbers


class Linked(Retriever):
    """Follows links from the anchors, or else from the user's history, to the things at the other end.

    Source: one step of a random walk on the link graph, score(end) = sum over the starts s of weight(s) * w(s, end) /
    sqrt(degree(end)); the root keeps a promotion that covers everything from always winning.
    """

    @dataclass(frozen=True)
    class Options:
        """links: link types that are followed. towards: "sources" brings who links to it (the shop that sells it, the
        story that mentions it), "targets" what it links to (the goods that a story mentions). half_life_days: decay of
        history events by age."""

        links: tuple[LinkType, ...] = ("covers", "sells", "mentions")
        towards: Literal["sources", "targets"] = "sources"
        half_life_days: float = 60.0

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options
        self._edges = Edges(tools, options.links)
        self._held: tuple[sparse.csr_array, sparse.csr_array] | None = None

    def ready(self) -> None:
        """Raises NotReadyError while the shop has no such link."""
        if not self._edges.by_source().nnz:
            raise NotReadyError(f"the shop has no links of type {' or '.join(self._options.links)}")

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        steps = self._steps()
        if len(context.anchors):
            items, weights = context.anchors, np.ones(len(context.anchors))
        else:
            items = context.history.items
            age_days = np.maximum(0, context.now_ms - context.history.times_ms) / DAY_MS
            weights = np.power(0.5, age_days / self._options.half_life_days)
        inside = items < steps.shape[0]
        liked, rows = np.unique(items[inside], return_inverse=True)
        if not len(liked):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        strength = np.log1p(np.bincount(rows, weights[inside]))
        scores = np.zeros(max(context.columns.size, steps.shape[1]), np.float32)
        scores[: steps.shape[1]] = strength @ steps[liked]
        scores[scores <= 0] = np.nan
        numbers = best(scores, context.allowed, context.columns.tie, k)
        return numbers, scores[numbers]

    def _steps(self) -> sparse.csr_array:
        """(starts, ends) matrix of normalised weights, made again when the shop's links change."""
        by_source = self._edges.by_source()
        if self._held is None or self._held[0] is not by_source:
            steps = by_source if self._options.towards == "targets" else sparse.csr_array(by_source.T)
            degree = np.maximum(1, np.bincount(steps.indices, minlength=steps.shape[1]))
            values = (steps.data / np.sqrt(degree[steps.indices])).astype(np.float32)
            self._held = by_source, sparse.csr_array((values, steps.indices, steps.indptr), shape=steps.shape)
        return self._held[1]
