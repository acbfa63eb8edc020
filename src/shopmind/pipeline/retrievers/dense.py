"""Items whose meaning is near the query text, the anchors or the user's recent history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Numbers

_NOTHING: tuple[Numbers, NDArray[np.float32]] = (np.empty(0, np.int64), np.empty(0, np.float32))


class Dense(Retriever):
    """Cosine similarity in the encoder's space."""

    @dataclass(frozen=True)
    class Options:
        """of: whose vector is asked with. last: newest history items in the mean. at_least: lowest cosine brought."""

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

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        vector = self._vector(context)
        if vector is None:
            return _NOTHING
        numbers, cosines = self._index.search(vector, k, allowed=context.allowed)
        near = cosines >= self._options.at_least
        return numbers[near], cosines[near]

    def score(self, context: Context, items: Numbers) -> NDArray[np.float32]:
        """Cosine of any items: (n,) float32, NaN where an item has no vector or there is nothing to compare with."""
        vector = self._vector(context)
        if vector is None:
            return np.full(len(items), np.nan, np.float32)
        found: NDArray[np.float32] = self._index.vectors(items) @ vector
        return found

    def _vector(self, context: Context) -> NDArray[np.float32] | None:
        if self._options.of == "text":
            return context.vector() if context.text.strip() else None
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
