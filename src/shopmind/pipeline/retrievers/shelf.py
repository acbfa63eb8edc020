"""What stands on the same shelf as the goods at hand."""

from __future__ import annotations

import contextlib

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context, best
from shopmind.pipeline.parts import NoOptions, Retriever, Tools
from shopmind.pipeline.retrievers.popularity import Popularity
from shopmind.pipeline.shelves import same_category, same_price, sold_on_shelf
from shopmind.stores.ports import Numbers


class Shelf(Retriever):
    """Goods of an anchor's category, or of the one above, those that sell well and are of a like price first.

    score = same category (1, or 1/2 above) + half of how well it sells there (shelves.sold_on_shelf) + half of how near
    the prices are, of several anchors the most. It needs no training; sales count once `popularity` is trained. An
    anchor without a category brings nothing, and the answer says so.
    """

    artifacts = ("popularity",)

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._popularity = Popularity(options, tools)

    def ready(self) -> None:
        """Never refuses: categories and prices are there at once."""

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        allowed = np.flatnonzero(context.allowed).astype(np.int64)
        scores = np.full(context.columns.size, np.nan, np.float32)
        sold = None
        with contextlib.suppress(NotReadyError):
            sold = self._popularity.standing(context)
        for anchor in np.unique(context.anchors[context.anchors < context.columns.size]).tolist():
            near = same_category(context.columns, anchor, allowed)
            here = allowed[near > 0]
            found = near[near > 0] + 0.5 * np.nan_to_num(same_price(context.columns, anchor, here))
            if sold is not None:
                found += 0.5 * np.nan_to_num(sold_on_shelf(sold[here], near[near > 0]))
            scores[here] = np.fmax(scores[here], found)
        scores[context.anchors[context.anchors < len(scores)]] = np.nan
        numbers = best(scores, context.allowed, context.columns.tie, k)
        if len(context.anchors) and not len(numbers):
            context.degraded.append("shelf: nothing that can be shown is of the category of what is at hand")
        return numbers, scores[numbers]
