"""Items that are not in view or in the cart already."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Filter


class InCart(Filter):
    """Hides the anchors of the query."""

    def keep(self, context: Context) -> NDArray[np.bool_]:
        """See Filter."""
        keep = np.ones(context.columns.size, np.bool_)
        keep[context.anchors] = False
        return keep
