"""What a user's own orders tell about buying again: the same code for training and serving."""

from __future__ import annotations

from collections.abc import Mapping
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


COLUMNS = (
    "repeat_last_2",
    "repeat_last_80",
    "repeat_days_14",
    "repeat_days_60",
    "repeat_small_orders",
    "repeat_own",
    "repeat_once",
    "repeat_pieces",
)


def columns(orders: Orders, items: NDArray[np.int64]) -> Mapping[str, NDArray[np.float32]]:
    """COLUMNS of any items, (n,) float32, 0 for an item that the user never bought.

    Source: the report in docs/decisions/0005-next-basket.md; the shares are those of TIFU-KNN (SIGIR 2020) and of
    GP-Pop (Li, Jullien, Ariannezhad, de Rijke, TOIS 2023), each as ln(p + floor) - ln(floor):
    repeat_last_H: p = share(H). repeat_days_H: the same with 0.5 ** (age / H days), over at least 0.05.
    repeat_small_orders: share(20) with each order divided among its items, so that an item bought on its own counts
    more. repeat_own: 1 if bought. repeat_once: 1 if in exactly one order. repeat_pieces: ln of the mean over its orders
    of the pieces in one, each counted as at most 10 (fuel is sold by the thousandth of a gallon).
    """
    count = orders.summed(np.ones(len(orders.item)))
    pieces = orders.summed(np.minimum(orders.quantities, 10)) / np.maximum(count, 1)
    small = np.power(0.5, orders.ranks / 20)
    own = {
        "repeat_last_2": _lifted(orders.share(2), 0.002),
        "repeat_last_80": _lifted(orders.share(80), 0.002),
        "repeat_days_14": _lifted(_share_by_age(orders, 14), 0.002),
        "repeat_days_60": _lifted(_share_by_age(orders, 60), 0.002),
        "repeat_small_orders": _lifted(
            orders.summed((small / orders.sizes)[orders.order]) / max(float(small.sum()), 1e-12), 0.0005
        ),
        "repeat_own": np.ones(len(orders.items)),
        "repeat_once": (count == 1).astype(np.float64),
        "repeat_pieces": np.log(np.maximum(pieces, 1)),
    }
    place = np.searchsorted(orders.items, items)
    bought = np.flatnonzero(place < len(orders.items))
    bought = bought[orders.items[place[bought]] == items[bought]]
    found = {}
    for name in COLUMNS:
        found[name] = np.zeros(len(items), np.float32)
        found[name][bought] = own[name][place[bought]]
    return found


def _share_by_age(orders: Orders, half_life_days: float) -> NDArray[np.float64]:
    worth = np.power(0.5, orders.ages_days / half_life_days)
    return orders.summed(worth[orders.order]) / max(float(worth.sum()), 0.05)


def _lifted(share: NDArray[np.float64], floor: float) -> NDArray[np.float64]:
    """ln(p + floor) - ln(floor): 0 for p = 0, and differences of small shares do not run away."""
    lifted: NDArray[np.float64] = np.log(share + floor) - np.log(floor)
    return lifted
