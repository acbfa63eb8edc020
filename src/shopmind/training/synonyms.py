"""Words that mean the same in this shop, learned from its log and its brands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import polars as pl
from scipy import sparse

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.stores.columns import ItemColumns, TextColumn
from shopmind.text.surface import key_of
from shopmind.training.clicked import clicked
from shopmind.training.recipe import Fitted, Recipe, Tables

MOST_QUERIES = 20_000
MOST_SHARED = 500
"""An item taken after more queries tells nothing of any, and would make every two of them alike."""

LONGEST = 4
"""Words of the longest phrase that is learned."""

_COMPANY_WORDS = "inc ltd co corp corporation company gmbh llc ag plc limited the and"
_COMPANY = frozenset(_COMPANY_WORDS.split())

Pair = tuple[tuple[str, ...], tuple[str, ...]]


class SynonymsRecipe(Recipe):
    """One array `table`: the JSON {phrase: [[other, worth], ...]} in UTF-8; phrases are tokens joined by spaces.

    From the log: two queries that differ in one run of words and after which people take the same items make the two
    runs synonyms. Support is the number of such pairs of queries and of people; worth is the mean cosine of the items
    taken, shrunk by n / (n + 1) for n pairs. From the catalogue: brands that differ in signs, case or the form of the
    company ("TP-Link", "TP Link Ltd"), and initials of a brand that are a brand themselves ("HP").
    """

    @dataclass(frozen=True)
    class Options:
        """people: who must have asked a query. least_items: taken after both queries. likeness: cosine of the items
        taken from which two queries mean the same. most: synonyms of one phrase."""

        people: int = 3
        least_items: int = 2
        likeness: float = 0.5
        most: int = 5

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """See Recipe.

        Raises:
            NotReadyError: neither the log nor the brands tell of any.
        """
        learned = dict(_from_log(clicked(tables.events, options.people), options))
        for pair, worth in _from_brands(tables.columns):
            learned[pair] = max(worth, learned.get(pair, 0.0))
        if not learned:
            raise NotReadyError("synonyms: too few searches lead to the same items yet, and no brand has two names")
        table: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for (one, other), worth in sorted(learned.items(), key=lambda each: (-each[1], each[0])):
            for word, synonym in ((one, other), (other, one)):
                held = table[" ".join(word)]
                if len(held) < options.most:
                    held.append((" ".join(synonym), round(worth, 4)))
        encoded = orjson.dumps(table, option=orjson.OPT_SORT_KEYS)
        return Fitted({"table": np.frombuffer(encoded, np.uint8)}, {"phrases": len(table)})


def _from_log(taken: pl.DataFrame, options: Any) -> Iterator[tuple[Pair, float]]:
    """Pairs of runs of words with their worth."""
    if not taken.height:
        return
    busiest = taken.group_by("query").agg(n=pl.col("people").sum()).sort(["n", "query"], descending=[True, False])
    queries = sorted(busiest["query"].head(MOST_QUERIES).to_list())
    place = {query: i for i, query in enumerate(queries)}
    kept = taken.filter(pl.col("query").is_in(queries))
    rows = np.array([place[query] for query in kept["query"]], np.int64)
    items, people = kept["item"].to_numpy(), kept["people"].to_numpy().astype(np.float64)
    telling = np.bincount(items)[items] <= MOST_SHARED
    rows, items, people = rows[telling], items[telling], people[telling]
    matrix = sparse.csr_array((people, (rows, items)), shape=(len(queries), int(items.max(initial=0)) + 1))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scaled = sparse.csr_array(sparse.diags_array(1 / np.maximum(lengths, 1e-12)) @ matrix)
    alike = sparse.coo_array(scaled @ scaled.T)
    shared = sparse.csr_array((matrix > 0).astype(np.int32) @ (matrix > 0).astype(np.int32).T)
    keys = [key_of(query) for query in queries]
    found: dict[Pair, list[float]] = defaultdict(list)
    near = (alike.row < alike.col) & (alike.data >= options.likeness)
    for i, j, cosine in zip(alike.row[near].tolist(), alike.col[near].tolist(), alike.data[near].tolist(), strict=True):
        if shared[i, j] >= options.least_items:
            pair = differing(keys[i], keys[j])
            if pair is not None:
                found[pair].append(cosine)
    for pair, cosines in found.items():
        yield pair, float(np.mean(cosines)) * len(cosines) / (len(cosines) + 1)


def differing(one: tuple[str, ...], other: tuple[str, ...]) -> Pair | None:
    """The runs in which two texts differ, in order; None when one only says more, or when a number differs."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    first, second = one[start : len(one) - end], other[start : len(other) - end]
    if not first or not second or max(len(first), len(second)) > LONGEST:
        return None
    if any(re.search(r"\d", word) for word in (*first, *second)) or sorted(first) == sorted(second):
        return None
    return min(first, second), max(first, second)


def _from_brands(columns: ItemColumns) -> Iterator[tuple[Pair, float]]:
    brands = columns.column("brand")
    if not isinstance(brands, TextColumn):
        return
    names = {name.casefold(): _letters(name) for name in brands.vocabulary}
    same: dict[str, list[str]] = defaultdict(list)
    initials: dict[str, list[str]] = defaultdict(list)
    for name, words in sorted(names.items()):
        same["".join(words)].append(name)
        if len(words) > 1:
            initials["".join(word[0] for word in words)].append(name)
    for joined, variants in same.items():
        if len(joined) > 2:
            yield from ((pair, 0.95) for pair in _pairs(variants))
        if len(initials.get(joined, ())) == 1 and 2 <= len(joined) <= 4:
            yield from ((pair, 0.7) for pair in _pairs([variants[0], initials[joined][0]]))


def _pairs(variants: Iterable[str]) -> Iterator[Pair]:
    keys = sorted({key_of(variant) for variant in variants})
    for i, one in enumerate(keys):
        for other in keys[i + 1 :]:
            if one and other and max(len(one), len(other)) <= LONGEST:
                yield one, other


def _letters(name: str) -> list[str]:
    words = [word for word in re.findall(r"\w+", name.casefold()) if word not in _COMPANY]
    return words or re.findall(r"\w+", name.casefold())
