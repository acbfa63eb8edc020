"""Where the words of a query stand in items, and what that is worth: looked up once for retriever and features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.errors import not_allowed
from shopmind.pipeline.context import Context, Term
from shopmind.stores.index_ports import TextIndex
from shopmind.stores.ports import Numbers
from shopmind.text.bm25 import inverse_frequency, share, weighted_counts

FIELD_WEIGHTS = {"title": 3.0, "brand": 1.0, "categories": 1.0, "description": 1.0}
K1, B = 0.6, 0.5
"""Best or near it on two judged catalogues for k1 and b within .3 .. .6; docs/decisions/0012-search-score.md."""

_NOWHERE = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class WordsInItems:
    """What is known of t terms in n items.

    Attributes:
        terms: those of the request.
        items: (n,) item numbers.
        counts: (n, t, F) how often a term, or its alternatives by their worth, stands in each field of the index.
        places: (n, t) place of the term's first match in the title, -1 where the title has none.
        near: (n, t) likeness of the likest word of the item to the term: 1 the word itself, 0 nothing alike.
        lengths: (n, F) tokens of the fields.
        averages: (F,) mean lengths.
        worth: (t,) inverse document frequency times the weight of the term.
    """

    terms: tuple[Term, ...]
    items: Numbers
    counts: NDArray[np.float64]
    places: NDArray[np.int32]
    near: NDArray[np.float64]
    lengths: NDArray[np.int64]
    averages: NDArray[np.float64]
    worth: NDArray[np.float64]

    def take(self, rows: NDArray[np.int64]) -> WordsInItems:
        """Of some of the items, in the given order."""
        items, counts, places, near = self.items[rows], self.counts[rows], self.places[rows], self.near[rows]
        return replace(self, items=items, counts=counts, places=places, near=near, lengths=self.lengths[rows])

    def joined(self, more: WordsInItems) -> WordsInItems:
        """Of the items of both."""
        return replace(
            self,
            items=np.concatenate([self.items, more.items]),
            counts=np.concatenate([self.counts, more.counts]),
            places=np.concatenate([self.places, more.places]),
            near=np.concatenate([self.near, more.near]),
            lengths=np.concatenate([self.lengths, more.lengths]),
        )


@dataclass(frozen=True)
class Bm25f:
    """How well the words match.

    Attributes:
        fields: worth of a word in each field; a field left out does not count.
        k1, b: see text/bm25.py.
    """

    fields: Mapping[str, float] = field(default_factory=lambda: dict(FIELD_WEIGHTS))
    k1: float = K1
    b: float = B

    def shares(self, found: WordsInItems, names: tuple[str, ...]) -> NDArray[np.float32]:
        """(n,) share in 0..1 of what the words could be worth; NaN where no word stands in a field that counts."""
        weights = np.array([self.fields.get(name, 0.0) for name in names])
        weighted = weighted_counts(found.counts, found.lengths.astype(np.float64), found.averages, weights, self.b)
        shares = share(weighted, found.worth, self.k1)
        return np.where(shares > 0, shares, np.nan).astype(np.float32)

    def of(self, context: Context, index: TextIndex, items: Numbers) -> NDArray[np.float32]:
        """`shares` of items."""
        return self.shares(look_up(context, index, items), index.fields)

    def check(self, names: tuple[str, ...]) -> None:
        """Raises InputError for a field that the index does not have."""
        for name in self.fields:
            if name not in names:
                raise not_allowed("lexical: field", name, names, field="fields")


def look_up(context: Context, index: TextIndex, items: Numbers) -> WordsInItems:
    """Looks the terms of a request up in items, which are distinct; what was looked up before is not again."""
    held = context.words
    if held is None or held.terms is not context.terms:
        context.words = held = _look_up(context, index, items, _worth(context, index))
        return held
    missing = np.setdiff1d(items, held.items, assume_unique=True)
    if len(missing):
        context.words = held = held.joined(_look_up(context, index, missing, held.worth))
    order = np.argsort(held.items)
    return held.take(order[np.searchsorted(held.items, items, sorter=order)])


def _look_up(context: Context, index: TextIndex, items: Numbers, worth: NDArray[np.float64]) -> WordsInItems:
    terms = context.terms
    asked = [(at, term.token, 1.0, 1.0) for at, term in enumerate(terms)]
    asked += [(at, token, share, share) for at, term in enumerate(terms) for token, share in term.alternatives.items()]
    asked += [(at, token, 0.0, alike) for at, term in enumerate(terms) for token, alike in _like(index, term)]
    of_term = np.array([at for at, *_ in asked], np.int64)
    counted = np.array([worth for _, _, worth, _ in asked])
    alike = np.array([likeness for *_, likeness in asked])
    order: dict[str, int] = {}
    which = np.array([order.setdefault(token, len(order)) for _, token, *_ in asked], np.int64)
    found = index.matches(items, list(order))
    n, t, f = len(items), len(terms), found.lengths.shape[1]
    # a token may stand for several terms: each place counts for each of them
    by_token = np.argsort(which, kind="stable")
    starts = np.searchsorted(which[by_token], np.arange(len(order) + 1))
    often = np.diff(starts)[found.tokens]
    place = np.repeat(np.arange(len(found.tokens)), often)
    ends = np.cumsum(often)
    one = by_token[np.repeat(starts[found.tokens] - (ends - often), often) + np.arange(int(often.sum()))]
    cell = found.rows[place].astype(np.int64) * t + of_term[one]
    counts = np.bincount(cell * f + found.fields[place], counted[one], minlength=n * t * f)
    places = np.full(n * t, _NOWHERE, np.int32)
    titled = (found.fields[place] == 0) & (counted[one] > 0)
    np.minimum.at(places, cell[titled], found.places[place][titled])
    near = np.zeros(n * t, np.float64)
    np.maximum.at(near, cell, alike[one])
    return WordsInItems(
        terms,
        items,
        counts.reshape(n, t, f).astype(np.float64, copy=False),
        np.where(places == _NOWHERE, -1, places).reshape(n, t),
        near.reshape(n, t),
        found.lengths,
        index.averages(),
        worth,
    )


def _like(index: TextIndex, term: Term) -> list[tuple[str, float]]:
    return [(token, alike) for token, alike in index.similar(term.token).items() if token not in term.alternatives]


def _worth(context: Context, index: TextIndex) -> NDArray[np.float64]:
    """(t,) inverse document frequency of each term or its commonest alternative, times its weight."""
    groups = [(term.token, *term.alternatives) for term in context.terms]
    having = index.frequencies([token for group in groups for token in group])
    starts = np.cumsum([0, *map(len, groups)])[:-1]
    frequency = np.maximum.reduceat(having, starts) if len(groups) else having
    worth: NDArray[np.float64] = inverse_frequency(index.count(), frequency)
    return worth * np.array([term.weight for term in context.terms], np.float64)
