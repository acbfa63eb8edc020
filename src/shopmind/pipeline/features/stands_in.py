"""What speaks for a candidate in place of the item at hand: shelf, price, how well it sells there, brand."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Feature, NoOptions, Tools
from shopmind.pipeline.retrievers.popularity import Popularity
from shopmind.pipeline.shelves import best_sold, same_brand, same_category, same_price, sold_on_shelf

COLUMNS = ("of_category", "of_price", "of_demand", "of_brand")


class StandsIn(Feature):
    """of_category, of_price, of_demand and of_brand (pipeline/shelves.py), of several anchors the nearest.

    NaN without any. Price and demand speak only for goods of the anchor's category or the one above: that something
    quite different costs as much, or sells well, says nothing.
    """

    artifacts = ("popularity",)

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._popularity = Popularity(options, tools)

    def ready(self) -> None:
        """Never refuses: all but the demand needs no training."""

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature."""
        columns, items = context.columns, candidates.items
        anchors = np.unique(context.anchors[context.anchors < columns.size]).tolist()
        found = {name: np.full(len(candidates), np.nan, np.float32) for name in COLUMNS}
        worth = None
        if anchors:
            with contextlib.suppress(NotReadyError):
                worth = self._popularity.standing(context)
        for anchor in anchors:
            category = same_category(columns, anchor, items)
            price = np.where(category > 0, same_price(columns, anchor, items), np.nan)
            near = {"of_category": category, "of_price": price, "of_brand": same_brand(columns, anchor, items)}
            if worth is not None:
                best = best_sold(columns, anchor, worth, context.allowed)
                near["of_demand"] = sold_on_shelf(worth[items], category, best)
            for name, values in near.items():
                found[name] = np.fmax(found[name], values)
        return found
