"""Items whose words match the words of the query."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Numbers

WIDEST = 100_000


class Lexical(Retriever):
    """BM25 over weighted fields, from the text index.

    The index knows nothing of filters: it is asked for more until enough allowed items are found.
    """

    @dataclass(frozen=True)
    class Options:
        """fields: weight of each field of the text index; a field left out does not count."""

        fields: dict[str, float] = field(
            default_factory=lambda: {
                "title": 3.0,
                "brand": 1.5,
                "categories": 1.0,
                "attributes": 0.7,
                "description": 1.0,
            }
        )

    def __init__(self, options: Options, tools: Tools) -> None:
        self._fields = options.fields
        self._index = tools.text_index

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        if not context.tokens:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        asked = k
        while True:
            numbers, scores = self._index.search(context.tokens, asked, fields=self._fields)
            known = numbers < len(context.allowed)
            keep = np.zeros(len(numbers), np.bool_)
            keep[known] = context.allowed[numbers[known]]
            if keep.sum() >= k or len(numbers) < asked or asked >= WIDEST:
                return numbers[keep][:k], scores[keep][:k]
            asked = min(asked * 8, WIDEST)
