"""What completes the cart as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context, best
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Numbers
from shopmind.training.completion import candidates_of, evidence_of, leading, scores_of


class Completion(Retriever):
    """The model of whole carts of the artifact `completion` (training/completion.py); it starts at anchors alone.

    A cart of which no order is known brings nothing, and the answer says so.
    """

    artifacts = ("completion",)

    @dataclass(frozen=True)
    class Options:
        """pool: candidates that are scored, of which the best k are brought."""

        pool: int = 300

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever; scores are those of the learned weights, above or below 0."""
        arrays = self.fitted.arrays
        evidence = evidence_of(arrays, context.anchors, context.columns.size)
        if len(context.anchors) and not len(evidence.items):
            context.degraded.append("completion: nothing at hand has been bought yet, it says nothing of other goods")
        context.memory["leading completion"] = lambda item: leading(arrays, context.anchors, item)
        items = candidates_of(evidence, context.allowed, self._options.pool)
        scores = np.full(context.columns.size, np.nan, np.float32)
        scores[items] = scores_of(arrays, evidence, items)
        numbers = best(scores, context.allowed, context.columns.tie, k)
        return numbers, scores[numbers]
