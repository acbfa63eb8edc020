"""The sets of goods that sell together (training/associations.py), to be asked by item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.metrics.association import leverage
from shopmind.stores.ports import Artifact, Numbers


@dataclass(frozen=True, slots=True)
class Sets:
    """Pairs, or triples, with the rows of every item.

    Attributes:
        items: (n, s) item numbers, rising in each row.
        orders: (n,) orders that hold all of a row.
        beyond: (n,) share of the orders that hold all of it beyond chance: of a triple, beyond what the best split into
            a pair and a third one explains.
    """

    items: NDArray[np.int64]
    orders: NDArray[np.int64]
    beyond: NDArray[np.float64]
    _starts: NDArray[np.int64]
    _rows: NDArray[np.int64]

    @staticmethod
    def of(items: NDArray[np.int64], orders: NDArray[np.int64], beyond: NDArray[np.float64], size: int) -> Sets:
        """With the rows of each of `size` item numbers looked up."""
        flat = items.ravel()
        starts = np.concatenate([[0], np.cumsum(np.bincount(flat, minlength=size))])
        return Sets(items, orders, beyond, starts, np.argsort(flat, kind="stable") // items.shape[1])

    def having(self, item: int) -> NDArray[np.int64]:
        """Rows that hold an item; none for one newer than the fit."""
        if not 0 <= item < len(self._starts) - 1:
            return np.empty(0, np.int64)
        return self._rows[self._starts[item] : self._starts[item + 1]]


class Associations:
    """What the artifact `associations` holds.

    Attributes:
        orders: how many orders it comes from.
        held: (size,) orders of every item.
        pairs, triples: sets that stand together beyond chance.
    """

    def __init__(self, artifact: Artifact) -> None:
        arrays = artifact.arrays
        self.orders = int(artifact.card["figures"]["orders"])
        self.held = np.asarray(arrays["held"], np.int64)
        two, together = np.asarray(arrays["pair_items"], np.int64), np.asarray(arrays["pair_orders"], np.int64)
        beyond = leverage(together, self.held[two[:, 0]], self.held[two[:, 1]], self.orders)
        self.pairs = Sets.of(two, together, beyond, len(self.held))
        three, all_three = np.asarray(arrays["triple_items"], np.int64), np.asarray(arrays["triple_orders"], np.int64)
        by_parts = np.asarray(arrays["triple_parts"], np.int64)
        splits = [leverage(all_three, by_parts[:, to], self.held[three[:, to]], self.orders) for to in range(3)]
        self.triples = Sets.of(three, all_three, np.min(splits, axis=0), len(self.held))

    def companions(self, item: int) -> tuple[Numbers, NDArray[np.float64]]:
        """(m,) items in a pair with it, and how much likelier each is in an order with it: P(j | i) - P(j)."""
        rows = self.pairs.having(item)
        both = self.pairs.items[rows]
        other = np.where(both[:, 0] == item, both[:, 1], both[:, 0])
        return other, self.pairs.beyond[rows] * self.orders / max(int(self.held[item]) if len(rows) else 1, 1)
