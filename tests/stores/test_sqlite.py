"""What is SQLite's own: versions, faults, backup, bytes on disk."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES, Event, Item, User
from shopmind.kit.errors import InputError, StorageError
from shopmind.stores.database import ShopDatabase, open_database
from shopmind.stores.ports import EVENT_FRAME
from shopmind.stores.sqlite import event_reads
from shopmind.stores.sqlite.database import SqliteDatabase
from shopmind.stores.sqlite.events import SqliteEvents
from shopmind.stores.sqlite.records import SqliteRecords
from shopmind.stores.sqlite.schema import DISLIKE, HISTORY, SCHEMA_VERSION, SEARCH
from shopmind.testing.pace import within


def reopened(path: Path) -> ShopDatabase:
    return open_database(f"sqlite:///{path}")


def test_an_unknown_scheme_is_refused_with_the_menu() -> None:
    with pytest.raises(InputError, match=r"postgres.*allowed: sqlite"):
        open_database("postgres://localhost/shop")
    with pytest.raises(InputError, match="sqlite:///PATH"):
        open_database("sqlite:shop.db")


def test_the_partial_indexes_speak_of_the_types_they_should() -> None:
    left_out = [code for code, name in enumerate(EVENT_TYPES) if name not in HISTORY_TYPES]
    assert f"type NOT IN ({', '.join(map(str, left_out))}) AND item IS NOT NULL" == HISTORY
    assert f"type = {EVENT_TYPES.index('search')}" == SEARCH
    assert f"type = {EVENT_TYPES.index('dislike')}" == DISLIKE


def test_reading_a_history_and_the_queries_uses_their_indexes(database: ShopDatabase, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        for sql, found in (
            (event_reads._OF_USER, "USING COVERING INDEX events_user (user=? AND number>?)"),
            (event_reads._OF_SESSION, "USING INDEX events_session (session=? AND number>?)"),
        ):
            columns = event_reads._AS_COLUMNS.format(sql)
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {columns}", ("x", 0, 5))]
            assert f"SEARCH events {found}" in plan
            assert not any("SCAN events" in step for step in plan)
        for code, user_index, session_index in (
            (EVENT_TYPES.index("dislike"), "INDEX events_disliked ", "INDEX events_disliked_in "),
            (EVENT_TYPES.index("favourite"), "COVERING INDEX events_user ", "INDEX events_session "),
        ):
            for sql, index in zip(event_reads.ever_sql(code), (user_index, session_index), strict=True):
                plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", ("x",)).fetchall()
                assert index in plan[0][3]
        sql = f"SELECT query, count(*) FROM events WHERE {SEARCH} AND query IS NOT NULL GROUP BY query"
        assert "events_search" in connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()[0][3]
    connection.close()


class Interrupted:
    """A connection before whose second statement something happens."""

    def __init__(self, driver: sqlite3.Connection, happens: Callable[[], object]) -> None:
        self._driver, self._happens, self._asked = driver, happens, 0

    def execute(self, sql: str, parameters: tuple[object, ...]) -> sqlite3.Cursor:
        self._asked += 1
        if self._asked == 2:
            self._happens()
        return self._driver.execute(sql, parameters)


def test_a_history_of_user_and_session_is_of_one_moment(
    database: ShopDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reads on from the newest number would never see what was written to the one while the other was read."""
    database.catalogue.put([Item("a")])

    def written() -> None:
        database.events.append([Event("2", "view", 2, user_id="u", item_id="a")])
        database.events.append([Event("3", "view", 3, session_id="s", item_id="a")])

    database.events.append([Event("1", "view", 1, user_id="u", item_id="a")])
    looking = SqliteDatabase.looking

    @contextlib.contextmanager
    def interrupted(self: SqliteDatabase) -> Iterator[object]:
        with looking(self) as driver:
            yield Interrupted(driver, written)

    monkeypatch.setattr(SqliteDatabase, "looking", interrupted)
    first = database.events.history("u", "s")
    monkeypatch.undo()
    written()
    later = database.events.history("u", "s", after=int(first.numbers.max()))
    assert sorted([*first.numbers.tolist(), *later.numbers.tolist()]) == [1, 2, 3]


