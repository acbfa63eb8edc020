"""Events newer than the artifacts, in memory: bounded, and shared by all parts of a process."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from shopmind.stores.ports import Events
from shopmind.training.credit import hashes

_NOTHING = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class LiveEvents:
    """Newest events by rising number: (n,) arrays; `version` changes whenever the content does.

    Attributes:
        numbers: int64 event numbers.
        items: int64 item numbers; events without an item are left out.
        users: int64 user numbers, 0 for anonymous.
        types: int8 positions in EVENT_TYPES.
        times_ms: int64 epoch milliseconds.
        version: number of the newest event read.
        requests: uint64 hash of the request that an event echoes, 0 for none.
        scenarios: uint64 hash of the scenario's name, 0 for none.
        places: int64 position in the answer, -1 for none.
    """

    numbers: NDArray[np.int64]
    items: NDArray[np.int64]
    users: NDArray[np.int64]
    types: NDArray[np.int8]
    times_ms: NDArray[np.int64]
    version: int
    requests: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    scenarios: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    places: NDArray[np.int64] = field(default_factory=lambda: _NOTHING)

    def after(self, number: int) -> LiveEvents:
        """Only events above `number`."""
        start = int(np.searchsorted(self.numbers, number, side="right"))
        return self.take(slice(start, None))

    def until(self, number: int) -> LiveEvents:
        """Only events up to `number`, as they were when it was the newest."""
        if number >= self.version:
            return self
        end = int(np.searchsorted(self.numbers, number, side="right"))
        return replace(self.take(slice(None, end)), version=number)

    def take(self, rows: slice) -> LiveEvents:
        """The given rows."""
        return LiveEvents(
            self.numbers[rows],
            self.items[rows],
            self.users[rows],
            self.types[rows],
            self.times_ms[rows],
            self.version,
            self.requests[rows],
            self.scenarios[rows],
            self.places[rows],
        )


class LiveTail:
    """Follows the event log from where the artifacts end.

    Args:
        events: the log; None for a tail that never moves.
        after: event number up to which every artifact has read.
        limit: newest events kept; older ones are dropped (they wait for the next training).
        poll_ms: how stale the tail may be of other processes' events; `wake` makes the next read look at once.
    """

    def __init__(self, events: Events | None, after: int, *, limit: int = 200_000, poll_ms: int = 250) -> None:
        self._events = events
        self._limit = limit
        self._poll_s = poll_ms / 1000
        self._next_look = 0.0
        self._lock = threading.Lock()
        self._start = LiveEvents(_NOTHING, _NOTHING, _NOTHING, np.empty(0, np.int8), _NOTHING, after)
        self._held = self._start

    @staticmethod
    def still() -> LiveTail:
        """A tail that never moves: nothing has happened since the artifacts."""
        return LiveTail(None, 0)

    @property
    def follows(self) -> bool:
        """Whether it moves at all."""
        return self._events is not None

    def wake(self) -> None:
        """This process has just written events."""
        self._next_look = 0.0

    def read(self) -> LiveEvents:
        """What has come since the artifacts."""
        if time.monotonic() >= self._next_look and self._lock.acquire(blocking=False):
            try:
                self._next_look = time.monotonic() + self._poll_s
                self._look()
            finally:
                self._lock.release()
        return self._held

    def drop(self) -> None:
        """Forgets what is held and reads it again: events were erased."""
        with self._lock:
            self._held = self._start
            self._next_look = 0.0

    def _look(self) -> None:
        if self._events is None:
            return
        last = self._events.last_number()
        if last <= self._held.version:
            return
        after = max(self._held.version, last - self._limit)
        table = self._events.table(after=after).drop_nulls("item")
        old = self._held
        self._held = LiveEvents(
            np.concatenate([old.numbers, table["number"].to_numpy()]),
            np.concatenate([old.items, table["item"].to_numpy()]),
            np.concatenate([old.users, table["user"].fill_null(0).to_numpy()]),
            np.concatenate([old.types, table["type"].to_numpy()]),
            np.concatenate([old.times_ms, table["timestamp_ms"].to_numpy()]),
            last,
            np.concatenate([old.requests, hashes(table["request_id"])]),
            np.concatenate([old.scenarios, hashes(table["scenario"])]),
            np.concatenate([old.places, table["position"].fill_null(-1).to_numpy().astype(np.int64)]),
        ).take(slice(-self._limit, None))
