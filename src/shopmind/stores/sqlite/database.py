"""One SQLite file: a writer connection behind a lock, pooled readers, and its faults in our words."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    PoolProxiedConnection,
    Select,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from shopmind.kit.clock import Clock, system_clock
from shopmind.kit.errors import BusyError, InputError, StorageError
from shopmind.kit.files import sync_folder
from shopmind.kit.log import note
from shopmind.stores.sqlite.migrations import bring_up

BUSY_TIMEOUT_S = 30.0
WRITER_CACHE_KIB = 64 * 1024
READER_CACHE_KIB = 8 * 1024
_log = logging.getLogger(__name__)


class SqliteDatabase:
    """The file behind all ports of one shop.

    Args:
        path: of the database file; made when there is none.
        clock: stamps records.
        bring_up: creates or takes forward the tables, in the transaction that opens the file.

    Raises:
        StorageError: the file cannot be opened, is no database, is another program's or a newer shopmind's.
    """

    def __init__(
        self, path: Path, *, clock: Clock = system_clock, bring_up: Callable[[Connection, Path], None] = bring_up
    ) -> None:
        self.path = path
        self.clock = clock
        self._lock = threading.Lock()
        with faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writers = self._engine("BEGIN IMMEDIATE", WRITER_CACHE_KIB, poolclass=StaticPool)
            self._readers = self._engine("BEGIN", READER_CACHE_KIB, poolclass=QueuePool, pool_size=8, max_overflow=56)
            try:
                self._writer = self._writers.connect()
                with self._writer.begin():
                    bring_up(self._writer, path)
            except BaseException:
                self._writers.dispose()
                raise

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """The only writer of this process, in a transaction that is durable when the block ends without an error."""
        with self._lock, faults(self.path), self._writer.begin():
            yield self._writer

    @contextlib.contextmanager
    def noting(self, patience_s: float | None = None) -> Iterator[Connection]:
        """As `writing`, but a power failure may lose what the block wrote; the end of a process never does.

        Args:
            patience_s: how long to wait for other writers, of this process and of others; None as long as `writing`.

        Raises:
            BusyError: others wrote for longer; the block has not begun.
        """
        if not self._lock.acquire(timeout=BUSY_TIMEOUT_S if patience_s is None else patience_s):
            raise BusyError(f"{self.path}: others have been writing for {patience_s} s")
        try:
            with faults(self.path):
                driver = driver_connection(self._writer)
                driver.execute("PRAGMA synchronous = NORMAL")
                if patience_s is not None:
                    driver.execute(f"PRAGMA busy_timeout = {round(patience_s * 1000)}")
                try:
                    with self._writer.begin():
                        yield self._writer
                finally:
                    driver.execute("PRAGMA synchronous = FULL")
                    driver.execute(f"PRAGMA busy_timeout = {round(BUSY_TIMEOUT_S * 1000)}")
        finally:
            self._lock.release()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A reader that sees one moment of the database throughout the block."""
        with faults(self.path), self._readers.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def looking(self) -> Iterator[sqlite3.Connection]:
        """The driver's own reader, each of whose statements sees a moment of its own: `reading` without a transaction,
        for what every answer looks up by one statement."""
        with faults(self.path), contextlib.closing(self._readers.raw_connection()) as connection:
            yield _sqlite(connection)

    def wipe_log(self, patience_s: float = 5.0) -> bool:
        """Moves the write-ahead log into the file and empties it, so that erased bytes are in neither.

        Returns:
            False when readers of other processes held it for longer than `patience_s`; it is done at the next call.
        """
        deadline = time.monotonic() + patience_s
        while True:
            with self._lock, faults(self.path):
                driver = driver_connection(self._writer)
                busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not busy:
                return True
            if time.monotonic() > deadline:
                note(_log, logging.WARNING, "the write-ahead log is held by readers and was not emptied")
                return False
            time.sleep(0.05)

    def backup(self, target: Path) -> None:
        """Copies one consistent moment to the file `target` while others read and write.

        Raises:
            StorageError: `target` cannot be written.
        """
        draft = target.with_name(f".{target.name}.draft")
        try:
            with self.reading() as connection, faults(target), contextlib.closing(_open_plain(draft)) as copy:
                driver_connection(connection).backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            with faults(target):
                draft.replace(target)
                sync_folder(target.parent)
        finally:
            draft.unlink(missing_ok=True)

    def check(self) -> list[str]:
        """What SQLite finds wrong in the file; empty when it is sound."""
        try:
            with self.reading() as connection:
                found = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
        except StorageError as error:
            return [error.message]
        return [f"{self.path}: {line}" for line in found if line != "ok"]

    def close(self) -> None:
        """Closes every connection of this process."""
        self._readers.dispose()
        self._writer.close()
        self._writers.dispose()

    def _engine(self, begin: str, cache_kib: int, **pool: Any) -> Engine:
        engine = create_engine("sqlite://", creator=lambda: _open(self.path, cache_kib), **pool)
        event.listen(engine, "begin", lambda connection: driver_connection(connection).execute(begin))
        return engine


