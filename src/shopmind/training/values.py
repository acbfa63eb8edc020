"""Which words of a query name a brand, a colour or another value of a column, and how surely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.stores.columns import ItemColumns, TextColumn
from shopmind.text.colours import SAME
from shopmind.text.common_words import ENGLISH
from shopmind.text.runs import LONGEST, phrase_of, phrases_in
from shopmind.training.recipe import Fitted, Recipe, Tables

BRAND = "brand"
_COLOUR = frozenset(("colour", "color", "颜色", "色"))

Meaning = tuple[str, str]
"""Name of a column and one of its values."""


class ValuesRecipe(Recipe):
    """One array `table`: the JSON {phrase: [column, [values], confidence]} in UTF-8.

    The confidence of a phrase is the share of the items with the phrase in the title that have the value, counted with
    one item for and one against: where "orange" stands in the titles of juices, it is no colour. A phrase that names
    values of two columns, an everyday word that is a brand, and a value of too few items are left out.
    """

    @dataclass(frozen=True)
    class Options:
        """columns: which may be named in a query, where the shop has them. least_items: with the value.
        most_values: a column with more different values is no property but a name. least: confidence to be kept."""

        columns: tuple[str, ...] = (
            "brand",
            "colour",
            "color",
            "颜色",
            "material",
            "材质",
            "flavour",
            "flavor",
            "口味",
            "gender",
            "性别",
            "season",
            "style",
            "风格",
            "organic",
        )
        least_items: int = 5
        most_values: int = 50_000
        least: float = 0.5

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """See Recipe.

        Raises:
            NotReadyError: no item has any of the columns.
        """
        masks: dict[tuple[str, ...], dict[str, list[str]]] = {}
        found = dict(_columns(tables.columns, options))
        if not found:
            raise NotReadyError(f"values: no item has any of {', '.join(options.columns)}")
        for name, column in found.items():
            for phrase, value in _named(name, column, tables.columns.shown, options.least_items):
                masks.setdefault(phrase, {}).setdefault(name, []).append(value)
        said = _titles(tables.columns, set(masks))
        table = {}
        for phrase, meanings in masks.items():
            if len(meanings) > 1:
                continue
            (name, values), *_ = meanings.items()
            confidence = _confidence(_evidence(phrase, values, said), found[name], values)
            if confidence >= options.least:
                table[" ".join(phrase)] = [name, sorted(values), round(confidence, 4)]
        encoded = orjson.dumps(table, option=orjson.OPT_SORT_KEYS)
        return Fitted({"table": np.frombuffer(encoded, np.uint8)}, {"phrases": len(table)})


def _columns(columns: ItemColumns, options: Any) -> Iterator[tuple[str, TextColumn]]:
    for name in options.columns:
        column = columns.column(name)
        if isinstance(column, TextColumn) and 0 < len(column.vocabulary) <= options.most_values:
            yield name, column


def _named(
    name: str, column: TextColumn, shown: NDArray[np.bool_], least_items: int
) -> Iterator[tuple[tuple[str, ...], str]]:
    """(phrase, value) for the values of a column that enough items have; a value in parts gives its parts."""
    times = np.bincount(column.codes[shown] + 1, minlength=len(column.vocabulary) + 1)[1:].tolist()
    counts: Counter[str] = Counter()
    for text, count in zip(column.vocabulary, times, strict=True):
        for part in {text, *text.split("; ")}:
            counts[part.casefold()] += count
    for value, count in counts.items():
        if count < least_items:
            continue
        if value in ("true", "false"):
            if value == "true":
                yield phrase_of(name), value
            continue
        names = SAME.get(value, {value}) if name in _COLOUR else {value}
        for each in names:
            phrase = phrase_of(each)
            if not phrase or len(phrase) > LONGEST or all(len(word) < 2 for word in phrase):
                continue
            if len(phrase) == 1 and (phrase[0].isdigit() or (name == BRAND and phrase[0] in ENGLISH)):
                continue
            yield phrase, value


def _titles(columns: ItemColumns, wanted: set[tuple[str, ...]]) -> dict[tuple[str, ...], NDArray[np.int64]]:
    """Phrase → numbers of the items with it in the title."""
    titles = columns.column("title")
    if not isinstance(titles, TextColumn):
        return {}
    found: dict[tuple[str, ...], list[int]] = {}
    for number in np.flatnonzero(columns.shown).tolist():
        title = titles.text(number)
        if title is not None:
            for phrase in set(phrases_in(title)) & wanted:
                found.setdefault(phrase, []).append(number)
    return {phrase: np.array(numbers, np.int64) for phrase, numbers in found.items()}


def _evidence(
    phrase: tuple[str, ...], values: list[str], said: Mapping[tuple[str, ...], NDArray[np.int64]]
) -> NDArray[np.int64] | None:
    """Items whose titles have the phrase; for the name of a colour that no title has, those with its other names."""
    if phrase in said:
        return said[phrase]
    others = [said[other] for value in values for name in SAME.get(value, ()) if (other := phrase_of(name)) in said]
    return np.unique(np.concatenate(others)) if others else None


def _confidence(items: NDArray[np.int64] | None, column: TextColumn, values: list[str]) -> float:
    """Share of these items that have one of the values, with one for and one against."""
    wanted = set(values)
    has = np.fromiter(
        (not wanted.isdisjoint((text.casefold(), *text.casefold().split("; "))) for text in column.vocabulary),
        np.bool_,
        len(column.vocabulary),
    )
    if items is None:
        return 0.5
    return (1 + int(np.count_nonzero(np.append(has, False)[column.codes[items]]))) / (2 + len(items))
