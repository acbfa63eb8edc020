"""Forward migrations: step n brings a database of version n to n + 1, all in the transaction that opens it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from shopmind.kit.errors import StorageError
from shopmind.stores.sqlite.schema import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    ad_accounts,
    ad_holds,
    ad_settled,
    metadata,
)


def _log_one_line_a_subject(connection: Connection) -> None:
    """1 → 2: the change log keeps only the newest line of an item, user or the links, so it cannot grow for ever."""
    connection.exec_driver_sql("ALTER TABLE changes ADD COLUMN subject VARCHAR NOT NULL DEFAULT ''")
    connection.exec_driver_sql(
        "UPDATE changes SET subject = CASE what WHEN 'item_removed' THEN 'item' WHEN 'user_erased' THEN 'user' "
        "ELSE what END"
    )
    connection.exec_driver_sql(
        "DELETE FROM changes WHERE change NOT IN (SELECT max(change) FROM changes GROUP BY subject, number)"
    )
    connection.exec_driver_sql("CREATE UNIQUE INDEX changes_subject ON changes (subject, number)")


def _cover_histories(connection: Connection) -> None:
    """2 → 3: the index of a user's events holds the columns of a history."""
    connection.exec_driver_sql("DROP INDEX IF EXISTS events_user")
    connection.exec_driver_sql(
        "CREATE INDEX events_user ON events (user, number, item, type, timestamp_ms, quantity, order_number) "
        "WHERE type NOT IN (0, 1) AND item IS NOT NULL AND user IS NOT NULL"
    )


def _find_own_searches(connection: Connection) -> None:
    """3 → 4: what a user or a session searched for is found by an index."""
    for name, who in (("events_asked", "user"), ("events_asked_in", "session")):
        connection.exec_driver_sql(
            f"CREATE INDEX IF NOT EXISTS {name} ON events ({who}, number) WHERE type = 1 AND {who} IS NOT NULL"
        )


def _count_what_followed(connection: Connection) -> None:
    """4 → 5: what may have led to something is found by an index, and counters have tables."""
    touch = "(type = 0 OR request_id IS NOT NULL) AND item IS NOT NULL"
    for statement in (
        "CREATE INDEX IF NOT EXISTS events_request ON events (request_id) WHERE request_id IS NOT NULL",
        f"CREATE INDEX IF NOT EXISTS events_touch ON events (user, item) WHERE {touch} AND user IS NOT NULL",
        f"CREATE INDEX IF NOT EXISTS events_touch_in ON events (session, item) WHERE {touch} AND session IS NOT NULL",
        "CREATE TABLE IF NOT EXISTS counters (name VARCHAR NOT NULL, day INTEGER NOT NULL, scenario VARCHAR NOT NULL, "
        "variant VARCHAR NOT NULL, subject INTEGER NOT NULL, figure VARCHAR NOT NULL, value BIGINT NOT NULL, "
        "PRIMARY KEY (name, day, scenario, variant, subject, figure)) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS counted (mark VARCHAR NOT NULL, body TEXT NOT NULL, PRIMARY KEY (mark)) "
        "WITHOUT ROWID",
    ):
        connection.exec_driver_sql(statement)


def _keep_money_of_ads(connection: Connection) -> None:
    """5 → 6: the ledger of ads has tables."""
    metadata.create_all(connection, [ad_holds, ad_accounts, ad_settled])


def _find_dislikes(connection: Connection) -> None:
    """6 → 7: whether somebody ever disliked anything is found by an index."""
    for name, who in (("events_disliked", "user"), ("events_disliked_in", "session")):
        connection.exec_driver_sql(
            f"CREATE INDEX IF NOT EXISTS {name} ON events ({who}) WHERE type = 10 AND {who} IS NOT NULL"
        )


STEPS: dict[int, Callable[[Connection], None]] = {
    1: _log_one_line_a_subject,
    2: _cover_histories,
    3: _find_own_searches,
    4: _count_what_followed,
    5: _keep_money_of_ads,
    6: _find_dislikes,
}


def bring_up(connection: Connection, path: Path) -> None:
    """Creates the tables of a new database, or takes an older one forward; to be called inside a transaction.

    Raises:
        StorageError: the database belongs to another program, or was written by a newer shopmind.
    """
    version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if version > SCHEMA_VERSION:
        raise StorageError(
            f"{path}: its schema version {version} is newer than the {SCHEMA_VERSION} this shopmind knows: "
            "upgrade shopmind, or open a backup made by this version"
        )
    if version == 0:
        _refuse_strangers(connection, path)
        metadata.create_all(connection)
    for step in range(version or SCHEMA_VERSION, SCHEMA_VERSION):
        STEPS[step](connection)
    if version != SCHEMA_VERSION:
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _refuse_strangers(connection: Connection, path: Path) -> None:
    tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    if tables:
        raise StorageError(f"{path}: is a database of another program (tables {', '.join(sorted(tables)[:5])})")
