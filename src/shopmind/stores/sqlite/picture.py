"""The catalogue as columns by item number: read once, then kept up by what changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from shopmind.kit.seeds import hash64_all
from shopmind.stores.columns import NumberColumn, TextColumn
from shopmind.stores.ports import Numbers
from shopmind.stores.sqlite.changes import last_change, read_changes
from shopmind.stores.sqlite.database import SqliteDatabase, among, blocks, driver_connection
from shopmind.stores.sqlite.picture_columns import patched, read_column
from shopmind.stores.sqlite.schema import items

REBUILD_SHARE = 0.25
"""When more than this part of the items changed, reading all again is quicker than patching."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The port ItemColumns. A column first asked for late may already know newer rows than `change` says.

    Attributes:
        built: name → column, filled when first asked for; None for an attribute no item has.
        kinds_asked: what `kinds` has answered of this picture.
    """

    database: SqliteDatabase
    change: int
    shown: NDArray[np.bool_]
    tie: NDArray[np.uint64]
    built: dict[str, TextColumn | NumberColumn | None] = field(default_factory=dict)
    kinds_asked: dict[tuple[str, ...], NDArray[np.bool_]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def size(self) -> int:
        """1 + the largest item number."""
        return len(self.shown)

    @staticmethod
    def first(database: SqliteDatabase) -> Picture:
        """Reads the whole catalogue."""
        with database.reading() as connection:
            change = last_change(driver_connection(connection))
            size = 1 + int(connection.execute(select(func.max(items.c.number))).scalar() or 0)
            shown, tie = np.zeros(size, np.bool_), np.zeros(size, np.uint64)
            _read_rows(connection, None, shown, tie)
        return Picture(database, change, shown, tie)

    def brought_up(self) -> Picture:
        """This picture, or a newer one when something changed since."""
        limit = 1_000 + int(REBUILD_SHARE * self.size)
        with self.database.reading() as connection:
            change = last_change(driver_connection(connection))
            if change == self.change:
                return self
            news = read_changes(connection, self.change, limit)
            if len(news) == limit:
                return Picture.first(self.database)
            numbers = np.array([each.number for each in news if each.what in ("item", "item_removed")], np.int64)
            if not len(numbers):
                return Picture(self.database, change, self.shown, self.tie, self.built, self.kinds_asked, self.lock)
            return self._patched(connection, change, numbers)

    def _patched(self, connection: Connection, change: int, numbers: Numbers) -> Picture:
        size = max(self.size, 1 + int(numbers.max()))
        shown, tie = np.zeros(size, np.bool_), np.zeros(size, np.uint64)
        shown[: self.size], tie[: self.size] = self.shown, self.tie
        shown[numbers], tie[numbers] = False, 0
        _read_rows(connection, numbers, shown, tie)
        with self.lock:
            held = dict(self.built)
        built = {}
        for name, column in held.items():
            newer = patched(connection, name, column, numbers, size)
            if newer is not None:
                built[name] = newer[0]
        return Picture(self.database, change, shown, tie, built)

    def column(self, name: str) -> TextColumn | NumberColumn | None:
        """See the port."""
        if name not in self.built:
            with self.lock:
                if name not in self.built:
                    with self.database.reading() as connection:
                        self.built[name] = read_column(connection, name, self.size)
        return self.built[name]

    def kinds(self, names: tuple[str, ...]) -> NDArray[np.bool_]:
        """See the port."""
        if names not in self.kinds_asked:
            column = self.column("kind")
            wanted = [column.index.get(name, -2) for name in names] if isinstance(column, TextColumn) else []
            codes = column.codes if isinstance(column, TextColumn) else np.full(self.size, -1, np.int32)
            found = np.isin(codes, wanted)
            found.setflags(write=False)
            self.kinds_asked[names] = found
        return self.kinds_asked[names]


def _read_rows(
    connection: Connection, numbers: Numbers | None, shown: NDArray[np.bool_], tie: NDArray[np.uint64]
) -> None:
    """Fills both arrays for the given (or all) items that exist."""
    chosen = select(items.c.number, items.c.item_id, items.c.status == "active").where(items.c.removed == 0)
    if numbers is not None:
        chosen = chosen.where(among(items.c.number, numbers))
    for block in blocks(connection, chosen, 20_000):
        found, ids, active = zip(*block, strict=True)
        rows = np.array(found, np.int64)
        shown[rows] = np.array(active, np.bool_)
        tie[rows] = hash64_all(ids)
