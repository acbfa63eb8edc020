"""What users did, as one table that can be read as of any moment; a request is a batch of one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES, History

PURCHASE = EVENT_TYPES.index("purchase")
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Doings:
    """Events of b users, one user after the other, each oldest first.

    Attributes:
        users: (b,) user numbers, 0 where nobody asks for them.
        firsts: (b + 1,) where each user's events begin.
        items, types, times_ms, orders: (n,) as in domain.History.
        spent: (n,) what a purchase cost, in purchases of the usual price; 0 for every other event.
    """

    users: Ints
    firsts: Ints
    items: Ints
    types: NDArray[np.int8]
    times_ms: Ints
    orders: Ints
    spent: Floats

    @staticmethod
    def of_events(events: pl.DataFrame, prices: NDArray[np.float32]) -> Doings:
        """Of named users in a table of schema EVENT_TABLE."""
        codes = [EVENT_TYPES.index(kind) for kind in HISTORY_TYPES]
        lines = events.filter(pl.col("type").is_in(codes) & (pl.col("user").fill_null(0) > 0))
        lines = lines.drop_nulls(["item", "order"]).sort("user", "timestamp_ms", "number")
        users, firsts = np.unique(lines["user"].to_numpy(), return_index=True)
        return Doings._made(
            users.astype(np.int64),
            np.append(firsts, lines.height).astype(np.int64),
            lines["item"].to_numpy(),
            lines["type"].to_numpy(),
            lines["timestamp_ms"].to_numpy(),
            lines["order"].to_numpy(),
            prices,
        )

    @staticmethod
    def of_history(history: History, prices: NDArray[np.float32]) -> Doings:
        """Of one user."""
        firsts = np.array([0, len(history)], np.int64)
        return Doings._made(
            np.zeros(1, np.int64), firsts, history.items, history.types, history.times_ms, history.orders, prices
        )

    @staticmethod
    def _made(
        users: Ints,
        firsts: Ints,
        items: Ints,
        types: NDArray[np.int8],
        times_ms: Ints,
        orders: Ints,
        prices: NDArray[np.float32],
    ) -> Doings:
        known = np.append(prices, np.float32(1.0)).astype(np.float64)
        spent = known[np.minimum(items, len(prices))] * (types == PURCHASE)
        return Doings(users, firsts, items, types, times_ms, orders, spent)

    def __len__(self) -> int:
        return len(self.users)

    @cached_property
    def rows(self) -> Ints:
        """(n,) whose each event is."""
        return np.repeat(np.arange(len(self)), np.diff(self.firsts))

    def until(self, moments: Ints) -> Ints:
        """(b,) the first event of each user that is not before the user's own moment."""
        earlier = np.concatenate([[0], np.cumsum(self.times_ms < moments[self.rows])])
        found: Ints = self.firsts[:-1] + earlier[self.firsts[1:]] - earlier[self.firsts[:-1]]
        return found

    def history(self, user: int, moment_ms: int, newest: int) -> History:
        """The newest events of one row before a moment."""
        first, last = int(self.firsts[user]), int(self.firsts[user + 1])
        end = first + int(np.searchsorted(self.times_ms[first:last], moment_ms))
        some = slice(max(first, end - newest), end)
        return History(
            self.items[some],
            self.types[some],
            self.times_ms[some],
            np.ones(end - some.start, np.float32),
            self.orders[some],
            np.arange(some.start, end, dtype=np.int64),
        )


def usual_prices(events: pl.DataFrame, size: int) -> NDArray[np.float32]:
    """(size,) mean value of a line of each item, in units of the mean line; 1 where the log has no value."""
    paid = events.filter((pl.col("type") == PURCHASE) & (pl.col("value_minor").fill_null(0) > 0)).drop_nulls("item")
    prices = np.ones(size, np.float32)
    if paid.height:
        each = paid.group_by("item").agg(pl.col("value_minor").mean()).filter(pl.col("item") < size)
        mean = paid["value_minor"].cast(pl.Float64).to_numpy().mean()
        prices[each["item"].to_numpy()] = each["value_minor"].to_numpy() / mean
    return prices
