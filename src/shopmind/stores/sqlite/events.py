"""The event log in SQLite."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Sequence

import polars as pl
from sqlalchemy import delete, func, select

from shopmind.domain import EVENT_TYPES, Event, EventType, History
from shopmind.stores.ports import EVENT_LOG, EVENT_TABLE, Appended
from shopmind.stores.sqlite.database import SqliteDatabase, among
from shopmind.stores.sqlite.event_reads import (
    did_ever,
    read_between,
    read_first,
    read_history,
    read_of_requests,
    read_table,
    read_touches,
)
from shopmind.stores.sqlite.event_rows import columns_of_events, columns_of_frame
from shopmind.stores.sqlite.event_writes import PendingWrite, write_together
from shopmind.stores.sqlite.schema import events
from shopmind.stores.sqlite.searches import asked_by, most_asked

FRAME_ROWS = 100_000
PRUNE_ROWS = 20_000


class SqliteEvents:
    """The port Events. Writers of one process that come together share one commit."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._waiting: deque[PendingWrite] = deque()
        self._turn = threading.Lock()
        self._none_up_to: dict[frozenset[EventType], int] = {}

    def append(self, events: Sequence[Event]) -> Appended:
        """See the port."""
        return self._write(PendingWrite(columns_of_events(events)))

    def append_frame(self, frame: pl.DataFrame) -> Appended:
        """See the port; a frame of more than 100,000 rows takes several transactions."""
        status: list[str] = []
        last = 0
        for part in frame.iter_slices(FRAME_ROWS):
            done = self._write(PendingWrite(columns_of_frame(part)))
            status.extend(done.status)
            last = done.last_number
        return Appended(tuple(status), last) if status else Appended((), self.last_number())  # type: ignore[arg-type]

    def _write(self, write: PendingWrite) -> Appended:
        self._waiting.append(write)
        with self._turn:
            if not write.done:
                group = [self._waiting.popleft() for _ in range(len(self._waiting))]
                write_together(self._database, group)
        return write.result()

    def history(self, user_id: str | None, session_id: str | None, *, after: int = 0, limit: int = 5_000) -> History:
        """See the port. Of a session only anonymous events and the user's own count, never another user's."""
        with self._database.looking() as driver:
            return read_history(driver, user_id, session_id, after, limit)

    def ever(self, user_id: str | None, session_id: str | None, event_type: EventType) -> bool:
        """See the port; the index of a user's events answers it, no row is made of them."""
        with self._database.looking() as driver:
            return did_ever(driver, user_id, session_id, EVENT_TYPES.index(event_type))

    def happened(self, types: Iterable[EventType]) -> bool:
        """See the port. Numbers only rise, so below the first such event there will never be one, whatever is erased:
        each look starts there."""
        asked = frozenset(types)
        after = self._none_up_to.get(asked, 0)
        with self._database.looking() as driver:
            first, newest = read_first(driver, [EVENT_TYPES.index(name) for name in asked], after)
        self._none_up_to[asked] = max(after, newest) if first is None else first - 1
        return first is not None

    def table(
        self,
        types: Iterable[EventType] | None = None,
        *,
        since_ms: int | None = None,
        until_ms: int | None = None,
        after: int = 0,
        upto: int | None = None,
        whole: bool = False,
    ) -> pl.DataFrame:
        """See the port."""
        chosen = events.c.number > after
        if upto is not None:
            chosen &= events.c.number <= upto
        if types is not None:
            chosen &= events.c.type.in_([EVENT_TYPES.index(name) for name in types])
        if since_ms is not None:
            chosen &= events.c.timestamp_ms >= since_ms
        if until_ms is not None:
            chosen &= events.c.timestamp_ms < until_ms
        with self._database.reading() as connection:
            return read_table(connection, chosen, EVENT_LOG if whole else EVENT_TABLE)

    def between(self, types: Iterable[EventType], since_ms: int, until_ms: int, *, upto: int) -> pl.DataFrame:
        """See the port."""
        codes = [EVENT_TYPES.index(name) for name in types]
        with self._database.reading() as connection:
            return read_between(connection, codes, since_ms, until_ms, upto)

    def touches(
        self, users: Sequence[tuple[int, int]], sessions: Sequence[tuple[str, int]], *, upto: int
    ) -> pl.DataFrame:
        """See the port."""
        with self._database.reading() as connection:
            return read_touches(connection, users, sessions, upto)

    def of_requests(
        self, request_ids: Sequence[str], *, upto: int, types: Iterable[EventType] | None = None
    ) -> pl.DataFrame:
        """See the port."""
        codes = [EVENT_TYPES.index(name) for name in EVENT_TYPES if types is None or name in types]
        with self._database.reading() as connection:
            return read_of_requests(connection, request_ids, upto, codes)

    def last_number(self) -> int:
        """See the port."""
        with self._database.looking() as driver:
            return int(driver.execute("SELECT coalesce(max(number), 0) FROM events").fetchone()[0])

    def count(self) -> int:
        """See the port."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(events)).scalar_one())

    def time_range(self) -> tuple[int, int] | None:
        """See the port."""
        with self._database.reading() as connection:
            first = connection.execute(select(func.min(events.c.timestamp_ms))).scalar()
            last = connection.execute(select(func.max(events.c.timestamp_ms))).scalar()
        return None if first is None or last is None else (first, last)

    def queries(
        self, limit: int = 10_000, *, since_ms: int | None = None, least_visitors: int = 1
    ) -> list[tuple[str, int]]:
        """See the port; equal counts by text."""
        return most_asked(self._database, limit, since_ms, least_visitors)

    def asked(self, user_id: str | None, session_id: str | None, limit: int = 50) -> list[str]:
        """See the port."""
        return asked_by(self._database, user_id, session_id, limit)

    def prune(self, before_ms: int) -> int:
        """Deletes events older than a time, in small transactions so that writers get their turn; returns how many."""
        old = select(events.c.number).where(events.c.timestamp_ms < before_ms).limit(PRUNE_ROWS)
        pruned = 0
        while True:
            with self._database.writing() as connection:
                numbers = connection.execute(old).scalars().all()
                if numbers:
                    connection.execute(delete(events).where(among(events.c.number, list(numbers))))
            pruned += len(numbers)
            if len(numbers) < PRUNE_ROWS:
                break
        self._database.wipe_log()
        return pruned
