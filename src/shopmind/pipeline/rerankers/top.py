"""The best, as ranked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Reranker, Tools


class Top(Reranker):
    """Keeps the order; drops what lies under `at_least`."""

    @dataclass(frozen=True)
    class Options:
        """at_least: lowest score that is shown."""

        at_least: float = float("-inf")

    def __init__(self, options: Options, tools: Tools) -> None:
        self._at_least = options.at_least

    def rerank(self, context: Context, candidates: Candidates, n: int) -> Candidates:
        """See Reranker."""
        return candidates.take(np.asarray(candidates.scores >= self._at_least))
