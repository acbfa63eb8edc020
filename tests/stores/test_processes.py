"""Several processes over one shop."""

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from shopmind.domain import Event, Item
from shopmind.stores.database import ShopDatabase, open_database

Child = Callable[[str], subprocess.Popen[str]]

READER = """
    import time
    from shopmind.stores.database import open_database
    database = open_database(f"sqlite:///{folder}/shop.db")
    print("ready", flush=True)
    seen, pictures, deadline = 0, 0, time.monotonic() + 180
    while (seen < 60 or pictures < 60) and time.monotonic() < deadline:
        history = database.events.history("u", None)
        assert len(history) >= seen, (len(history), seen)
        seen = len(history)
        columns = database.catalogue.columns()
        assert columns.shown.sum() >= pictures
        pictures = int(columns.shown.sum())
        assert database.events.table(after=max(0, seen - 5)).height >= 0
    print(seen, pictures, flush=True)
"""


def test_two_processes_read_while_a_third_writes(child: Child, database: ShopDatabase) -> None:
    database.catalogue.put([Item("0")])
    readers = [child(READER), child(READER)]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    for step in range(60):
        database.catalogue.put([Item(str(step))])
        database.events.append([Event(str(step), "view", step, user_id="u", item_id=str(step))])
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "60 60\n"
        assert reader.wait() == 0


def test_processes_that_open_a_new_shop_at_once_all_succeed(child: Child) -> None:
    opener = """
        from shopmind.domain import Item
        from shopmind.stores.database import open_database
        database = open_database(f"sqlite:///{folder}/new.db")
        print(database.catalogue.put([Item("a")])[0], flush=True)
    """
    openers = [child(opener) for _ in range(3)]
    for process in openers:
        assert process.stdout is not None
        assert process.stdout.read() == "1\n"
        assert process.wait() == 0


def test_the_picture_follows_another_writer_within_a_second(database: ShopDatabase, tmp_path: Path) -> None:
    other = open_database(f"sqlite:///{tmp_path}/shop.db")
    database.catalogue.put([Item("a")])
    assert other.catalogue.columns().size == 2
    database.catalogue.put([Item("b"), Item("c")])
    time.sleep(0.9)  # what is asked for then is of that moment, however long the answer takes
    assert other.catalogue.columns().size == 4
    other.close()


def test_threads_read_and_write_through_one_database(database: ShopDatabase) -> None:
    database.catalogue.put([Item("a")])
    stop = threading.Event()
    failures: list[Exception] = []

    def read() -> None:
        while not stop.is_set():
            try:
                database.catalogue.columns().column("brand")
                database.events.history("u", "s")
                database.events.last_number()
            except Exception as error:  # noqa: BLE001 - any fault fails the test
                failures.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for i in range(50):
        database.events.append([Event(str(i), "view", i, user_id="u", session_id="s", item_id="a")])
        database.catalogue.put([Item("a", brand=str(i))])
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert len(database.events.history("u", "s")) == 50
