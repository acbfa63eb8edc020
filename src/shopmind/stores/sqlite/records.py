"""Small JSON documents in SQLite."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import delete, select

from shopmind.stores.sqlite.database import SqliteDatabase
from shopmind.stores.sqlite.item_rows import json_text
from shopmind.stores.sqlite.schema import records

BLOCK = 500
_PUT = "INSERT OR REPLACE INTO records (kind, key, body, user_id, written_at_ms) VALUES (?, ?, ?, ?, ?)"


class SqliteRecords:
    """The port Records. Writing a key again makes it the newest."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def put(self, kind: str, key: str, body: Mapping[str, Any], *, user_id: str | None = None) -> None:
        """See the port."""
        self.put_many(kind, [(key, body, user_id)])

    def put_many(self, kind: str, rows: Sequence[tuple[str, Mapping[str, Any], str | None]]) -> None:
        """See the port."""
        now = self._database.clock()
        values = [(kind, key, json_text(dict(body)), user_id, now) for key, body, user_id in rows]
        if values:
            with self._database.writing() as connection:
                connection.exec_driver_sql(_PUT, values)

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

    def prune(self, kind: str, before_ms: int) -> int:
        """Deletes records of this kind written before a time; returns how many."""
        with self._database.writing() as connection:
            old = delete(records).where(records.c.kind == kind, records.c.written_at_ms < before_ms)
            return connection.execute(old).rowcount
