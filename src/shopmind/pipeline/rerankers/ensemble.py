"""A slate that is a set: goods that belong to one occasion and do not repeat each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Reranker, Tools
from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Artifact, Numbers
from shopmind.training.sparse import rows


class Ensemble(Reranker):
    """Greedy choice: the next item maximises relevance + together * t - alike * a - crowd * c / (1 + c).

    s, the relevance, is the score scaled to 0..1 over the head; t the share of the chosen items that it is a complement
    of by the artifact `relations`; a the largest likeness to a chosen item, (cosine - mean) / (1 - mean) of the texts'
    vectors, with the mean over the head and at least 0; c how many of its category are chosen. What is not known (no
    training, no vectors, no categories) weighs nothing, so that it always answers. Ties keep the ranked order.

    Source: maximal marginal relevance, Carbonell and Goldstein, SIGIR 1998, with a reward for going together.
    """

    artifacts = ("relations",)

    @dataclass(frozen=True)
    class Options:
        """together, alike, crowd: weights; 0 leaves the thing out. by: column that makes a category. head: how many of
        the best are looked at; pages within it fit together."""

        together: float = 1.0
        alike: float = 0.6
        crowd: float = 0.3
        by: str = "categories"
        head: int = 100

        def __post_init__(self) -> None:
            if min(self.together, self.alike, self.crowd) < 0:
                raise ValueError("together, alike and crowd are 0 or more")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options

    def ready(self) -> None:
        """Always: without the artifact it parts what is alike."""

    def rerank(self, context: Context, candidates: Candidates, n: int) -> Candidates:
        """See Reranker."""
        size = min(len(candidates), max(n, self._options.head))
        if size < 2:
            return candidates
        options, items = self._options, candidates.items[:size]
        scores = candidates.scores[:size].astype(np.float64)
        low, high = float(scores.min()), float(scores.max())
        worth = (scores - low) / (high - low) if high > low else np.ones(size)
        groups = self._groups(context, items)
        likeness, pairs = self._likeness(items), self._pairs(items)
        nearest, fits, chosen_of = np.zeros(size), np.zeros(size), np.zeros(int(groups.max()) + 1)
        order: list[int] = []
        for _ in range(min(n, size)):
            crowd = chosen_of[groups]
            value = worth - options.alike * nearest - options.crowd * crowd / (1 + crowd)
            value += options.together * fits / max(len(order), 1)
            value[order] = -np.inf
            row = int(np.argmax(value))
            order.append(row)
            nearest = np.maximum(nearest, likeness[row])
            fits = fits + pairs[row]
            chosen_of[groups[row]] += 1
        rest = np.setdiff1d(np.arange(len(candidates)), order)
        return candidates.take(np.concatenate([np.array(order, np.intp), rest]))

    def _groups(self, context: Context, items: Numbers) -> NDArray[np.int64]:
        """(n,) category of each; one without a category is like no other."""
        column = context.columns.column(self._options.by)
        codes = np.full(len(items), -1, np.int64)
        if isinstance(column, TextColumn):
            codes = column.codes[items].astype(np.int64)
        codes[codes < 0] = -1 - np.arange(int(np.sum(codes < 0)))
        groups: NDArray[np.int64] = np.unique(codes, return_inverse=True)[1].astype(np.int64)
        return groups

    def _likeness(self, items: Numbers) -> NDArray[np.float32]:
        """(n, n) from 0, no more alike than any two of them, to 1, the same; 0 where a text has no vector."""
        if self._tools.encoder is None or not self._options.alike:
            return np.zeros((len(items), len(items)), np.float32)
        vectors = self._tools.vector_index.vectors(items)
        known = ~np.isnan(vectors).any(axis=1)
        vectors[~known] = 0
        cosines = vectors @ vectors.T
        count = int(known.sum())
        mean = min(0.99, (float(cosines.sum()) - count) / (count * (count - 1))) if count > 1 else 0.0
        cosines -= np.float32(mean)
        cosines /= np.float32(1 - mean)
        likeness: NDArray[np.float32] = np.maximum(cosines, 0, out=cosines)
        likeness[~known], likeness[:, ~known] = 0, 0
        return likeness

    def _pairs(self, items: Numbers) -> NDArray[np.float64]:
        """(n, n) 1 where two go together, in either direction."""
        found = np.zeros((len(items), len(items)))
        if self._relations is not None and self._options.together:
            order = np.argsort(items)
            place, columns, _ = rows(self._relations.arrays, "complements", items)
            at = np.minimum(np.searchsorted(items[order], columns), len(items) - 1)
            here = items[order][at] == columns
            found[place[here], order[at[here]]] = 1
        return np.maximum(found, found.T)

    @cached_property
    def _relations(self) -> Artifact | None:
        return self._tools.artifacts.load("relations")