class TestVersions:
    def first_version(self, path: Path) -> None:
        """A database as version 1 left it: a change log with every change, and no subject."""
        reopened(path).close()
        with sqlite3.connect(path) as old:
            old.execute("DROP TABLE changes")
            old.execute(
                "CREATE TABLE changes (change INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, what VARCHAR NOT NULL, "
                "number INTEGER NOT NULL)"
            )
            rows = [("item", 1), ("item", 2), ("user", 1), ("item", 1), ("item_removed", 2), ("user_erased", 1)]
            old.executemany("INSERT INTO changes (what, number) VALUES (?, ?)", rows)
            old.execute("INSERT INTO users VALUES (1, 'u', NULL, '{}', '{}')")
            old.execute("PRAGMA user_version = 1")
        old.close()

    def test_version_1_is_taken_forward_and_keeps_its_rows(self, tmp_path: Path) -> None:
        self.first_version(tmp_path / "shop.db")
        database = reopened(tmp_path / "shop.db")
        changes = [(c.change, c.what, c.number) for c in database.catalogue.changes(0)]
        assert changes == [(4, "item", 1), (5, "item_removed", 2), (6, "user_erased", 1)]
        assert database.users.get("u") == User("u")
        database.catalogue.put([Item("a"), Item("a", title="b")])
        assert database.catalogue.last_change() == 7
        database.close()
        with sqlite3.connect(tmp_path / "shop.db") as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        connection.close()

    def test_a_taken_forward_database_has_the_tables_of_a_new_one(self, tmp_path: Path) -> None:
        self.first_version(tmp_path / "old.db")
        reopened(tmp_path / "old.db").close()
        reopened(tmp_path / "new.db").close()

        def shape(name: str) -> dict[str, list[tuple[object, ...]]]:
            with sqlite3.connect(tmp_path / name) as connection:
                tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE sql IS NOT NULL")]
                found = {
                    table: sorted(
                        tuple(row[1:3]) for row in connection.execute(f"SELECT * FROM pragma_table_xinfo('{table}')")
                    )
                    for table in tables
                }
            connection.close()
            return found

        assert shape("old.db") == shape("new.db")

    def test_a_step_that_fails_leaves_the_old_version(self, tmp_path: Path) -> None:
        path = tmp_path / "shop.db"
        self.first_version(path)
        with sqlite3.connect(path) as broken:
            broken.execute("CREATE TABLE changes_subject (x)")
        broken.close()
        with pytest.raises(StorageError, match="changes_subject"):
            reopened(path)
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (1,)
            assert connection.execute("SELECT count(*) FROM changes").fetchone() == (6,)
            connection.execute("DROP TABLE changes_subject")
        connection.close()
        reopened(path).close()

    def test_a_newer_database_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "shop.db"
        reopened(path).close()
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        connection.close()
        with pytest.raises(StorageError, match=rf"schema version {SCHEMA_VERSION + 1} is newer.*upgrade shopmind"):
            reopened(path)

    def test_the_database_of_another_program_is_refused(self, tmp_path: Path) -> None:
        with sqlite3.connect(tmp_path / "shop.db") as connection:
            connection.execute("CREATE TABLE bookmarks (x)")
        connection.close()
        with pytest.raises(StorageError, match=r"another program .*bookmarks"):
            reopened(tmp_path / "shop.db")


