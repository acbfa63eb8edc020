"""What the purchases of a shop tell of its items."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.training.timeline import Timeline


def rebuy_rates(purchases: Timeline, size: int) -> NDArray[np.float32]:
    """(size,) ln(rho / mu), rho the chance that a customer's next order holds an item again once it was bought.

    Source: additive (shrunk) rate, rho = (rebuys + 20 mu) / (chances + 20): rebuys counts the orders with the item
    after a customer's first one, chances all of the customer's orders after that one, mu the shop's own rate. Number 0,
    which no item has, holds 0: what to think of an item that is newer than the table.
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
    return np.log((rebuys / mean + 20) / (chances + 20)).astype(np.float32)


def counts(purchases: Timeline, size: int, since_ms: int | None = None) -> NDArray[np.float64]:
    """(size,) purchase lines of each item, of those at or after `since_ms`."""
    items = purchases.history.items
    if since_ms is not None:
        items = items[purchases.history.times_ms >= since_ms]
    return np.bincount(items, minlength=size).astype(np.float64)


def log_shares(lines: NDArray[np.float64]) -> NDArray[np.float32]:
    """(size,) ln(share of all lines + 1e-6) - ln(1e-6): 0 for an item that nobody bought."""
    return np.log(lines / max(float(lines.sum()), 1.0) + 1e-6).astype(np.float32) - np.float32(np.log(1e-6))


def of_items(table: NDArray[np.float32], items: NDArray[np.int64]) -> NDArray[np.float32]:
    """A table's values of any items; number 0's for items newer than the table."""
    found: NDArray[np.float32] = table[np.where(items < len(table), items, 0)]
    return found
