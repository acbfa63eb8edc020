"""Items that can be had."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context
from shopmind.pipeline.filters.attribute import Masks
from shopmind.pipeline.parts import Filter, NoOptions, Tools

HAD = "not stock <= 0"


class InStock(Filter):
    """Keeps items whose stock is above 0 or unknown."""

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        self._masks = Masks()

    def keep(self, context: Context) -> NDArray[np.bool_]:
        """See Filter."""
        return self._masks.of(HAD, context.columns, strict=False)
