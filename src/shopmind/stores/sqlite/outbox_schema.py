"""Tables of the file of messages. Change them only together with a step forward in `bring_up`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, SmallInteger, String, Table, Text, text

from shopmind.kit.errors import StorageError

VERSION = 1
APPLICATION_ID = 0x53484D4D
"""Says in the file's header that it holds a shop's messages ("SHMM")."""

metadata = MetaData()

contacts = Table(
    "contacts",
    metadata,
    Column("channel", String, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_with_rowid=False,
)

stops = Table(
    "stops",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("why", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

messages = Table(
    "messages",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("message_id", Text, nullable=False),
    Column("campaign", String, nullable=False),
    Column("run", String, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("channel", String, nullable=False),
    Column("send_at_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("why", String, nullable=False),
    Column("tried_ms", BigInteger),
)

runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("campaign", String, nullable=False),
    Column("run", String, nullable=False),
    Column("report", Text, nullable=False),
)

Index("messages_id", messages.c.message_id, unique=True)
Index("messages_user", messages.c.user_id, messages.c.send_at_ms)
Index("messages_due", messages.c.send_at_ms, sqlite_where=text("state = 0"))
Index("messages_taken", messages.c.number, sqlite_where=text("state = 1"))
Index("runs_name", runs.c.campaign, runs.c.run, unique=True)


def bring_up(connection: Connection, path: Path) -> None:
    """Creates the tables of a new file; to be called inside a transaction.

    Raises:
        StorageError: the file belongs to another program, or was written by a newer shopmind.
    """
    version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    application = int(connection.exec_driver_sql("PRAGMA application_id").scalar_one())
    if version > VERSION or (version and application != APPLICATION_ID):
        raise StorageError(f"{path}: is not a file of messages that this shopmind can read (version {version})")
    if version == 0:
        metadata.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
