"""What speaks for a candidate in place of the item at hand: its shelf, its price, its brand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Feature
from shopmind.pipeline.shelves import same_brand, same_category, same_price
from shopmind.stores.columns import ItemColumns
from shopmind.stores.ports import Numbers

Nearness = Callable[[ItemColumns, int, Numbers], NDArray[np.float32]]
COLUMNS: Mapping[str, Nearness] = {
    "of_category": same_category,
    "of_price": same_price,
    "of_brand": same_brand,
}


class StandsIn(Feature):
    """of_category, of_price and of_brand (pipeline/shelves.py), of several anchors the nearest; NaN without any."""

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature."""
        anchors = np.unique(context.anchors[context.anchors < context.columns.size]).tolist()
        found = {name: np.full(len(candidates), np.nan, np.float32) for name in COLUMNS}
        for anchor in anchors:
            for name, nearness in COLUMNS.items():
                found[name] = np.fmax(found[name], nearness(context.columns, anchor, candidates.items))
        return found
