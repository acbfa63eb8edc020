"""Leaves out items with a word that the searcher does not want."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Filter, Tools
from shopmind.stores.ports import Numbers
from shopmind.text.negation import tokens_to_look_up, violating

REMEMBERED = 256


class Without(Filter):
    """Reads `unwanted`, and the titles in the text index. Never relaxed: an item with nuts is no answer to "no nuts".

    An item is left out when its title has the word and nothing there negates it (text/negation.py).
    """

    @dataclass(frozen=True)
    class Options:
        """most: items with an unwanted word that are looked at, likeliest first."""

        most: int = 50_000

    def __init__(self, options: Options, tools: Tools) -> None:
        self._most = options.most
        self._index = tools.text_index
        self._violators = lru_cache(maxsize=REMEMBERED)(self._find)

    def keep(self, context: Context) -> NDArray[np.bool_]:
        """See Filter."""
        kept = np.ones(context.columns.size, np.bool_)
        for phrase in context.unwanted:
            try:
                numbers = self._violators(phrase, self._index.mark())
            except NotReadyError as error:
                context.degraded.append(f"without: {error.message}")
                break
            kept[numbers[numbers < len(kept)]] = False
        return kept

    def _find(self, phrase: str, mark: int) -> Numbers:
        """Numbers of the items with the phrase un-negated, as of a mark of the index."""
        title = self._index.fields[0]
        numbers, _ = self._index.search(phrase.split()[:1], self._most, fields={title: 1.0})
        if not len(numbers):
            return numbers
        tokens = tokens_to_look_up([phrase])
        found = self._index.matches(numbers, tokens, fields=1)
        return numbers[violating(found.rows, found.tokens, found.places, tokens, phrase)]
