"""What is worth suggesting: what several visitors searched for, and the categories, brands and titles of the goods.

Each source is bounded, the best are kept: a keystroke and the memory of a process stay the same however large the shop.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import SuggestionKind
from shopmind.kit.clock import DAY_MS
from shopmind.stores.columns import ItemColumns, TextColumn
from shopmind.stores.ports import Catalogue, Events, Numbers
from shopmind.text.phrases import Phrase

WORTH: dict[SuggestionKind, float] = {"query": 4.0, "category": 2.5, "brand": 2.0, "title": 1.0}
"""A phrase weighs its worth times log2(2 + evidence): searches, items of the category or brand, popularity."""

LEAST_VISITORS = 2
"""Visitors who must have searched for a text before others are shown it."""

OLDEST_DAYS = 90
RECENT_DAYS = 14
RECENT_COUNTS = 3.0
"""A recent search counts so many times more."""

MOST_QUERIES = 20_000
MOST_CATEGORIES = 10_000
MOST_BRANDS = 20_000
MOST_TITLES = 150_000
LONGEST_QUERY = 60
MOST_DIGITS = 6
_BLOCK = 2_000
_SPEAKS = re.compile(r"[^\W\d_]")


def worth_suggesting(
    catalogue: Catalogue,
    events: Events,
    now_ms: int,
    *,
    kinds: tuple[str, ...],
    popularity: NDArray[np.float32] | None,
) -> Iterator[Phrase]:
    """All phrases, in no order; of each source the most that its bound allows.

    Args:
        kinds: of the items that search shows.
        popularity: (size,) by item number; None when nothing is known of it.
    """
    columns = catalogue.columns()
    yield from _queries(events, now_ms)
    shown = columns.shown & columns.kinds(kinds)
    for text, items in _categories(columns, shown).most_common(MOST_CATEGORIES):
        yield _phrase(text, "category", items)
    for text, items in _brands(columns, shown).most_common(MOST_BRANDS):
        yield _phrase(text, "brand", items)
    yield from _titles(catalogue, np.flatnonzero(shown), columns.tie, popularity)


def private(text: str) -> bool:
    """Whether a text may tell who searched: an address, a number that could be somebody's, or a whole sentence."""
    digits = sum(map(str.isdigit, text))
    return "@" in text or digits > MOST_DIGITS or len(text) > LONGEST_QUERY or not _SPEAKS.search(text)


def _queries(events: Events, now_ms: int) -> Iterator[Phrase]:
    def asked(days: int) -> list[tuple[str, int]]:
        return events.queries(MOST_QUERIES, since_ms=now_ms - days * DAY_MS, least_visitors=LEAST_VISITORS)

    counts = {text: float(count) for text, count in asked(OLDEST_DAYS)}
    for text, recent in asked(RECENT_DAYS):
        counts[text] = counts.get(text, 0.0) + RECENT_COUNTS * recent
    for text, count in counts.items():
        if not private(text):
            yield _phrase(" ".join(text.split()), "query", count)


def _categories(columns: ItemColumns, shown: NDArray[np.bool_]) -> Counter[str]:
    """Name of a category of any level → items in it."""
    column = columns.column("categories")
    names: Counter[str] = Counter()
    if isinstance(column, TextColumn):
        codes = column.codes[shown]
        counts = np.bincount(codes[codes >= 0], minlength=len(column.vocabulary))
        for code in np.flatnonzero(counts):
            for name in dict.fromkeys(column.vocabulary[code].split(" > ")):
                names[name] += int(counts[code])
    return names


def _brands(columns: ItemColumns, shown: NDArray[np.bool_]) -> Counter[str]:
    """Brand → its items."""
    column = columns.column("brand")
    if not isinstance(column, TextColumn):
        return Counter()
    codes = column.codes[shown]
    counts = np.bincount(codes[codes >= 0], minlength=len(column.vocabulary))
    return Counter({column.vocabulary[code]: int(counts[code]) for code in np.flatnonzero(counts)})


def _titles(
    catalogue: Catalogue, numbers: Numbers, tie: NDArray[np.uint64], popularity: NDArray[np.float32] | None
) -> Iterator[Phrase]:
    """Titles of the most popular items, read some at a time: a column of a million titles would be held for ever."""
    wanted = np.zeros(len(numbers))
    if popularity is not None:
        known = numbers < len(popularity)
        wanted[known] = np.maximum(popularity[numbers[known]], 0.0)
    best = np.sort(np.lexsort((tie[numbers], -wanted))[:MOST_TITLES])
    for start in range(0, len(best), _BLOCK):
        block = best[start : start + _BLOCK]
        for title, evidence in zip(catalogue.titles(numbers[block]), wanted[block].tolist(), strict=True):
            if title:
                yield _phrase(title, "title", evidence)


def _phrase(text: str, kind: SuggestionKind, evidence: float) -> Phrase:
    return Phrase(text, kind, WORTH[kind] * math.log2(2.0 + evidence))
