"""Items that can be had."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Filter
from shopmind.stores.columns import NumberColumn


class InStock(Filter):
    """Keeps items whose stock is above 0 or unknown."""

    def keep(self, context: Context) -> NDArray[np.bool_]:
        """See Filter."""
        stock = context.columns.column("stock")
        if not isinstance(stock, NumberColumn):
            return np.ones(context.columns.size, np.bool_)
        return ~(stock.values <= 0)