@contextlib.contextmanager
def faults(path: Path) -> Iterator[None]:
    """Turns the driver's faults into ours.

    Raises:
        StorageError: the disk is full, the file is corrupt, no database or not writable.
        BusyError: another process held the database for longer than the timeout.
        InputError: a text that is no Unicode or a number beyond 64 bits.
    """
    try:
        yield
    except DBAPIError as error:
        raise _translated(path, error.orig) from error
    except sqlite3.Error as error:
        raise _translated(path, error) from error
    except OSError as error:
        raise StorageError(f"{path}: cannot be used ({error.strerror})") from error
    except UnicodeEncodeError as error:
        raise InputError(f"{path.name}: a text is not valid Unicode: {error.reason}") from error
    except OverflowError as error:
        raise InputError(f"{path.name}: a number does not fit into 64 bits") from error


def _translated(path: Path, error: BaseException | None) -> Exception:
    said = str(error)
    if isinstance(error, UnicodeEncodeError | OverflowError):
        return InputError(f"{path.name}: a value cannot be stored: {said}")
    if "locked" in said or "busy" in said:
        return BusyError(f"{path}: another process has held the database for {BUSY_TIMEOUT_S:.0f} s", retry_after_s=5)
    if "full" in said:
        return StorageError(f"{path}: the disk is full; nothing acknowledged is lost, free some space")
    if "malformed" in said or "not a database" in said:
        return StorageError(f"{path}: the database is corrupt or not a database ({said}); restore a backup")
    return StorageError(f"{path}: {said}")


def _open(path: Path, cache_kib: int) -> sqlite3.Connection:
    connection = _open_plain(path)
    try:
        use_write_ahead_log(connection)
        for pragma in (
            "synchronous = FULL",
            "foreign_keys = OFF",
            "secure_delete = ON",
            "temp_store = MEMORY",
            f"cache_size = -{cache_kib}",
        ):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def _open_plain(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)


def use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """The switch to WAL does not wait for its lock as other statements do, so two first openers could collide."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def driver_connection(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection, within whose transaction this one is."""
    return _sqlite(connection.connection)


def _sqlite(pooled: PoolProxiedConnection) -> sqlite3.Connection:
    driver = pooled.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise StorageError(f"{type(driver).__name__} is not a SQLite connection")
    return driver


_LISTED = "listed"


def among(column: ColumnElement[Any], values: Sequence[str] | Sequence[int] | NDArray[np.int64]) -> ColumnElement[bool]:
    """`column IN values` as one bound JSON text: no limit on how many, and one compiled statement for any number."""
    listed = orjson.dumps(values if isinstance(values, np.ndarray) else list(values), option=orjson.OPT_SERIALIZE_NUMPY)
    return column.in_(select(func.json_each(listed.decode()).table_valued("value").c.value))


class Listed:
    """The rows of a statement whose `column` is among values: made once, and asked without SQLAlchemy on the way."""

    def __init__(self, statement: Select[Any], column: ColumnElement[Any]) -> None:
        listed = select(func.json_each(bindparam(_LISTED)).table_valued("value").c.value)
        compiled = statement.where(column.in_(listed)).compile(dialect=sqlite_dialect.dialect())
        self._sql = str(compiled)
        self._values = {name: value for name, value in compiled.params.items() if name != _LISTED}
        self._order: Sequence[str] = compiled.positiontup or ()

    def rows(self, driver: sqlite3.Connection, values: Sequence[str] | Sequence[int]) -> list[Any]:
        """The driver's own rows."""
        listed = orjson.dumps(list(values)).decode()
        asked = [listed if name == _LISTED else self._values[name] for name in self._order]
        return driver.execute(self._sql, asked).fetchall()


def blocks(connection: Connection, statement: Select[Any], rows: int) -> Iterator[Sequence[Any]]:
    """The driver's own rows, at most `rows` at a time: a third of the time of the result's rows, which know names."""
    cursor = connection.execute(statement).cursor
    while cursor is not None and (block := cursor.fetchmany(rows)):
        yield block


def fetched(connection: Connection, statement: Select[Any]) -> list[Any]:
    """All of the driver's own rows at once."""
    cursor = connection.execute(statement).cursor
    return [] if cursor is None else list(cursor.fetchall())


def next_number(connection: Connection, table: Table) -> int:
    """The number of the next row of `table`, never given before; to be called inside a write."""
    held = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).scalar()
    return 1 if held is None else int(held) + 1


def insert_sql(table: Table, *, or_: str = "") -> str:
    """INSERT with one ? a column in the table's order, for the driver's executemany."""
    statement = table.insert().prefix_with(f"OR {or_}") if or_ else table.insert()
    return str(statement.compile(dialect=sqlite_dialect.dialect()))
