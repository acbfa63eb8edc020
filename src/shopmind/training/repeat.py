"""What a user's own orders tell about buying again: the same code for training and serving."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import History
from shopmind.kit.clock import DAY_MS


@dataclass(frozen=True, slots=True)
class Orders:
    """One user's orders, and the items in them.

    Attributes:
        items: (m,) item numbers, rising, each once.
        item: (l,) place in `items` of each line; a line is one item in one order, each once.
        order: (l,) place of the line's order in the arrays below.
        quantities: (l,) pieces of the item in that order.
        sizes: (b,) different items in each order.
        ranks: (b,) 0 for the latest order, 1 for the one before …
        ages_days: (b,) age of each order, not negative.
    """

    items: NDArray[np.int64]
    item: NDArray[np.intp]
    order: NDArray[np.intp]
    quantities: NDArray[np.float64]
    sizes: NDArray[np.int64]
    ranks: NDArray[np.int64]
    ages_days: NDArray[np.float64]

    def summed(self, worth: NDArray[np.floating]) -> NDArray[np.float64]:
        """(m,) sum of a value per line over the lines of each item."""
        return np.bincount(self.item, worth, minlength=len(self.items)).astype(np.float64)

    def share(self, half_life_orders: float) -> NDArray[np.float64]:
        """(m,) share of the orders that hold each item, an order counting 0.5 ** (rank / half-life)."""
        worth = np.power(0.5, self.ranks / half_life_orders)
        return self.summed(worth[self.order]) / max(float(worth.sum()), 1e-12)


def orders_of(lines: History, now_ms: int) -> Orders:
    """The orders of a history that holds only lines of orders; an order is as old as its first line.

    Orders of equal time are ranked by their numbers.
    """
    names, order = np.unique(lines.orders, return_inverse=True)
    started = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(started, order, lines.times_ms)
    ranks = np.empty(len(names), np.int64)
    ranks[np.lexsort((names, started))[::-1]] = np.arange(len(names))
    items, item = np.unique(lines.items, return_inverse=True)
    pairs, line = np.unique(order * max(len(items), 1) + item, return_inverse=True)
    pair_order, pair_item = pairs // max(len(items), 1), pairs % max(len(items), 1)
    return Orders(
        items=items,
        item=pair_item,
        order=pair_order,
        quantities=np.bincount(line, lines.quantities, minlength=len(pairs)).astype(np.float64),
        sizes=np.bincount(pair_order, minlength=len(names)),
        ranks=ranks,
        ages_days=np.maximum(0, now_ms - started) / DAY_MS,
    )
