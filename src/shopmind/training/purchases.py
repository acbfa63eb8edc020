"""The purchases of a log: what each user had at any moment, and what the next order brought."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, History

PURCHASE = EVENT_TYPES.index("purchase")


@dataclass(frozen=True, slots=True)
class Case:
    """One user at one moment: `history` holds purchases before it, `bought` the items of the next order."""

    history: History
    bought: NDArray[np.int64]


class Purchases:
    """Purchase lines of named users, by user and time."""

    def __init__(self, events: pl.DataFrame) -> None:
        """`events` has the schema EVENT_TABLE."""
        lines = events.filter((pl.col("type") == PURCHASE) & pl.col("user").is_not_null())
        lines = lines.drop_nulls(["item", "order"]).sort("user", "timestamp_ms", "number")
        self.users = lines["user"].to_numpy()
        self.history = History(
            items=lines["item"].to_numpy(),
            types=lines["type"].to_numpy(),
            times_ms=lines["timestamp_ms"].to_numpy(),
            quantities=lines["quantity"].fill_null(1).fill_nan(1).to_numpy(),
            orders=lines["order"].to_numpy(),
            numbers=lines["number"].to_numpy(),
        )

    def __len__(self) -> int:
        return len(self.users)

    def before(self, time_ms: int) -> Purchases:
        """Only lines before `time_ms`."""
        earlier = self.history.times_ms < time_ms
        found = Purchases.__new__(Purchases)
        found.users, found.history = self.users[earlier], self.history.take(earlier)
        return found

    def cases(self, start_ms: int, end_ms: int, most: int, randomness: np.random.Generator) -> Iterator[Case]:
        """Users with a history at `start_ms` whose next order starts before `end_ms`; a random `most` of them."""
        first = np.unique(self.users, return_index=True)[1]
        last = np.append(first[1:], len(self.users))
        earlier = np.concatenate([[0], np.cumsum(self.history.times_ms < start_ms)])
        middle = first + earlier[last] - earlier[first]
        waiting = np.flatnonzero((middle > first) & (middle < last))
        waiting = waiting[self.history.times_ms[middle[waiting]] < end_ms]
        if len(waiting) > most:
            waiting = np.sort(randomness.choice(waiting, most, replace=False))
        for user in waiting:
            later = slice(middle[user], last[user])
            order = self.history.orders[middle[user]]
            bought = self.history.items[later][self.history.orders[later] == order]
            yield Case(self.history.take(slice(first[user], middle[user])), np.unique(bought))


def rebuy_rates(purchases: Purchases, size: int) -> NDArray[np.float32]:
    """(size,) ln of the chance that a customer's next order holds an item again once it was bought.

    Source: additive (shrunk) rate, rho = (rebuys + 20 mu) / (chances + 20): rebuys counts the orders with the item
    after a customer's first one, chances all of the customer's orders after that one, mu the shop's own rate. Number 0,
    which no item has, holds ln(mu): what to think of an item that is newer than the table.
    """
    lines = pl.DataFrame(
        {
            "user": purchases.users,
            "order": purchases.history.orders,
            "item": purchases.history.items,
            "time": purchases.history.times_ms,
        }
    )
    orders = lines.group_by("user", "order").agg(pl.col("time").min()).sort("user", "time", "order")
    orders = orders.with_columns(place=pl.int_range(pl.len()).over("user"), orders=pl.len().over("user"))
    held = lines.select("user", "order", "item").unique().join(orders, on=["user", "order"])
    pairs = held.group_by("user", "item").agg(
        rebuys=pl.len() - 1, chances=pl.col("orders").first() - 1 - pl.col("place").min()
    )
    items = pairs["item"].to_numpy()
    rebuys = np.bincount(items, pairs["rebuys"].to_numpy().astype(np.float64), minlength=size)
    chances = np.bincount(items, pairs["chances"].to_numpy().astype(np.float64), minlength=size)
    mean = max(float(rebuys.sum()) / max(float(chances.sum()), 1.0), 1e-4)
    return np.log((rebuys + 20 * mean) / (chances + 20)).astype(np.float32)


def counts(purchases: Purchases, size: int, since_ms: int | None = None) -> NDArray[np.float64]:
    """(size,) purchase lines of each item, of those at or after `since_ms`."""
    items = purchases.history.items
    if since_ms is not None:
        items = items[purchases.history.times_ms >= since_ms]
    return np.bincount(items, minlength=size).astype(np.float64)


def log_shares(lines: NDArray[np.float64]) -> NDArray[np.float32]:
    """(size,) ln(share of all lines + 1e-6)."""
    return np.log(lines / max(float(lines.sum()), 1.0) + 1e-6).astype(np.float32)


def of_items(table: NDArray[np.float32], items: NDArray[np.int64]) -> NDArray[np.float32]:
    """A table's values of any items; number 0's for items newer than the table."""
    found: NDArray[np.float32] = table[np.where(items < len(table), items, 0)]
    return found
