"""The highest of scores that stay the same from request to request."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import best
from shopmind.stores.ports import Numbers

MOST = 1_000
"""So many are put in order at once; a request most of whose leaders are not allowed looks at all items."""


class Leaders:
    """As context.best, for scores of which one and the same array comes with many requests."""

    def __init__(self) -> None:
        self._held: tuple[NDArray[np.float32], NDArray[np.uint64], Numbers] | None = None

    def best(self, scores: NDArray[np.float32], allowed: NDArray[np.bool_], tie: NDArray[np.uint64], k: int) -> Numbers:
        """See context.best. The arrays must not be altered afterwards."""
        held = self._held
        if held is None or held[0] is not scores or held[1] is not tie:
            self._held = held = scores, tie, best(scores, np.ones(len(tie), np.bool_), tie, MOST)
        leaders = held[2]
        found = leaders[leaders < len(allowed)]
        found = found[allowed[found]][:k]
        return found if len(found) == k or len(leaders) < MOST else best(scores, allowed, tie, k)
