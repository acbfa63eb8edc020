"""Items in SQLite."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, select, update

from shopmind.domain import Item
from shopmind.stores.columns import ItemColumns
from shopmind.stores.ports import Change, Number, Numbers
from shopmind.stores.sqlite.changes import last_change, log_changes, read_changes
from shopmind.stores.sqlite.database import (
    Listed,
    SqliteDatabase,
    among,
    driver_connection,
    insert_sql,
    next_number,
)
from shopmind.stores.sqlite.item_rows import FIELDS, fields_of, item_numbers, item_of
from shopmind.stores.sqlite.links import drop_links_of_items
from shopmind.stores.sqlite.picture import Picture
from shopmind.stores.sqlite.schema import items

BLOCK = 2_000
_FIELD_COLUMNS = [items.c[name] for name in FIELDS]
_INSERT = insert_sql(items)
_UPDATE = f"UPDATE items SET {', '.join(f'{name} = ?' for name in FIELDS)}, removed = 0 WHERE number = ?"


class SqliteCatalogue:
    """The port Catalogue. A removed item leaves a bare row behind, so that its number is its own for ever.

    Args:
        database: the file.
        poll_ms: how stale the picture may be of other processes' writes.
    """

    def __init__(self, database: SqliteDatabase, *, poll_ms: int = 250) -> None:
        self._database = database
        self._poll_s = poll_ms / 1000
        self._lock = threading.Lock()
        self._picture: Picture | None = None
        self._own_writes = 0
        self._seen_writes = 0
        self._next_look = 0.0

    def put(self, items: Sequence[Item]) -> Numbers:
        """See the port; of several items with one id the last is kept."""
        newest = {item.item_id: fields_of(item) for item in items}
        ids = list(newest)
        found: dict[str, int] = {}
        with self._database.writing() as connection:
            for start in range(0, len(ids), BLOCK):
                found.update(self._put_block(connection, {i: newest[i] for i in ids[start : start + BLOCK]}))
        self._own_writes += 1
        return np.fromiter((found[item.item_id] for item in items), np.int64, len(items))

    def _put_block(self, connection: Connection, block: dict[str, tuple[Any, ...]]) -> dict[str, int]:
        held = {
            row[0]: (row[-2], row[:-2], row[-1])
            for row in connection.execute(
                select(*_FIELD_COLUMNS, items.c.number, items.c.removed).where(among(items.c.item_id, list(block)))
            )
        }
        number = next_number(connection, items)
        fresh: list[tuple[Any, ...]] = []
        altered: list[tuple[Any, ...]] = []
        numbers: dict[str, int] = {}
        for item_id, fields in block.items():
            known = held.get(item_id)
            if known is None:
                numbers[item_id] = number + len(fresh)
                fresh.append((numbers[item_id], *fields, 0))
                continue
            numbers[item_id] = known[0]
            if known[2] or tuple(known[1]) != fields:
                altered.append((*fields, known[0]))
        if fresh:
            connection.exec_driver_sql(_INSERT, fresh)
        if altered:
            connection.exec_driver_sql(_UPDATE, altered)
        log_changes(connection, "item", [row[0] for row in fresh] + [row[-1] for row in altered])
        return numbers

    def remove(self, item_ids: Sequence[str]) -> int:
        """See the port; links of the items go too, events stay."""
        with self._database.writing() as connection:
            chosen = select(items.c.number).where(among(items.c.item_id, item_ids), items.c.removed == 0)
            numbers = list(connection.execute(chosen).scalars())
            if numbers:
                bare: dict[str, str | None] = {column.name: None for column in _FIELD_COLUMNS if column.nullable}
                bare |= {"title": "", "description": "", "categories": "[]", "attributes": "{}", "status": "removed"}
                connection.execute(update(items).where(among(items.c.number, numbers)).values(**bare, removed=1))
                drop_links_of_items(connection, numbers)
                log_changes(connection, "item_removed", numbers)
        self._own_writes += 1
        return len(numbers)

    def numbers(self, item_ids: Sequence[str]) -> Numbers:
        """See the port."""
        with self._database.looking() as driver:
            found = item_numbers(driver, item_ids)
        return np.fromiter((found.get(item_id, -1) for item_id in item_ids), np.int64, len(item_ids))

    def get(self, numbers: Sequence[Number] | Numbers) -> list[Item | None]:
        """See the port."""
        with self._database.looking() as driver:
            found = dict(_read(driver, np.asarray(numbers, np.int64)))
        return [found.get(int(number)) for number in numbers]

    def titles(self, numbers: Sequence[Number] | Numbers) -> list[str | None]:
        """See the port."""
        wanted = np.asarray(numbers, np.int64).tolist()
        found: dict[int, str] = {}
        with self._database.reading() as connection:
            driver = driver_connection(connection)
            for start in range(0, len(wanted), BLOCK):
                found.update(_TITLES.rows(driver, wanted[start : start + BLOCK]))
        return [found.get(number) for number in wanted]

    def scan(self, numbers: Sequence[Number] | Numbers | None = None) -> Iterator[tuple[Number, Item]]:
        """See the port; each block of 2,000 is one moment, the whole is not."""
        if numbers is not None:
            chosen = np.unique(np.asarray(numbers, np.int64))
            for start in range(0, len(chosen), BLOCK):
                with self._database.looking() as driver:
                    block = _read(driver, chosen[start : start + BLOCK])
                yield from block
            return
        after = 0
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(
                    select(items.c.number, *_FIELD_COLUMNS)
                    .where(items.c.number > after, items.c.removed == 0)
                    .order_by(items.c.number)
                    .limit(BLOCK)
                ).all()
            if not rows:
                return
            after = rows[-1][0]
            yield from ((row[0], item_of(row[1:])) for row in rows)

    def columns(self) -> ItemColumns:
        """See the port."""
        picture = self._picture
        own = self._own_writes
        behind = picture is None or self._seen_writes != own
        if picture is not None and not behind and time.monotonic() < self._next_look:
            return picture
        if not self._lock.acquire(blocking=behind) and picture is not None:
            return picture
        try:
            if self._picture is None or self._seen_writes != self._own_writes or time.monotonic() >= self._next_look:
                own = self._own_writes
                self._picture = Picture.first(self._database) if self._picture is None else self._picture.brought_up()
                self._seen_writes = own
                self._next_look = time.monotonic() + self._poll_s
            return self._picture
        finally:
            self._lock.release()

    def last_change(self) -> int:
        """See the port."""
        with self._database.looking() as driver:
            return last_change(driver)

    def changes(self, after: int, limit: int = 10_000) -> list[Change]:
        """See the port."""
        with self._database.reading() as connection:
            return read_changes(connection, after, limit)


_BY_NUMBERS = Listed(
    select(items.c.number, *_FIELD_COLUMNS).where(items.c.removed == 0).order_by(items.c.number), items.c.number
)
_TITLES = Listed(select(items.c.number, items.c.title).where(items.c.removed == 0), items.c.number)


def _read(driver: sqlite3.Connection, numbers: Numbers) -> list[tuple[Number, Item]]:
    return [(row[0], item_of(row[1:])) for row in _BY_NUMBERS.rows(driver, numbers.tolist())]
