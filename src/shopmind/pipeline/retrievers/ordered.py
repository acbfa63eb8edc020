"""The first of everything that matches, in the order that the searcher asks for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context
from shopmind.pipeline.matching import by_words, has_words, matching
from shopmind.pipeline.parts import NoOptions, Retriever, Tools
from shopmind.pipeline.sorting import Order, Orders
from shopmind.stores.ports import Numbers

LOOK_AT = 16
"""Items looked at first for each that is wanted."""


class Ordered(Retriever):
    """Brings nothing unless the query asks for a sort; then what must stand first may be far down by score.

    Without it, the cheapest would be the cheapest of the few hundred best candidates.
    """

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        self._index = tools.text_index
        self._orders = Orders(tools)

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever; scores are minus the places.

        Raises:
            InputError: the sort names what no item has.
        """
        items = np.empty(0, np.int64)
        if context.query.sort and context.terms:
            found = by_words(context, self._index)
            whole = matching(context, self._index)
            found = whole.numbers if found is None else found
            found = found[context.allowed[found]]
            order = self._orders.of(context, found)
            if order is not None and whole.cut and order.whole:
                found = np.union1d(found, self._first(context, order, k))
            items = found[:0] if order is None else found[order.of(context, found)][:k]
        return items, -np.arange(len(items), dtype=np.float32)

    def _first(self, context: Context, order: Order, k: int) -> Numbers:
        """The first k of all that match, when these are too many to be told: by looking through the shop in order.

        So many match that the first of them are not far.
        """
        allowed = np.flatnonzero(context.allowed)
        look = LOOK_AT * k
        while True:
            some = order.first(context, allowed, look)
            found = some[has_words(context, self._index, some)]
            if len(found) >= k or len(some) < look:
                return found
            look *= 4
