"""What one user or session did, oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from shopmind.domain.event import EVENT_TYPES, EventType


@dataclass(frozen=True, slots=True)
class History:
    """Columns of equal length n, ordered by time, then by arrival.

    Attributes:
        items: (n,) int64 item numbers.
        types: (n,) int8 positions in EVENT_TYPES.
        times_ms: (n,) int64 epoch milliseconds.
        quantities: (n,) float32, 1 where unknown.
        orders: (n,) int64, one number per order (order id, or else user and day); only equality means something.
        numbers: (n,) int64, the events' numbers in the store: the high-water mark of what was read.
    """

    items: NDArray[np.int64]
    types: NDArray[np.int8]
    times_ms: NDArray[np.int64]
    quantities: NDArray[np.float32]
    orders: NDArray[np.int64]
    numbers: NDArray[np.int64]

    @staticmethod
    def empty() -> History:
        """No events at all."""
        ints = np.empty(0, np.int64)
        return History(ints, np.empty(0, np.int8), ints, np.empty(0, np.float32), ints, ints)

    def __len__(self) -> int:
        return len(self.items)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> History:
        """The given rows, in the given order."""
        return History(*(getattr(self, field.name)[rows] for field in fields(self)))

    def of(self, types: Iterable[EventType]) -> History:
        """Only events of these types."""
        wanted = np.zeros(len(EVENT_TYPES), np.bool_)
        wanted[[EVENT_TYPES.index(kind) for kind in types]] = True
        return self.take(wanted[self.types])

    def joined(self, later: History) -> History:
        """Both, in time order; equal times keep arrival order."""
        if not len(later):
            return self
        if not len(self):
            return later
        both = History(*(np.concatenate([getattr(self, f.name), getattr(later, f.name)]) for f in fields(self)))
        return both.take(np.lexsort((both.numbers, both.times_ms)))

    def before(self, time_ms: int) -> History:
        """Only events strictly before `time_ms`."""
        return self.take(self.times_ms < time_ms)

    def last(self, n: int) -> History:
        """The newest n events."""
        return replace(self) if n >= len(self) else self.take(slice(len(self) - n, None))
