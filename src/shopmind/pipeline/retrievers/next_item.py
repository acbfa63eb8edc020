"""What the user is likely to take next."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context
from shopmind.pipeline.next_items import NextItems
from shopmind.pipeline.parts import Retriever
from shopmind.stores.ports import Numbers


class NextItem(Retriever):
    """The candidates that the signals of the artifact `next_item` agree on (training/next_item/).

    The score is how much they agree; how good each candidate is, the ranker `handover` knows.
    """

    artifacts = ("next_item", "sequence")

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever; nothing for a user without a history."""
        items, agreement = self._next_items.offer(context)
        return items[:k], agreement[:k]

    @cached_property
    def _next_items(self) -> NextItems:
        return NextItems(self._tools, self.fitted)
