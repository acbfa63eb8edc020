"""What every signal of the next item says of each candidate."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.next_items import NextItems
from shopmind.pipeline.parts import Feature


class NextItem(Feature):
    """The columns that the recipe next_item weighs (training/next_item/evidence.py), none before the first training."""

    artifacts = ("next_item", "sequence")

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature."""
        try:
            next_items = self._next_items
        except NotReadyError:
            return {}
        return next_items.walked(context).columns(0, candidates.items)

    @cached_property
    def _next_items(self) -> NextItems:
        return NextItems(self._tools, self.fitted)
