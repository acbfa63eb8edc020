"""A shop's database in one SQLite file."""

from __future__ import annotations

from pathlib import Path

from shopmind.kit.errors import InputError
from shopmind.stores.database import ShopDatabase
from shopmind.stores.sqlite.catalogue import SqliteCatalogue
from shopmind.stores.sqlite.counters import SqliteCounters
from shopmind.stores.sqlite.database import SqliteDatabase
from shopmind.stores.sqlite.events import SqliteEvents
from shopmind.stores.sqlite.ledger import SqliteLedger
from shopmind.stores.sqlite.links import SqliteLinks
from shopmind.stores.sqlite.records import SqliteRecords
from shopmind.stores.sqlite.redemptions import SqliteRedemptions
from shopmind.stores.sqlite.traces import SqliteTraces
from shopmind.stores.sqlite.users import SqliteUsers


def open_sqlite(url: str) -> ShopDatabase:
    """All ports over the file of `sqlite:///relative/path` or `sqlite:////absolute/path`.

    Raises:
        InputError: the address names no file.
        StorageError: the file cannot be opened as a shop's database.
    """
    path = url.removeprefix("sqlite:///")
    if path == url or not path:
        raise InputError(f"database {url!r}: the form is sqlite:///PATH")
    database = SqliteDatabase(Path(path))
    return ShopDatabase(
        url=url,
        catalogue=SqliteCatalogue(database),
        users=SqliteUsers(database),
        events=SqliteEvents(database),
        links=SqliteLinks(database),
        records=SqliteRecords(database),
        counters=SqliteCounters(database),
        ledger=SqliteLedger(database),
        redemptions=SqliteRedemptions(database),
        traces=SqliteTraces(database),
        backup=database.backup,
        check=database.check,
        close=database.close,
    )
