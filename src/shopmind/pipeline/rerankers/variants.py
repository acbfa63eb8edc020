"""One hit for all variants of a product, or for all goods of a brand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Reranker, Tools
from shopmind.stores.columns import TextColumn


class Variants(Reranker):
    """Keeps the first candidate of each group; the hit names the others that were found.

    Items without a group stand for themselves. Others of the group that no retriever brought are not named.
    """

    @dataclass(frozen=True)
    class Options:
        """by: column that names the group."""

        by: str = "group_id"

    def __init__(self, options: Options, tools: Tools) -> None:
        self._by = options.by

    def rerank(self, context: Context, candidates: Candidates, n: int) -> Candidates:
        """See Reranker."""
        column = context.columns.column(self._by)
        if not isinstance(column, TextColumn) or not len(candidates):
            return candidates
        groups = column.codes[candidates.items].astype(np.int64)
        alone = groups < 0
        groups[alone] = -1 - np.arange(int(alone.sum()))
        _, first, which = np.unique(groups, return_index=True, return_inverse=True)
        kept = np.zeros(len(candidates), np.bool_)
        kept[first] = True
        for row in np.flatnonzero(~kept):
            leader = int(candidates.items[first[which[row]]])
            others = context.variants.get(leader, np.empty(0, np.int64))
            context.variants[leader] = np.append(others, candidates.items[row])
        return candidates.take(kept)
