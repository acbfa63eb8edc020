"""What the user's own orders and the shop's purchases say of each candidate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Feature
from shopmind.training.next_basket import columns
from shopmind.training.repeat import orders_of


class NextBasket(Feature):
    """The columns that the recipe next_basket learns from (training/next_basket.py), none before the first training."""

    artifacts = ("next_basket",)

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature."""
        try:
            tables = self.fitted.arrays
        except NotReadyError:
            return {}
        return columns(tables, orders_of(context.history.of(("purchase",)), context.now_ms), candidates.items)
