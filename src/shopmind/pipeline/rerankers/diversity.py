"""A slate that is not ten times the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Reranker, Tools
from shopmind.stores.columns import TextColumn


class Diversity(Reranker):
    """Greedy choice: each item of a group that is already in the slate costs its followers a share of their score.

    Source: maximal marginal relevance, Carbonell and Goldstein, SIGIR 1998, with the similarity of two items 1 when
    they share the group and 0 otherwise: the next item maximises (1 - strength) * s - strength * c / (1 + c), where s
    is the score scaled to 0..1 over the head and c how many of its group are chosen already.
    Ties keep the ranked order.
    """

    @dataclass(frozen=True)
    class Options:
        """by: column of the catalogue that makes a group. strength: 0 keeps the order, 1 looks only at the groups.
        head: how many of the best are looked at; pages within it fit together."""

        by: str = "category"
        strength: float = 0.2
        head: int = 200

        def __post_init__(self) -> None:
            if not 0 <= self.strength <= 1:
                raise ValueError(f"strength is {self.strength}, it must lie in 0..1")

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options

    def rerank(self, context: Context, candidates: Candidates, n: int) -> Candidates:
        """See Reranker."""
        column = context.columns.column(self._options.by)
        strength = self._options.strength
        if strength == 0 or not isinstance(column, TextColumn) or len(candidates) < 2:
            return candidates
        size = min(len(candidates), max(n, self._options.head))
        groups = column.codes[candidates.items[:size]].astype(np.int64)
        groups[groups < 0] = -1 - np.arange(int(np.sum(groups < 0)))  # items without a group are like no other
        _, groups = np.unique(groups, return_inverse=True)
        scores = candidates.scores[:size].astype(np.float64)
        low, high = float(np.min(scores)), float(np.max(scores))
        worth = (1 - strength) * ((scores - low) / (high - low) if high > low else np.ones(size))
        chosen_of = np.zeros(int(groups.max()) + 1)
        order: list[int] = []
        for _ in range(min(n, size)):
            crowd = chosen_of[groups]
            row = int(np.argmax(worth - strength * crowd / (1 + crowd)))
            order.append(row)
            worth[row] = -np.inf
            chosen_of[groups[row]] += 1
        rest = np.setdiff1d(np.arange(len(candidates)), order)
        return candidates.take(np.concatenate([np.array(order, np.intp), rest]))
