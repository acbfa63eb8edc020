"""The change log: the newest change of each item, each user and the links, numbered over the whole shop."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from shopmind.stores.ports import Change, ChangeKind, Number
from shopmind.stores.sqlite.schema import changes

_NEWEST = str(select(func.max(changes.c.change)))
_SUBJECTS: dict[ChangeKind, str] = {
    "item": "item",
    "item_removed": "item",
    "user": "user",
    "user_erased": "user",
    "links": "links",
}


def log_changes(connection: Connection, what: ChangeKind, numbers: Iterable[Number]) -> None:
    """Notes that `what` happened to these numbers; an older line about the same subject gives way."""
    rows = [(what, _SUBJECTS[what], number) for number in numbers]
    if rows:
        connection.exec_driver_sql("INSERT OR REPLACE INTO changes (what, subject, number) VALUES (?, ?, ?)", rows)


def last_change(driver: sqlite3.Connection) -> int:
    """The newest change number; 0 for none."""
    (newest,) = driver.execute(_NEWEST).fetchone()
    return newest or 0


def read_changes(connection: Connection, after: int, limit: int) -> list[Change]:
    """Changes above `after`, oldest first."""
    found = connection.execute(
        select(changes.c.change, changes.c.what, changes.c.number)
        .where(changes.c.change > after)
        .order_by(changes.c.change)
        .limit(limit)
    )
    return [Change(change, what, number) for change, what, number in found]
