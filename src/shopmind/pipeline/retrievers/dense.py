"""Items whose meaning is near the query text, the anchors or the user's recent history."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Numbers
from shopmind.text.units import MEASURE

_CODE = re.compile(r"(?=.*\d)(?=.*[A-Za-z/-]|\d{8})[A-Za-z0-9][A-Za-z0-9./-]{5,}")
_NOTHING: tuple[Numbers, NDArray[np.float32]] = (np.empty(0, np.int64), np.empty(0, np.float32))


class Dense(Retriever):
    """How much nearer in the encoder's space than the average item: 0 as near as any, 1 the same.

    (cosine - mean) / (1 - mean), with the mean cosine of this very query to the items of the shop: encoders differ in
    where unrelated texts lie (about .1 for MiniLM, .8 for E5), and so do queries.
    """

    @dataclass(frozen=True)
    class Options:
        """of: whose vector is asked with. last: newest history items in the mean. at_least: lowest nearness brought."""

        of: Literal["text", "anchors", "history"] = "text"
        last: int = 20
        at_least: float = -1.0

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options
        self._index = tools.vector_index
        self._missing = tools.encoder_missing if tools.encoder is None else ""

    def ready(self) -> None:
        """Raises NotReadyError without weights."""
        if self._missing:
            raise NotReadyError(self._missing)

    def begin(self, context: Context) -> None:
        """See Retriever: the vector of a text needs nothing but the text."""
        if self._options.of == "text" and not self._missing and context.begin is not None and _has_meaning(context):
            context.begin(context.text)

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        vector = self._vector(context)
        if vector is None:
            return _NOTHING
        numbers, cosines = self._index.search(vector, k, allowed=context.allowed)
        nearness = self._nearness(vector, cosines)
        near = nearness >= self._options.at_least
        return numbers[near], nearness[near]

    def score(self, context: Context, items: Numbers) -> NDArray[np.float32]:
        """Nearness of any items: (n,) float32, NaN where an item has no vector or nothing is to be compared with."""
        vector = self._vector(context)
        if vector is None:
            return np.full(len(items), np.nan, np.float32)
        return self._nearness(vector, self._index.vectors(items) @ vector)

    def _nearness(self, vector: NDArray[np.float32], cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        mean = min(float(self._index.centre() @ vector), 0.99)
        return ((cosines - mean) / (1 - mean)).astype(np.float32)

    def _vector(self, context: Context) -> NDArray[np.float32] | None:
        if self._options.of == "text":
            return context.vector() if _has_meaning(context) else None
        if self._options.of == "anchors":
            items = context.anchors
        else:
            items = context.history.last(self._options.last).items
        vectors = self._index.vectors(np.asarray(items, np.int64))
        vectors = vectors[~np.isnan(vectors).any(axis=1)]
        if not len(vectors):
            return None
        mean = vectors.mean(axis=0)
        length = float(np.linalg.norm(mean))
        return None if length == 0 else np.asarray(mean / length, np.float32)


def _has_meaning(context: Context) -> bool:
    return bool(context.text.strip()) and not only_codes(context)


def only_codes(context: Context) -> bool:
    """Whether all that is asked for are model codes and article numbers, of which an encoder knows no meaning."""
    words = context.text.split()
    return bool(words) and all(_CODE.fullmatch(word) and not MEASURE.fullmatch(word.lower()) for word in words)