class TestFaults:
    def test_a_file_that_is_no_database_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "shop.db").write_bytes(b"this is a text, not a database. " * 500)
        with pytest.raises(StorageError, match=r"shop\.db.*not a database.*restore a backup"):
            reopened(tmp_path / "shop.db")

    def test_a_folder_that_cannot_be_used_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises(StorageError, match="file"):
            reopened(tmp_path / "file" / "shop.db")

    def test_a_damaged_file_is_found_by_check_and_by_reading(self, tmp_path: Path) -> None:
        path = tmp_path / "shop.db"
        database = reopened(path)
        database.catalogue.put([Item(str(i), title="t" * 100) for i in range(3_000)])
        assert database.check() == []
        database.close()
        content = bytearray(path.read_bytes())
        for page in range(40, len(content) // 4096):  # past the empty tables
            content[page * 4096 : page * 4096 + 200] = b"\xff" * 200
        path.write_bytes(content)
        damaged = reopened(path)
        found = damaged.check()
        assert found
        assert "shop.db" in found[0]
        with pytest.raises(StorageError, match="corrupt"):
            list(damaged.catalogue.scan())
        damaged.close()

    def test_a_full_disk_refuses_the_write_and_keeps_what_was_there(self, tmp_path: Path) -> None:
        full = SqliteDatabase(tmp_path / "shop.db")
        events = SqliteEvents(full)
        events.append([Event("kept", "search", 1, query="kept")])
        with full.writing() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")
        with pytest.raises(StorageError, match="disk is full; nothing acknowledged is lost"):
            events.append([Event(str(i), "search", 1, query="x" * 500) for i in range(500)])
        assert events.count() == 1
        assert events.append([Event("small", "search", 2)]).status == ("accepted",)
        full.close()
        database = reopened(tmp_path / "shop.db")
        assert database.check() == []
        assert database.events.count() == 2
        database.close()

    @pytest.mark.parametrize("bad", [Item("a", title="\ud800"), Item("a", price_minor=2**70)])
    def test_what_cannot_be_stored_is_bad_input(self, database: ShopDatabase, bad: Item) -> None:
        with pytest.raises(InputError):
            database.catalogue.put([Item("good"), bad])
        assert database.catalogue.numbers(["good"]).tolist() == [-1]

    def test_a_group_of_writers_shares_its_fault_and_the_next_gets_in(self, database: ShopDatabase) -> None:
        with pytest.raises(InputError):
            database.events.append([Event("1", "search", 2**70)])
        assert database.events.append([Event("1", "search", 1)]).status == ("accepted",)


class TestBackup:
    def test_it_is_one_moment_while_others_write(self, database: ShopDatabase, tmp_path: Path) -> None:
        database.catalogue.put([Item("a")])
        stop = threading.Event()

        def write() -> None:
            step = 0
            while not stop.is_set():
                pair = [Event(f"{step}-{i}", "view", step, user_id="u", item_id="a") for i in range(2)]
                database.events.append(pair)
                step += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for i in range(5):
                database.backup(tmp_path / f"copy{i}.db")
        finally:
            stop.set()
            writer.join()
        for i in range(5):
            copy = reopened(tmp_path / f"copy{i}.db")
            assert copy.check() == []
            assert copy.events.count() % 2 == 0
            assert copy.catalogue.get([1]) == [Item("a")]
            copy.close()
        assert not list(tmp_path.glob("*draft*"))

    def test_a_target_that_cannot_be_written_is_named(self, database: ShopDatabase, tmp_path: Path) -> None:
        with pytest.raises(StorageError, match="nowhere"):
            database.backup(tmp_path / "nowhere" / "copy.db")


def test_erased_bytes_are_in_no_file(database: ShopDatabase, tmp_path: Path) -> None:
    secret, words, payload = "pseudonym-of-somebody", "a very private question", "slate-of-somebody"
    database.catalogue.put([Item("a")])
    for user in (secret, "other"):
        database.users.put([User(user, attributes={"note": f"note-{user}"})])
        database.events.append(
            [
                Event(f"{user}{i}", "search", i, user_id=user, session_id=f"s-{user}", query=f"{words} {user} {i}")
                for i in range(500)
            ]
        )
        database.records.put("slate", user, {"note": f"{payload} {user}"}, user_id=user)

    def files_hold(text: str) -> bool:
        return any(text.encode() in path.read_bytes() for path in tmp_path.glob("shop.db*"))

    assert files_hold(secret)
    assert files_hold(f"{words} {secret}")
    assert database.users.erase(secret) == {"users": 1, "events": 500, "links": 0, "records": 1}
    assert not files_hold(secret)
    assert files_hold("other")
    assert files_hold(f"{words} other")


def test_pruning_drops_what_is_older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shopmind.stores.sqlite.events.PRUNE_ROWS", 7)
    now = [1_000]
    store = SqliteDatabase(tmp_path / "shop.db", clock=lambda: now[0])
    events, records = SqliteEvents(store), SqliteRecords(store)
    events.append([Event(str(i), "search", i, query=f"query-{i}.") for i in range(50)])
    assert events.prune(30) == 30
    assert events.time_range() == (30, 49)
    assert not any(b"query-3." in path.read_bytes() for path in tmp_path.glob("shop.db*"))
    assert events.prune(30) == 0
    records.put("slate", "old", {})
    now[0] = 2_000
    records.put("slate", "new", {})
    records.put("key", "old", {})
    assert records.prune("slate", 2_000) == 1
    assert [key for key, _ in records.scan("slate")] == ["new"]
    store.close()


@pytest.mark.slow
def test_three_million_events_of_one_user_do_not_slow_the_next_answer(database: ShopDatabase) -> None:
    database.catalogue.put([Item(str(i)) for i in range(100)])
    rows = 3_000_000
    numbers = pl.arange(0, rows, eager=True)
    frame = pl.DataFrame({"event_id": "file-" + numbers.cast(pl.String), "timestamp_ms": numbers}).with_columns(
        pl.lit("view").alias("type"), pl.lit("robot").alias("user_id"), (numbers % 100).cast(pl.String).alias("item_id")
    )
    missing = [pl.lit(None).cast(kind).alias(name) for name, kind in EVENT_FRAME.items() if name not in frame.columns]
    with within(rows / 20_000, clock=time.process_time):
        database.events.append_frame(frame.with_columns(missing))
    database.events.append([Event("x", "view", rows, user_id="person", item_id="1")])
    history = database.events.history("robot", None)
    assert history.times_ms.tolist() == list(range(rows - 5_000, rows))
    for who, seconds in (("robot", 0.05), ("person", 0.005)):
        with within(5 * seconds):
            for _ in range(5):
                database.events.history(who, None)
    assert database.users.erase("robot")["events"] == rows
