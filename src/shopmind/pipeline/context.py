"""What the parts see of one request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import History, Query
from shopmind.stores.columns import ItemColumns
from shopmind.stores.ports import Numbers


@dataclass(slots=True)
class Context:
    """One request on its way through the engine; the only mutable thing of a request.

    Attributes:
        query: as asked.
        kinds: item kinds the scenario shows.
        now_ms: the time of the request.
        columns: the catalogue as of now.
        load_history: reads what the user did; `history` calls it when first asked.
        anchors: (m,) item numbers in view or in the cart; unknown ids are left out.
        language: of the query text, "" when there is none or it cannot be told.
        tokens: the analysed words of the query text.
        allowed: (size,) by item number, True where the item may be shown; set before the retrievers are asked.
        vector: the unit vector of the query text, made when first asked for and kept for the request.
        degraded: named fallbacks taken so far.
    """

    query: Query
    kinds: tuple[str, ...]
    now_ms: int
    columns: ItemColumns
    load_history: Callable[[], History]
    anchors: Numbers
    vector: Callable[[], NDArray[np.float32]]
    language: str = ""
    tokens: tuple[str, ...] = ()
    allowed: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    degraded: list[str] = field(default_factory=list)
    _history: History | None = field(default=None, init=False, repr=False)

    @property
    def history(self) -> History:
        """What the user did, oldest first; empty for a stranger. Kept for the request."""
        if self._history is None:
            self._history = self.load_history()
        return self._history


def best(scores: NDArray[np.float32], allowed: NDArray[np.bool_], tie: NDArray[np.uint64], k: int) -> Numbers:
    """Item numbers of the k highest scores among the allowed, best first; ties by hash of the id, never by number.

    Args:
        scores: (size,) by item number; NaN and -inf are never chosen.
        allowed: (size,) by item number.
        tie: (size,) ItemColumns.tie.
    """
    size = min(len(scores), len(allowed))
    numbers = np.flatnonzero(allowed[:size] & (scores[:size] > -np.inf))
    if k <= 0 or not len(numbers):
        return np.empty(0, np.int64)
    values = scores[numbers]
    if len(numbers) > k:
        threshold = np.partition(values, len(values) - k)[len(values) - k]
        near = values >= threshold
        numbers, values = numbers[near], values[near]
    return numbers[np.lexsort((tie[numbers], -values))][:k].astype(np.int64)
