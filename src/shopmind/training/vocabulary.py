"""The words of the shop's titles, brands, categories and of what is often asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import polars as pl

from shopmind.domain import EVENT_TYPES
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.stores.columns import ItemColumns, TextColumn
from shopmind.text import vocabulary
from shopmind.training.recipe import Fitted, Recipe, Tables

COLUMNS = ("title", "brand", "categories")


class VocabularyRecipe(Recipe):
    """Arrays of text.vocabulary.Vocabulary. A query counts once for each of the people who asked it, if there are
    enough of them: what few have typed may be a slip, or about them alone."""

    @dataclass(frozen=True)
    class Options:
        """people: how many different people must have asked a query for its words to count."""

        people: int = 3

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """See Recipe.

        Raises:
            NotReadyError: no item has a title.
        """
        arrays = vocabulary.build(chain(_catalogue(tables.columns), asked(tables.events, options.people)))
        if not len(arrays["hashes"]):
            raise NotReadyError("vocabulary: no item has a title yet")
        return Fitted(arrays, {"words": len(arrays["hashes"]), "pairs": len(arrays["pairs"])})


def _catalogue(columns: ItemColumns) -> Iterator[tuple[str, int]]:
    for name in COLUMNS:
        column = columns.column(name)
        if isinstance(column, TextColumn):
            times = np.bincount(column.codes[columns.shown] + 1, minlength=len(column.vocabulary) + 1)[1:]
            for text, count in zip(column.vocabulary, times.tolist(), strict=True):
                if count:
                    yield text.replace(" > ", " / "), count


def asked(events: pl.DataFrame, people: int) -> list[tuple[str, int]]:
    """Queries that at least so many different people asked, with how many did; equal but for case and spaces."""
    searches = events.filter(pl.col("type") == EVENT_TYPES.index("search")).drop_nulls("query")
    who = pl.coalesce(pl.col("user").cast(pl.String), pl.col("session"), pl.col("number").cast(pl.String))
    said = searches.select(query=pl.col("query").str.strip_chars().str.to_lowercase(), who=who)
    counted = said.group_by("query").agg(people=pl.col("who").n_unique()).filter(pl.col("people") >= people)
    return [(query, count) for query, count in counted.sort("query").iter_rows()]
