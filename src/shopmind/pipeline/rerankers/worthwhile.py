"""Leaves out offers that cost more than they bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Reranker, Tools


class Worthwhile(Reranker):
    """Leaves out what is known to gain no more than `least_minor`; what was not tried stays."""

    @dataclass(frozen=True)
    class Options:
        """least_minor: expected gain, minor units, that an offer must be above."""

        least_minor: float = 0.0

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._least = options.least_minor

    def rerank(self, context: Context, candidates: Candidates, n: int) -> Candidates:
        """See Reranker."""
        gain = candidates.column("gain_minor")
        return candidates.take(np.isnan(gain) | (gain > self._least))
