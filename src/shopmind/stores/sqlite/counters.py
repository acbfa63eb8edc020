"""Counters in SQLite, and how far they have counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import polars as pl
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from shopmind.stores.counters import COUNTS, DAYS
from shopmind.stores.sqlite.database import SqliteDatabase, blocks, fetched
from shopmind.stores.sqlite.schema import counted, counters

BLOCK = 100_000
_KEYS = ("name", "day", "scenario", "variant", "subject", "figure")
_ADD = (
    f"INSERT INTO counters ({', '.join(_KEYS)}, value) VALUES (?, ?, ?, ?, ?, ?, ?) "
    f"ON CONFLICT ({', '.join(_KEYS)}) DO UPDATE SET value = value + excluded.value"
)
_TO_NOBODY = (
    f"INSERT INTO counters ({', '.join(_KEYS)}, value) "
    "SELECT name, day, scenario, variant, 0, figure, value FROM counters WHERE name = 'people' AND subject = ? "
    f"ON CONFLICT ({', '.join(_KEYS)}) DO UPDATE SET value = value + excluded.value"
)
_MARK = "counted"


class SqliteCounters:
    """The port Counters."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def mark(self) -> dict[str, Any] | None:
        """See the port."""
        with self._database.reading() as connection:
            return _mark(connection)

    def add(
        self, changes: Mapping[str, pl.DataFrame], before: Mapping[str, Any] | None, mark: Mapping[str, Any]
    ) -> bool:
        """See the port."""
        rows = [
            (name, *row)
            for name, frame in changes.items()
            for row in frame.select(pl.col(each).cast(kind) for each, kind in COUNTS.items()).iter_rows()
            if row[-1]
        ]
        with self._database.writing() as connection:
            if _mark(connection) != (None if before is None else dict(before)):
                return False
            if rows:
                connection.exec_driver_sql(_ADD, sorted(rows))
            connection.execute(delete(counted))
            connection.execute(insert(counted).values(mark=_MARK, body=orjson.dumps(dict(mark)).decode()))
        return True

    def table(self, name: str, since_day: int | None = None, until_day: int | None = None) -> pl.DataFrame:
        """See the port."""
        columns = [counters.c[each] for each in COUNTS]
        asked = select(*columns).where(*_chosen(name, since_day, until_day)).order_by(*columns[:-1])
        with self._database.reading() as connection:
            frames = [_frame(block, list(COUNTS)) for block in blocks(connection, asked, BLOCK)]
        return pl.concat([pl.DataFrame(schema=COUNTS), *frames])

    def sums(
        self, name: str, by: Sequence[str], since_day: int | None = None, until_day: int | None = None
    ) -> pl.DataFrame:
        """See the port."""
        keys = [counters.c[each] for each in (*by, "figure")]
        asked = select(*keys, func.sum(counters.c.value)).where(*_chosen(name, since_day, until_day)).group_by(*keys)
        names = [*by, "figure", "value"]
        with self._database.reading() as connection:
            frames = [_frame(block, names) for block in blocks(connection, asked.order_by(*keys), BLOCK)]
        empty = pl.DataFrame(schema={each: COUNTS[each] for each in names})
        return pl.concat([empty, *frames]).filter(pl.col("value") != 0)

    def days(
        self, name: str, figures: Sequence[str], since_day: int | None = None, until_day: int | None = None
    ) -> pl.DataFrame:
        """See the port."""
        day, subject = counters.c.day, counters.c.subject
        asked = (
            select(subject, func.min(day), func.max(day), func.count(func.distinct(day)), func.sum(counters.c.value))
            .where(*_chosen(name, since_day, until_day), counters.c.figure.in_(list(figures)), subject != 0)
            .group_by(subject)
            .order_by(subject)
        )
        with self._database.reading() as connection:
            rows = fetched(connection, asked)
        return pl.DataFrame(rows, schema=DAYS, orient="row")

    def clear(self) -> None:
        """See the port."""
        with self._database.writing() as connection:
            connection.execute(delete(counters))
            connection.execute(delete(counted))


def give_to_nobody(connection: Connection, user: int) -> None:
    """Adds the counts of a user to those of nobody; to be called inside the write that erases the user.

    The mark moves too, so that what another process has just counted of the user is refused and counted again.
    """
    connection.exec_driver_sql(_TO_NOBODY, (user,))
    connection.execute(delete(counters).where(counters.c.name == "people", counters.c.subject == user))
    mark = _mark(connection)
    if mark is not None:
        mark["erased"] = mark.get("erased", 0) + 1
        connection.execute(update(counted).values(body=orjson.dumps(mark).decode()))


def _mark(connection: Connection) -> dict[str, Any] | None:
    body = connection.execute(select(counted.c.body).where(counted.c.mark == _MARK)).scalar()
    return None if body is None else dict(orjson.loads(body))


def _chosen(name: str, since_day: int | None, until_day: int | None) -> list[ColumnElement[bool]]:
    chosen = [counters.c.name == name, counters.c.value != 0]
    if since_day is not None:
        chosen.append(counters.c.day >= since_day)
    if until_day is not None:
        chosen.append(counters.c.day < until_day)
    return chosen


def _frame(rows: Sequence[Any], names: Sequence[str]) -> pl.DataFrame:
    columns = zip(names, zip(*rows, strict=True), strict=True)
    return pl.DataFrame([pl.Series(name, values, dtype=COUNTS[name]) for name, values in columns])
