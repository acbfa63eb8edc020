"""Events newer than the artifacts, in memory: bounded, and shared by all parts of a process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.kit.clock import MINUTE_MS
from shopmind.stores.ports import Events
from shopmind.training.credit import hashes

COLUMNS = ("numbers", "items", "users", "types", "times_ms", "requests", "scenarios", "places")
LEAST_ROOM = 1_024
"""Rows of the first arrays."""
_NOTHING, _NO_HASH = np.empty(0, np.int64), np.empty(0, np.uint64)


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
    requests: NDArray[np.uint64]
    scenarios: NDArray[np.uint64]
    places: NDArray[np.int64]

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

    def of_types(self, counted: NDArray[np.bool_]) -> LiveEvents:
        """Only events of the types that `counted` holds for, by position in EVENT_TYPES."""
        return self.take(np.flatnonzero(counted[self.types]))

    def take(self, rows: slice | NDArray[np.intp]) -> LiveEvents:
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
        types = np.empty(0, np.int8)
        self._start = LiveEvents(_NOTHING, _NOTHING, _NOTHING, types, _NOTHING, after, _NO_HASH, _NO_HASH, _NOTHING)
        self._held = self._start
        self._buffer = _Buffer(limit)

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
            self._buffer = _Buffer(self._limit)
            self._next_look = 0.0

    def _look(self) -> None:
        if self._events is None:
            return
        last = self._events.last_number()
        if last <= self._held.version:
            return
        table = self._events.table(after=max(self._held.version, last - self._limit))
        rows = table["item"].is_not_null().to_numpy()
        fresh = LiveEvents(
            table["number"].to_numpy()[rows],
            _whole(table["item"])[rows],
            _whole(table["user"], 0)[rows],
            table["type"].to_numpy()[rows],
            table["timestamp_ms"].to_numpy()[rows],
            last,
            hashes(table["request_id"])[rows],
            hashes(table["scenario"])[rows],
            _whole(table["position"], -1)[rows],
        )
        self._held = self._buffer.grown(fresh)


class _Buffer:
    """Arrays with room behind their end: what comes is written there, and what was read before stays as it was."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._arrays: dict[str, NDArray[Any]] = {}
        self._rows = self._end = 0

    def grown(self, fresh: LiveEvents) -> LiveEvents:
        """The newest `limit` events, with these among them."""
        fresh = fresh.take(slice(-self._limit, None))
        count = len(fresh.numbers)
        if self._end + count > self._rows:
            self._move(fresh, count)
        for name, array in self._arrays.items():
            array[self._end : self._end + count] = getattr(fresh, name)
        self._end += count
        kept = slice(max(0, self._end - self._limit), self._end)
        return LiveEvents(version=fresh.version, **{name: array[kept] for name, array in self._arrays.items()})

    def _move(self, fresh: LiveEvents, count: int) -> None:
        kept = slice(max(0, self._end - self._limit), self._end)
        self._rows = max(LEAST_ROOM, 2 * (kept.stop - kept.start + count))
        for name in COLUMNS:
            room = np.empty(self._rows, getattr(fresh, name).dtype)
            if name in self._arrays:
                room[: kept.stop - kept.start] = self._arrays[name][kept]
            self._arrays[name] = room
        self._end = kept.stop - kept.start


class SinceTraining:
    """What a part reckons from an artifact and what came since: anew when an event that counts came, or a minute on.

    Answers leave impressions all the time; whoever counts only what people did is not to count again for them.
    """

    def __init__(self) -> None:
        self._made: _Made | None = None

    def reckoned(
        self,
        live: LiveEvents,
        after: int,
        counted: NDArray[np.bool_],
        size: int,
        now_ms: int,
        reckon: Callable[[LiveEvents], NDArray[np.float32]],
    ) -> NDArray[np.float32]:
        """What `reckon` makes of the events.

        Args:
            after: the newest event that the artifact has read.
            counted: (types,) whether events of a type count, by position in EVENT_TYPES.
            size: of the catalogue.
        """
        made = self._made
        looked = (live.version, size, now_ms // MINUTE_MS)
        if made is None or made.looked != looked:
            later = live.after(after).of_types(counted)
            made_of = (int(later.numbers[-1]) if len(later.numbers) else after, *looked[1:])
            found = made.found if made is not None and made.made_of == made_of else reckon(later)
            made = self._made = _Made(looked, made_of, found)
        return made.found


@dataclass(frozen=True, slots=True)
class _Made:
    """What was reckoned, of which newest event that counts, and after which look."""

    looked: tuple[int, int, int]
    made_of: tuple[int, int, int]
    found: NDArray[np.float32]


def _whole(column: pl.Series, nothing: int = 0) -> NDArray[np.int64]:
    """(n,) with `nothing` in place of null. Without an expression: those cost more than the few rows that came."""
    found = column.to_numpy()
    if found.dtype.kind == "f":
        found = np.where(np.isnan(found), nothing, found)
    return found.astype(np.int64)
