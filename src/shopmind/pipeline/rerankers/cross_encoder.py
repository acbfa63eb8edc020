"""The best few dozen, read together with the query."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.encoders import pair_scorer
from shopmind.encoders.pair_scorer import PairScorer
from shopmind.indexing.documents import passage
from shopmind.kit.errors import NotReadyError, StorageError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Reranker, Tools

AT_ONCE = 6
"""Pairs between two looks at the clock."""


class CrossEncoder(Reranker):
    """Reorders the head by a cross-encoder trained on the shop's pairs, as far as the time budget reaches.

    Head and tail stay apart: what was read is reordered among itself, the rest keeps its order behind it. The head's
    own scores are handed out anew from high to low, so that scores still fall along the slate. Ties keep the order.
    """

    artifacts = ("cross_encoder",)

    @dataclass(frozen=True)
    class Options:
        """pool: how many of the best are read. budget_ms: when it is spent, the rest is not read and the answer says
        so. weight: of the cross-encoder against the order there was, both scaled to 0..1 over the head.
        """

        pool: int = 30
        budget_ms: float = 60.0
        weight: float = 0.6

        def __post_init__(self) -> None:
            if not 0 <= self.weight <= 1 or self.pool < 1 or not self.budget_ms >= 0:
                raise ValueError("weight must lie in 0..1, pool be 1 or more and budget_ms 0 or more")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options

    def ready(self) -> None:
        """Raises NotReadyError before the first training, and when its file is damaged."""
        try:
            _ = self._scorer
        except StorageError as error:
            raise NotReadyError(error.message) from error

    @cached_property
    def _scorer(self) -> PairScorer:
        tensors = self.fitted.arrays.get("tensors")
        if not isinstance(tensors, np.memmap) or tensors.filename is None:
            raise StorageError("cross_encoder: its artifact is kept where no file can be mapped")
        return pair_scorer.load(Path(tensors.filename).parent)

    def rerank(self, context: Context, candidates: Candidates, n: int) -> Candidates:
        """See Reranker."""
        text = context.text.strip()
        size = min(self._options.pool, len(candidates))
        if not text or size < 2:
            return candidates
        try:
            self.ready()
        except NotReadyError as error:
            context.degraded.append(f"cross_encoder: {error.message}")
            return candidates
        read = self._read(text, candidates, size)
        if len(read) < size:
            told = f"{self._options.budget_ms:g} ms were spent after {len(read)} of {size} items"
            context.degraded.append(f"cross_encoder: {told}")
        return reordered(candidates, read, self._options.weight)

    def _read(self, text: str, candidates: Candidates, size: int) -> NDArray[np.float32]:
        """(m,) scores of the first m ≤ size candidates, m being how far the budget reached."""
        start = time.perf_counter()
        items = self._tools.catalogue.get(candidates.items[:size])
        texts = [passage(item) if item is not None else "" for item in items]
        found: list[NDArray[np.float32]] = []
        longest = 0.0
        for first in range(0, size, AT_ONCE):
            before = time.perf_counter()
            if (before - start + longest) * 1000 >= self._options.budget_ms:
                break
            found.append(self._scorer.score(text, texts[first : first + AT_ONCE]))
            longest = max(longest, time.perf_counter() - before)
        return np.concatenate(found) if found else np.empty(0, np.float32)


def reordered(candidates: Candidates, read: NDArray[np.float32], weight: float) -> Candidates:
    """The first len(read) candidates by weight · scaled(read) + (1 - weight) · scaled(score), the rest as it was."""
    size = len(read)
    if size < 2:
        return candidates
    told = np.full(len(candidates), np.nan, np.float32)
    told[:size] = read
    head = candidates.scores[:size].astype(np.float64)
    worth = weight * _scaled(read.astype(np.float64)) + (1 - weight) * _scaled(head)
    order = np.argsort(-worth, kind="stable")
    moved = candidates.with_columns({"cross_encoder": told}).take(
        np.concatenate([order, np.arange(size, len(candidates))])
    )
    scores = moved.scores.copy()
    scores[:size] = -np.sort(-head)
    return replace(moved, scores=scores)


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """To 0..1; all 0 where they are equal or unknown."""
    known = np.nan_to_num(values, nan=np.nanmin(values) if not np.isnan(values).all() else 0.0)
    low, high = float(known.min()), float(known.max())
    return (known - low) / (high - low) if high > low else np.zeros(len(known))
