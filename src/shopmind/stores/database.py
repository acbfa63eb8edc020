"""All ports of one database, opened by its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from shopmind.stores.counters import Counters
from shopmind.stores.ledger import Ledger
from shopmind.stores.menus import DATABASES
from shopmind.stores.ports import Catalogue, Events, Links, Records, Users
from shopmind.stores.redemptions import Redemptions
from shopmind.stores.traces import Traces


@dataclass(frozen=True, slots=True)
class ShopDatabase:
    """The ports of one database.

    Attributes:
        url: its address.
        backup: copies one consistent moment to a file while others read and write.
        check: what is wrong with it, in words; empty when it is sound.
        close: lets go of every connection.
    """

    url: str
    catalogue: Catalogue
    users: Users
    events: Events
    links: Links
    records: Records
    counters: Counters
    ledger: Ledger
    redemptions: Redemptions
    traces: Traces
    backup: Callable[[Path], None]
    check: Callable[[], list[str]]
    close: Callable[[], None]


def open_database(url: str) -> ShopDatabase:
    """Opens (or makes) the database at `url`; the technology is the address's scheme, as in `sqlite:///shop.db`.

    Raises:
        InputError: an unknown scheme; the message lists the menu.
        StorageError: the database cannot be opened.
    """
    scheme = url.partition(":")[0]
    return cast(ShopDatabase, DATABASES.load(scheme, where=f"database {url!r}: scheme")(url))
