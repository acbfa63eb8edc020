"""Which categories the words ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.lexicon import read, spans
from shopmind.pipeline.parts import Tools, Understanding
from shopmind.text.category_words import CategoryWords


class Categories(Understanding):
    """Fills `categories`; a category that the merchandiser gives to a phrase of the text is certain. Stands after
    `words`. A shop that has not trained them, or has no categories, is told nothing."""

    artifacts = ("categories",)

    @dataclass(frozen=True)
    class Options:
        """most: categories that are named. least: probability of one that is named."""

        most: int = 3
        least: float = 0.1

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options
        self._tools = tools
        self.probabilities = lru_cache(maxsize=1_024)(self._ask)

    def ready(self) -> None:
        """Never missing: it only adds."""

    def understand(self, context: Context) -> None:
        """See Understanding."""
        if not context.terms:
            return
        given = self.given(context)
        if given is not None:
            context.categories = {given: 1.0}
            return
        found = self.probabilities(tuple(term.token for term in context.terms))
        if found is not None and self.model is not None:
            best = np.argsort(-found, kind="stable")[: self._options.most]
            context.categories = {
                self.model.names[i]: round(float(found[i]), 4) for i in best if found[i] >= self._options.least
            }

    def given(self, context: Context) -> str | None:
        """The category that the merchandiser gives to the longest phrase of the text."""
        lexicon = read(self._tools.records)
        categories: Mapping[tuple[str, ...], str] = lexicon.categories
        if not categories:
            return None
        found = [phrase for _, _, phrase in spans(context.text, lexicon.longest) if phrase in categories]
        return categories[max(found, key=len)] if found else None

    @cached_property
    def model(self) -> CategoryWords | None:
        """The trained counts; None before the first training."""
        try:
            return CategoryWords.of(self.fitted.arrays)
        except NotReadyError:
            return None

    def _ask(self, tokens: tuple[str, ...]) -> NDArray[np.float64] | None:
        """(c,) probabilities; None when no word is known."""
        return None if self.model is None else self.model.probabilities(tokens)
