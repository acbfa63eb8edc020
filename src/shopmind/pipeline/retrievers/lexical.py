"""Items whose words match the words of the query."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.pipeline.words_in_items import Bm25f
from shopmind.stores.ports import Numbers

WIDEST = 100_000
FURTHER = 8
"""Times as many as were asked for, where too few of those were allowed."""

MANY = 100_000


class Lexical(Retriever):
    """Tuned BM25 over weighted fields: the text index chooses candidates, their words are counted and weighed here.

    The index knows nothing of filters: it is asked for more by the share that is not allowed, then for eight times as
    many until enough allowed items are found.
    """

    @dataclass(frozen=True)
    class Options:
        """choose: weight of each field of the index where candidates are chosen. score: how they are scored. deep: how
        many candidates are chosen for each item that is brought; of a million items two and a half times as many.
        """

        choose: dict[str, float] = field(
            default_factory=lambda: {
                "title": 3.0,
                "brand": 1.5,
                "categories": 1.0,
                "description": 1.0,
                "attributes": 0.7,
            }
        )
        score: Bm25f = field(default_factory=Bm25f)
        deep: float = 4.0

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options
        self._index = tools.text_index
        options.score.check(self._index.fields)

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        numbers = self._choose(context, int(k * self._options.deep * _wider(self._index.count())))
        scores = self._options.score.of(context, self._index, numbers)
        order = np.lexsort((context.columns.tie[numbers], -np.nan_to_num(scores, nan=0.0)))[:k]
        return numbers[order], scores[order]

    def _choose(self, context: Context, k: int) -> Numbers:
        words: dict[str, float] = {}
        for term in context.terms:
            for token, worth in {term.token: 1.0, **term.alternatives}.items():
                words[token] = max(words.get(token, 0.0), worth * term.weight)
        share = np.count_nonzero(context.allowed) / max(1, self._index.count())
        asked = k if share >= 1 else min(WIDEST, FURTHER * k, int(1.2 * k / max(share, 1e-6)) + 16)
        while words:
            numbers, _ = self._index.search(words, asked, fields=self._options.choose)
            known = numbers < len(context.allowed)
            keep = np.zeros(len(numbers), np.bool_)
            keep[known] = context.allowed[numbers[known]]
            if keep.sum() >= k or len(numbers) < asked or asked >= WIDEST:
                return numbers[keep][:k]
            asked = min(asked * FURTHER, WIDEST)
        return np.empty(0, np.int64)


def _wider(items: int) -> float:
    """How many more candidates a large index is asked for, so that the best hundred stay among them: 1 up to MANY
    items, and 1.5 more each time there are ten times as many.
    """
    return 1.0 + 1.5 * max(0.0, math.log10(max(items, 1) / MANY))
