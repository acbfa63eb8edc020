"""What the user buys again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EventType
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Numbers
from shopmind.training.repeat import orders_of


class BuyAgain(Retriever):
    """The user's own items by their share of the orders, recent orders counting more.

    Source: recency-weighted personal frequency as in TIFU-KNN, Hu, He, Gao, Zhang, SIGIR 2020: with r = 0 for the
    latest order, score(i) = sum over orders that hold i of 0.5 ** (r / half-life) / the same sum over all orders.
    """

    @dataclass(frozen=True)
    class Options:
        """types: events that make an order. half_life_orders: how many orders ago one counts half."""

        types: tuple[EventType, ...] = ("purchase",)
        half_life_orders: float = 20.0

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options

    def awaits(self) -> None:
        """Raises NotReadyError while nobody has bought anything."""
        self._tools.await_events(self._options.types)

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        orders = orders_of(context.history.of(self._options.types), context.now_ms)
        shares = orders.share(self._options.half_life_orders)
        inside = orders.items < len(context.allowed)
        inside[inside] = context.allowed[orders.items[inside]]
        items, scores = orders.items[inside], shares[inside].astype(np.float32)
        order = np.lexsort((context.columns.tie[items], -scores))[:k]
        return items[order], scores[order]
