"""Items the user said they dislike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Filter

_DISLIKE = EVENT_TYPES.index("dislike")
_MENDS = tuple(EVENT_TYPES.index(kind) for kind in ("favourite", "add_to_cart", "purchase"))


class Blocked(Filter):
    """Hides disliked items, until the user favours, carts or buys one again."""

    def keep(self, context: Context) -> NDArray[np.bool_]:
        """See Filter."""
        keep = np.ones(context.columns.size, np.bool_)
        if context.ever("dislike"):
            history = context.history
            disliked = history.types == _DISLIKE
            telling = (disliked | np.isin(history.types, _MENDS)) & (history.items < len(keep))
            keep[history.items[telling]] = ~disliked[telling]  # of an item's events the last one is kept
        return keep
