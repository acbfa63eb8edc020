"""What matches a query: the items that are counted by facets and ordered by a sort."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context, Matching
from shopmind.stores.index_ports import TextIndex
from shopmind.stores.ports import Numbers

MOST = 20_000
"""Matches looked at; more cost time (0.3 microseconds each) and say nothing new about what there is."""

ENOUGH_WORDS = 2 / 3
"""Share of the words an item must have: both of two, two of three, three of four."""

FEW = 10
"""Matches by words below which what the ranking finds good counts too, so that a slip or a synonym is no empty page."""

GOOD = 0.5
"""Share of the best score that is good."""


def matching(context: Context, index: TextIndex) -> Matching:
    """Items that have enough of the words, asked once a request; none without words."""
    if context.matching is None:
        words = _words(context)
        found = np.empty(0, np.int64)
        if words:
            found = index.having(words, _enough(words), MOST + 1, without=context.unwanted)
        known = np.sort(found[found < context.columns.size])
        context.matching = Matching(known[:MOST], cut=len(found) > MOST)
    return context.matching


def has_words(context: Context, index: TextIndex, items: Numbers) -> NDArray[np.bool_]:
    """(n,) whether each of these items is what `matching` looks for; for few items of very many that match."""
    words = _words(context)
    tokens = [token for word in words for token in word] + list(context.unwanted)
    of_word = [at for at, word in enumerate(words) for _ in word] + [len(words)] * len(context.unwanted)
    found = index.matches(items, tokens)
    has = np.zeros((len(items), len(words) + 1), np.bool_)
    has[found.rows, np.array(of_word, np.int64)[found.tokens]] = True
    enough: NDArray[np.bool_] = has[:, :-1].sum(axis=1) >= _enough(words)
    return enough & ~has[:, -1]


def _words(context: Context) -> list[tuple[str, ...]]:
    """Each word by the tokens that stand for it."""
    return [(term.token, *term.alternatives) for term in context.terms]


def _enough(words: list[tuple[str, ...]]) -> int:
    return math.ceil(ENOUGH_WORDS * len(words))


def by_words(context: Context, index: TextIndex) -> Numbers | None:
    """Matches by words that may be shown, the query's own filter aside; None when they are too few to go by."""
    if context.query.min_score is not None:
        return None
    found = matching(context, index).numbers
    found = found[offered(context)[found]]
    return found if len(found) >= FEW else None


def matched(context: Context, index: TextIndex, candidates: Candidates) -> Numbers:
    """Everything that matches, rising: all matches by words, or when these are few, also the good candidates.

    With `min_score`, the candidates that reach it and nothing else. The query's own filter is not looked at, so that
    which of the two it is does not change when a searcher narrows down.
    """
    found = by_words(context, index)
    if found is not None:
        return found
    scores = candidates.scores
    if context.query.min_score is not None:
        return np.sort(candidates.items)
    best = float(np.nanmax(scores)) if len(scores) and not np.isnan(scores).all() else 0.0
    good = candidates.items[scores >= GOOD * best] if best > 0 else candidates.items
    few = matching(context, index).numbers
    return np.union1d(few[offered(context)[few]], good)


def offered(context: Context) -> NDArray[np.bool_]:
    """(size,) what may be shown, the query's own filter aside."""
    return context.offered if len(context.offered) else context.allowed
