"""Which category the words of a query ask for, learned from titles and from what was taken after searches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from scipy import sparse

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.kit.seeds import generator, hash64_all
from shopmind.stores.columns import ItemColumns, TextColumn
from shopmind.text.analyse import analyse
from shopmind.text.category_words import CategoryWords
from shopmind.training.clicked import clicked
from shopmind.training.recipe import Fitted, Recipe, Tables

SEPARATOR = " > "
TEMPERATURES = (0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)
MOST_TITLES = 300_000
HELD_OUT = 2_000
_NO_CLASS = -1

Document = tuple[Sequence[str], int, float]
"""Tokens, category, weight."""


class CategoriesRecipe(Recipe):
    """Arrays of text.category_words.CategoryWords, over the categories with enough items; the items of a smaller one
    count for the category above it.

    The temperature is the one under which two or three words drawn from titles that were held out say their category
    best (least negative log-likelihood); the card tells how often the likeliest was right.
    """

    @dataclass(frozen=True)
    class Options:
        """least_items: of a category. people: who must have asked a query for it to count. asked: how much a query
        counts beside a title, for each who took an item after it. most: categories, the largest."""

        least_items: int = 5
        people: int = 3
        asked: float = 3.0
        most: int = 3_000

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """See Recipe.

        Raises:
            NotReadyError: fewer than two categories have enough items.
        """
        column = tables.columns.column("categories")
        names = _classes(column, tables.columns.shown, options)
        if len(names) < 2 or not isinstance(column, TextColumn):
            raise NotReadyError(f"categories: fewer than two categories have {options.least_items} items")
        of_code = class_of(column.vocabulary, names)
        titles = list(_titles(tables.columns, column, of_code))
        queries = _queries(tables, options, column, of_code)
        held = _held_out(titles, seed)
        kept = [title for i, title in enumerate(titles) if i not in held]
        temperature, right = _calibrated(
            CategoryWords.of(_counted(names, [*kept, *queries], 1.0)), [titles[i] for i in sorted(held)], seed
        )
        arrays = _counted(names, [*titles, *queries], temperature)
        return Fitted(arrays, {"categories": len(names), "temperature": temperature, "right": right})


def class_of(paths: Sequence[str], names: Sequence[str]) -> NDArray[np.int64]:
    """(n,) place among `names` of each path, or of the nearest category above it; -1 for none."""
    place = {name: i for i, name in enumerate(names)}
    found = np.full(len(paths), _NO_CLASS, np.int64)
    for i, path in enumerate(paths):
        parts = path.split(SEPARATOR)
        while parts and (name := SEPARATOR.join(parts)) not in place:
            parts.pop()
        if parts:
            found[i] = place[name]
    return found


def _classes(column: object, shown: NDArray[np.bool_], options: Any) -> tuple[str, ...]:
    if not isinstance(column, TextColumn):
        return ()
    times = np.bincount(column.codes[shown] + 1, minlength=len(column.vocabulary) + 1)[1:].tolist()
    counts = Counter({path: count for path, count in zip(column.vocabulary, times, strict=True) if count})
    deepest = max((path.count(SEPARATOR) for path in counts), default=0)
    for depth in range(deepest, 0, -1):
        for path, count in list(counts.items()):
            if path.count(SEPARATOR) == depth and count < options.least_items:
                counts[path.rpartition(SEPARATOR)[0]] += count
                del counts[path]
    enough = {path: count for path, count in counts.items() if count >= options.least_items}
    largest = sorted(enough, key=lambda path: (-enough[path], path))[: options.most]
    return tuple(sorted(largest))


def _titles(columns: ItemColumns, paths: TextColumn, of_code: NDArray[np.int64]) -> Iterator[Document]:
    titles = columns.column("title")
    if not isinstance(titles, TextColumn):
        return
    numbers = np.flatnonzero(columns.shown & (np.append(of_code, _NO_CLASS)[paths.codes] >= 0))
    for number in numbers[np.argsort(columns.tie[numbers])][:MOST_TITLES].tolist():
        title = titles.text(number)
        if title is not None:
            yield tuple(dict.fromkeys(analyse(title))), int(of_code[paths.codes[number]]), 1.0


def _queries(tables: Tables, options: Any, paths: TextColumn, of_code: NDArray[np.int64]) -> list[Document]:
    classes = np.append(of_code, _NO_CLASS)[paths.codes]
    found: list[Document] = []
    for query, item, people in clicked(tables.events, options.people).iter_rows():
        if item < len(classes) and classes[item] >= 0:
            found.append((tuple(dict.fromkeys(analyse(query))), int(classes[item]), options.asked * people))
    return found


def _counted(names: Sequence[str], documents: Sequence[Document], temperature: float) -> dict[str, NDArray[Any]]:
    vocabulary: dict[str, int] = {}
    words, classes, weights = [], [], []
    for tokens, category, weight in documents:
        for token in tokens:
            words.append(vocabulary.setdefault(token, len(vocabulary)))
            classes.append(category)
            weights.append(weight)
    order = np.argsort(hash64_all(vocabulary))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    shape = (len(vocabulary), len(names))
    table = sparse.csr_array((np.array(weights, np.float32), (rank[np.array(words, np.int64)], classes)), shape=shape)
    table.sum_duplicates()
    share = np.asarray(table.sum(axis=1), np.float64).ravel()
    sizes = np.bincount([category for _, category, _ in documents], minlength=len(names)).astype(np.float64)
    return {
        "names": np.frombuffer(orjson.dumps(list(names)), np.uint8),
        "prior": np.log((sizes + 1) / (sizes.sum() + len(names))),
        "totals": np.asarray(table.sum(axis=0), np.float64).ravel(),
        "words": np.sort(hash64_all(vocabulary)),
        "shares": share / max(share.sum(), 1e-12),
        "starts": table.indptr.astype(np.int64),
        "categories": table.indices.astype(np.int32),
        "counts": table.data.astype(np.float32),
        "temperature": np.array([temperature]),
    }


def _held_out(titles: Sequence[Document], seed: int) -> set[int]:
    chance = generator(seed, "categories")
    count = min(HELD_OUT, len(titles) // 10)
    return set(chance.choice(len(titles), count, replace=False).tolist()) if count else set()


def _calibrated(model: CategoryWords, held: Sequence[Document], seed: int) -> tuple[float, float | None]:
    """The temperature, and how often the likeliest category is right; (1, None) with too few titles to say."""
    chance = generator(seed, "category queries")
    odds, right = [], []
    for tokens, category, _ in held:
        drawn: list[int] = chance.permutation(len(tokens)).tolist()
        found = model.evidence([tokens[i] for i in drawn[: int(chance.integers(2, 4))]])
        if found is not None:
            odds.append(found)
            right.append(category)
    if len(odds) < 20:
        return 1.0, None
    table, answers = np.stack(odds), np.array(right)
    losses = {}
    for temperature in TEMPERATURES:
        scaled = table / temperature
        highest = scaled.max(axis=1)
        log_sum = highest + np.log(np.exp(scaled - highest[:, None]).sum(axis=1))
        losses[temperature] = float(np.mean(log_sum - scaled[np.arange(len(answers)), answers]))
    best = min(losses, key=lambda temperature: losses[temperature])
    return best, round(float(np.mean(table.argmax(axis=1) == answers)), 4)
