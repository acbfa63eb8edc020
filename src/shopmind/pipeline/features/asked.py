"""How hard the query itself is: the same for every candidate, so it moves no order, but it moves the expected grade."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.features.wanted import Wanted
from shopmind.pipeline.parts import Feature, NoOptions, Tools


class Asked(Feature):
    """Columns: `asked_words` (how many words are looked for), `asked_unknown` (share of them that no item has),
    `asked_rare` (mean share of items without the word, over the words that some item has).
    """

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._index = tools.text_index
        self._wanted = Wanted(tools, "asked")

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature; says nothing without words, nor while no ranker reads it."""
        if not context.terms or not self._wanted.by(context):
            return {}
        having = self._index.frequencies([term.token for term in context.terms])
        known = having > 0
        told = {
            "asked_words": float(len(context.terms)),
            "asked_unknown": float(np.mean(~known)),
            "asked_rare": float(1 - having[known].mean() / max(self._index.count(), 1)) if known.any() else 0.0,
        }
        return {name: np.full(len(candidates), value, np.float32) for name, value in told.items()}
