"""Writing events: many callers, one durable commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection, select

from shopmind.stores.ports import Appended
from shopmind.stores.sqlite.database import SqliteDatabase, driver_connection, fetched, insert_sql, next_number
from shopmind.stores.sqlite.event_rows import Columns
from shopmind.stores.sqlite.item_rows import item_numbers
from shopmind.stores.sqlite.schema import events
from shopmind.stores.sqlite.users import created_users

Status = Literal["accepted", "duplicate", "unknown_item"]

_INSERT = insert_sql(events, or_="IGNORE")
_PLAIN = (
    "value_minor",
    "currency",
    "quantity",
    "order_number",
    "order_id",
    "query",
    "scenario",
    "request_id",
    "position",
    "propensity",
    "variant",
    "attributes",
)
"""The columns of the table after `item`, in its order, that go in as they come."""


class PendingWrite:
    """Events that wait for a commit, and then what became of them."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.done = False
        self.appended: Appended | None = None
        self.error: Exception | None = None

    def result(self) -> Appended:
        """What became of the events; raises what their commit raised."""
        if self.error is not None:
            raise self.error
        if self.appended is None:
            raise RuntimeError("the write was not carried out")
        return self.appended


def write_together(database: SqliteDatabase, group: Sequence[PendingWrite]) -> None:
    """Writes all in one transaction; an error is the error of each, and then none is stored."""
    try:
        with database.writing() as connection:
            results = [insert_events(connection, write.columns) for write in group]
        for write, appended in zip(group, results, strict=True):
            write.appended = appended
    except Exception as error:  # noqa: BLE001 - handed to each caller by result()
        for write in group:
            write.error = error
    finally:
        for write in group:
            write.done = True


def insert_events(connection: Connection, columns: Columns) -> Appended:
    """Writes events and the users they name; to be called inside a write."""
    number = next_number(connection, events)
    count = len(columns["key"])
    wanted = {item_id for item_id in columns["item_id"] if item_id is not None}
    items = item_numbers(driver_connection(connection), list(wanted)) if wanted else {}
    if len(items) < len(wanted):
        refused = [item_id is not None and item_id not in items for item_id in columns["item_id"]]
        kept = {name: [v for v, out in zip(held, refused, strict=True) if not out] for name, held in columns.items()}
    else:
        refused, kept = [False] * count, columns
    named = {user_id for user_id in kept["user_id"] if user_id is not None}
    users = created_users(connection, list(named)) if named else {}
    kept_count = len(kept["key"])
    rows = zip(
        range(number, number + kept_count),
        kept["key"],
        kept["type"],
        kept["timestamp_ms"],
        map(users.get, kept["user_id"]),
        kept["session_id"],
        map(items.get, kept["item_id"]),
        *(kept[name] for name in _PLAIN),
        strict=True,
    )
    inserted = connection.exec_driver_sql(_INSERT, list(rows)).rowcount if kept_count else 0
    old = frozenset[int]() if inserted == kept_count else _not_there(connection, number, kept_count)
    status: list[Status] = []
    for out in refused:
        if out:
            status.append("unknown_item")
            continue
        status.append("duplicate" if number in old else "accepted")
        number += 1
    last = connection.exec_driver_sql("SELECT coalesce(max(number), 0) FROM events").scalar_one()
    return Appended(tuple(status), last)


def _not_there(connection: Connection, number: int, count: int) -> frozenset[int]:
    """Which of the numbers just tried were not taken, because the event was known already."""
    taken = fetched(connection, select(events.c.number).where(events.c.number >= number))
    return frozenset(range(number, number + count)).difference(row[0] for row in taken)
