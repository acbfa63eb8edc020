"""What answers leave behind, in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sqlalchemy import Connection, select

from shopmind.stores.sqlite.database import SqliteDatabase, among, driver_connection, fetched
from shopmind.stores.sqlite.event_rows import columns_of_events
from shopmind.stores.sqlite.event_writes import insert_events
from shopmind.stores.sqlite.item_rows import json_text
from shopmind.stores.sqlite.records import PUT_RECORD
from shopmind.stores.sqlite.schema import records
from shopmind.stores.sqlite.users import user_numbers
from shopmind.stores.traces import ERASED, ERASING, Moment, Trace

_MOMENT = (
    "SELECT (SELECT coalesce(max(number), 0) FROM records WHERE kind = ?),"
    " (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'users')"
)


class SqliteTraces:
    """The port Traces."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def moment(self) -> Moment:
        """See the port."""
        with self._database.looking() as driver:
            return _moment(driver)

    def leave(self, kind: str, traces: Sequence[Trace]) -> int:
        """See the port."""
        now = self._database.clock()
        rows = [(kind, each.key, json_text(dict(each.body)), each.user_id, now) for each in traces]
        with self._database.writing() as connection:
            gone = _gone(connection, traces)
            kept = [row for row, out in zip(rows, gone, strict=True) if not out]
            if kept:
                connection.exec_driver_sql(PUT_RECORD, kept)
            left = [event for each, out in zip(traces, gone, strict=True) if not out for event in each.events]
            if left:
                insert_events(connection, columns_of_events(left))
        return len(kept)


def _moment(driver: sqlite3.Connection) -> Moment:
    return Moment(*driver.execute(_MOMENT, (ERASED,)).fetchone())


def _gone(connection: Connection, traces: Sequence[Trace]) -> list[bool]:
    """Of each trace, whether its user is being erased or may have been since; to be called inside a write."""
    named = list({each.user_id for each in traces if each.user_id is not None})
    if not named:
        return [False] * len(traces)
    noted = select(records.c.key).where(records.c.kind == ERASING, among(records.c.key, named))
    leaving = {row[0] for row in fetched(connection, noted)}
    driver = driver_connection(connection)
    numbers, erasures = user_numbers(driver, named), _moment(driver).erasures

    def is_gone(user_id: str | None, since: Moment | None) -> bool:
        if user_id is None:
            return False
        if user_id in leaving or since is None:
            return True
        return erasures > since.erasures and not 0 < numbers.get(user_id, 0) <= since.users

    return [is_gone(each.user_id, each.since) for each in traces]
