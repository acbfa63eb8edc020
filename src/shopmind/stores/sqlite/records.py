"""Small JSON documents in SQLite."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, delete, func, select

from shopmind.stores.sqlite.database import SqliteDatabase, among, fetched
from shopmind.stores.sqlite.item_rows import json_text
from shopmind.stores.sqlite.schema import records

BLOCK = 500
PUT_RECORD = "INSERT OR REPLACE INTO records (kind, key, body, user_id, written_at_ms) VALUES (?, ?, ?, ?, ?)"


class SqliteRecords:
    """The port Records. Writing a key again makes it the newest."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def put(self, kind: str, key: str, body: Mapping[str, Any], *, user_id: str | None = None) -> None:
        """See the port."""
        self.put_many(kind, [(key, body, user_id)])

    def put_instead(self, gone: tuple[str, str], kind: str, key: str, body: Mapping[str, Any]) -> None:
        """See the port."""
        with self._database.writing() as connection:
            connection.execute(delete(records).where(records.c.kind == gone[0], records.c.key == gone[1]))
            values = (kind, key, json_text(dict(body)), None, self._database.clock())
            connection.exec_driver_sql(PUT_RECORD, values)

    def put_many(self, kind: str, rows: Sequence[tuple[str, Mapping[str, Any], str | None]]) -> None:
        """See the port."""
        now = self._database.clock()
        values = [(kind, key, json_text(dict(body)), user_id, now) for key, body, user_id in rows]
        if values:
            with self._database.writing() as connection:
                connection.exec_driver_sql(PUT_RECORD, values)

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        """See the port."""
        chosen = select(records.c.body).where(records.c.kind == kind, records.c.key == key)
        with self._database.reading() as connection:
            body = connection.execute(chosen).scalar()
        return None if body is None else dict(orjson.loads(body))

    def delete(self, kind: str, key: str) -> bool:
        """Whether there was one."""
        with self._database.writing() as connection:
            gone = connection.execute(delete(records).where(records.c.kind == kind, records.c.key == key))
            return gone.rowcount > 0

    def scan(self, kind: str, limit: int = 1_000) -> list[tuple[str, dict[str, Any]]]:
        """See the port."""
        return list(self.stream(kind, limit))

    def stream(self, kind: str, limit: int) -> Generator[tuple[str, dict[str, Any]], None, None]:
        """See the port."""
        chosen = select(records.c.key, records.c.body).where(records.c.kind == kind)
        newest = chosen.order_by(records.c.number.desc()).limit(limit)
        with self._database.reading() as connection:
            for key, body in connection.execution_options(yield_per=BLOCK).execute(newest):
                yield key, orjson.loads(body)

    def last_number(self, kind: str) -> int:
        """See the port."""
        newest = select(func.max(records.c.number)).where(records.c.kind == kind)
        with self._database.reading() as connection:
            return int(connection.execute(newest).scalar() or 0)

    def numbered(self, kind: str, after: int, upto: int) -> list[tuple[int, str, dict[str, Any]]]:
        """See the port."""
        return self._read(records.c.kind == kind, records.c.number > after, records.c.number <= upto)

    def named(self, kind: str, keys: Sequence[str], *, upto: int) -> list[tuple[int, str, dict[str, Any]]]:
        """See the port."""
        return self._read(records.c.kind == kind, among(records.c.key, keys), records.c.number <= upto)

    def _read(self, *chosen: ColumnElement[bool]) -> list[tuple[int, str, dict[str, Any]]]:
        asked = select(records.c.number, records.c.key, records.c.body).where(*chosen).order_by(records.c.number)
        with self._database.reading() as connection:
            return [(number, key, orjson.loads(body)) for number, key, body in fetched(connection, asked)]

    def prune(self, kind: str, before_ms: int) -> int:
        """Deletes records of this kind written before a time; returns how many."""
        with self._database.writing() as connection:
            old = delete(records).where(records.c.kind == kind, records.c.written_at_ms < before_ms)
            return connection.execute(old).rowcount
