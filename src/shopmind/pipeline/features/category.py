"""How likely the query asks for the category of each candidate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Feature, NoOptions, Tools
from shopmind.pipeline.understanding.categories import Categories
from shopmind.stores.columns import TextColumn
from shopmind.training.categories import SEPARATOR, class_of


class Category(Feature):
    """Column `category`: P(category of the item | query) by the words of the query, 0..1; NaN where none of them is
    known or the item has no category. No column at all before the first training."""

    artifacts = ("categories",)

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        self._tools = tools
        self._categories = Categories(Categories.Options(), tools)
        self._classes: tuple[tuple[str, ...], NDArray[np.int64]] | None = None

    def ready(self) -> None:
        """Never missing: it only adds."""

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature."""
        column, model = context.columns.column("categories"), self._categories.model
        if model is None or not context.terms or not isinstance(column, TextColumn):
            return {}
        codes = np.full(len(candidates), -1, np.int64)
        inside = candidates.items < len(column.codes)
        codes[inside] = column.codes[candidates.items[inside]]
        given = self._categories.given(context)
        if given is not None:
            return {"category": _within(given, column.vocabulary, codes)}
        found = self._categories.probabilities(tuple(term.token for term in context.terms))
        if found is None:
            return {"category": np.full(len(candidates), np.nan, np.float32)}
        classes = np.append(self._of_codes(column.vocabulary, model.names), -1)[codes]
        return {"category": np.append(found, np.nan)[classes].astype(np.float32)}

    def _of_codes(self, paths: tuple[str, ...], names: tuple[str, ...]) -> NDArray[np.int64]:
        """(paths,) category of each path; made again when the catalogue has other paths."""
        held = self._classes
        if held is None or held[0] is not paths:
            held = self._classes = (paths, class_of(paths, names))
        return held[1]


def _within(given: str, paths: tuple[str, ...], codes: NDArray[np.int64]) -> NDArray[np.float32]:
    """(n,) 1 where the item's path has the category or begins with it, 0 where not, NaN without a path."""
    wanted = given.casefold()
    holds = [float(wanted in path.casefold().split(SEPARATOR) or path.casefold().startswith(wanted)) for path in paths]
    return np.array([*holds, np.nan], np.float32)[codes]
