"""What b users did, as one table: a request is a batch of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import History

NEWEST = 50
"""Newest events of a user that are looked at one by one; what is older says little of what comes next."""
IN_ORDERS = 200
"""Newest events of a user that are looked at order by order: one order may have dozens."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Histories of b users, one after the other, each oldest first.

    Attributes:
        starts: (b + 1,) int64, where each user's events begin.
        items: (m,) int64 item numbers.
        types: (m,) int8 positions in EVENT_TYPES.
        times_ms: (m,) int64.
        orders: (m,) int64, see History.
        now_ms: (b,) int64, when each is asked.
    """

    starts: NDArray[np.int64]
    items: NDArray[np.int64]
    types: NDArray[np.int8]
    times_ms: NDArray[np.int64]
    orders: NDArray[np.int64]
    now_ms: NDArray[np.int64]

    @staticmethod
    def of(histories: Sequence[History], now_ms: Iterable[int], most: int = NEWEST) -> Asked:
        """The newest `most` events of each history; an empty one stays empty."""
        kept = [history.last(most) for history in histories]
        starts = np.concatenate([[0], np.cumsum([len(each) for each in kept])]).astype(np.int64)
        joined: list[NDArray[Any]] = [
            np.concatenate([getattr(each, name) for each in kept] or [np.empty(0, np.int64)])
            for name in ("items", "types", "times_ms", "orders")
        ]
        items, types, times_ms, orders = joined
        return Asked(starts, items, types.astype(np.int8), times_ms, orders, np.fromiter(now_ms, np.int64))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(b,) events of each user."""
        return np.diff(self.starts)

    @property
    def rows(self) -> NDArray[np.int64]:
        """(m,) whose each event is."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @property
    def ranks(self) -> NDArray[np.int64]:
        """(m,) 0 for a user's newest event, 1 for the one before."""
        return np.repeat(self.starts[1:], self.lengths) - 1 - np.arange(len(self.items))

    @property
    def order_ranks(self) -> NDArray[np.int64]:
        """(m,) 0 for all events of a user's newest order, 1 for those of the order before."""
        begins = np.ones(len(self.items), np.int64)
        rows = self.rows
        begins[1:] = (rows[1:] != rows[:-1]) | (self.orders[1:] != self.orders[:-1])
        order = np.cumsum(begins)
        return np.repeat(order[self.starts[1:] - 1], self.lengths) - order if len(order) else order

    def take(self, rows: slice) -> Asked:
        """Some users, neighbours of each other."""
        starts = self.starts[rows.start : rows.stop + 1]
        inside = slice(int(starts[0]), int(starts[-1]))
        return self.events(inside, starts - starts[0], self.now_ms[rows])

    def last(self, n: int) -> Asked:
        """The newest n events of each user."""
        return self if self.lengths.max(initial=0) <= n else self.where(self.ranks < n)

    def where(self, kept: NDArray[np.bool_]) -> Asked:
        """The events for which (m,) `kept` holds, of all users."""
        return self.events(kept, np.concatenate([[0], np.cumsum(kept)])[self.starts].astype(np.int64), self.now_ms)

    def events(self, kept: slice | NDArray[np.bool_], starts: NDArray[np.int64], now_ms: NDArray[np.int64]) -> Asked:
        """These events, of users who begin at `starts`."""
        return Asked(starts, self.items[kept], self.types[kept], self.times_ms[kept], self.orders[kept], now_ms)

    def newest(self) -> NDArray[np.int64]:
        """(b,) the newest item of each user, -1 without any."""
        found = np.full(len(self), -1, np.int64)
        some = self.lengths > 0
        found[some] = self.items[self.starts[1:][some] - 1]
        return found
