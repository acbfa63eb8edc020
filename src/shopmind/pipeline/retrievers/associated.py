"""What is bought with the goods at hand more than chance explains."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.associations import Associations
from shopmind.pipeline.context import Context, best
from shopmind.pipeline.parts import Retriever
from shopmind.stores.ports import Numbers


class Associated(Retriever):
    """Goods that a rule of the artifact `associations` leads to from an anchor; it starts at anchors alone.

    The score is how much likelier it is in an order with the anchor than in any, P(j | i) - P(j), of several anchors
    the most: one good reason is enough.
    """

    artifacts = ("associations",)

    @cached_property
    def associations(self) -> Associations:
        """The artifact, with its rows looked up."""
        return Associations(self.fitted)

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        scores = np.full(context.columns.size, np.nan, np.float32)
        context.memory["associations"] = self.associations
        for anchor in np.unique(context.anchors).tolist():
            items, likelier = self.associations.companions(anchor)
            inside = items < len(scores)
            scores[items[inside]] = np.fmax(scores[items[inside]], likelier[inside])
        scores[context.anchors[context.anchors < len(scores)]] = np.nan
        context.memory["leading associated"] = lambda item: self._leading(context, item)
        numbers = best(scores, context.allowed, context.columns.tie, k)
        return numbers, scores[numbers]

    def _leading(self, context: Context, item: int) -> int:
        """The anchor that leads to an item most; the last one where none does."""
        strongest, found = 0.0, int(context.anchors[-1])
        for anchor in np.unique(context.anchors).tolist():
            items, likelier = self.associations.companions(anchor)
            share = float(likelier[items == item].max(initial=0.0))
            if share > strongest:
                strongest, found = share, anchor
        return found
