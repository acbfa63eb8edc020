"""What each user did, to be read as of any past moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES, EventType, History


@dataclass(frozen=True, slots=True)
class Case:
    """One user at one moment: `history` is what came before it, `next` the items of the next order."""

    user: int
    history: History
    next: NDArray[np.int64]


class Timeline:
    """Events of named users, by user and time.

    Args:
        events: schema EVENT_TABLE.
        types: which of them.
    """

    def __init__(self, events: pl.DataFrame, types: tuple[EventType, ...] = HISTORY_TYPES) -> None:
        codes = [EVENT_TYPES.index(kind) for kind in types]
        lines = events.filter(pl.col("type").is_in(codes) & pl.col("user").is_not_null())
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

    def before(self, time_ms: int) -> Timeline:
        """Only events before `time_ms`."""
        earlier = self.history.times_ms < time_ms
        found = Timeline.__new__(Timeline)
        found.users, found.history = self.users[earlier], self.history.take(earlier)
        return found

    def of(self, user: int) -> History:
        """All events of one user."""
        start, stop = np.searchsorted(self.users, [user, user + 1])
        return self.history.take(slice(int(start), int(stop)))

    def cases(self, start_ms: int, end_ms: int, most: int, randomness: np.random.Generator) -> Iterator[Case]:
        """Users with a history at `start_ms` whose next order starts before `end_ms`; a random `most` of them."""
        people, first = np.unique(self.users, return_index=True)
        last = np.append(first[1:], len(self.users))
        earlier = np.concatenate([[0], np.cumsum(self.history.times_ms < start_ms)])
        middle = first + earlier[last] - earlier[first]
        waiting = np.flatnonzero((middle > first) & (middle < last))
        waiting = waiting[self.history.times_ms[middle[waiting]] < end_ms]
        if len(waiting) > most:
            waiting = np.sort(randomness.choice(waiting, most, replace=False))
        for row in waiting:
            later = slice(middle[row], last[row])
            order = self.history.orders[middle[row]]
            following = self.history.items[later][self.history.orders[later] == order]
            yield Case(int(people[row]), self.history.take(slice(first[row], middle[row])), np.unique(following))
