"""Items whose time has come and is not over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Filter
from shopmind.stores.columns import NumberColumn


class Current(Filter):
    """Keeps items with starts_at <= now < ends_at (attributes, epoch milliseconds); an unknown bound is open."""

    def keep(self, context: Context) -> NDArray[np.bool_]:
        """See Filter."""
        keep = np.ones(context.columns.size, np.bool_)
        starts, ends = context.columns.column("starts_at"), context.columns.column("ends_at")
        if isinstance(starts, NumberColumn):
            keep &= ~(starts.values > context.now_ms)
        if isinstance(ends, NumberColumn):
            keep &= ~(ends.values <= context.now_ms)
        return keep
