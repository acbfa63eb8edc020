"""What was acknowledged is there after kill -9, and what was half done is not or is done again."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np

from shopmind.stores.database import open_database
from shopmind.stores.folder_artifacts import FolderArtifacts
from shopmind.stores.lease import Lease
from shopmind.stores.tantivy_text import TantivyText
from shopmind.stores.usearch_vectors import UsearchVectors

Child = Callable[[str], subprocess.Popen[str]]
Kill = Callable[[subprocess.Popen[str], int], list[str]]


def test_acknowledged_events_and_items_survive(child: Child, killed_after: Kill, tmp_path: Path) -> None:
    writer = child("""
        from shopmind.domain import Event, Item
        from shopmind.stores.database import open_database
        database = open_database(f"sqlite:///{folder}/shop.db")
        for step in range(100_000):
            database.catalogue.put([Item(f"{step}-{i}", title="x" * 50) for i in range(20)])
            made = [Event(f"{step}-{i}", "view", step, user_id=f"u{i}", item_id=f"{step}-{i}") for i in range(20)]
            database.events.append(made)
            print(step, flush=True)
    """)
    acknowledged = [int(line) for line in killed_after(writer, 30)]
    database = open_database(f"sqlite:///{tmp_path}/shop.db")
    assert database.check() == []
    steps = database.events.table()["timestamp_ms"].value_counts()
    assert set(acknowledged) <= set(steps["timestamp_ms"])
    assert steps["count"].unique().to_list() == [20]
    ids = [f"{step}-{i}" for step in acknowledged for i in range(20)]
    assert (database.catalogue.numbers(ids) > 0).all()
    assert len(list(database.catalogue.scan())) % 20 == 0
    database.close()


def test_an_index_killed_while_updating_knows_how_far_it_came(child: Child, killed_after: Kill, tmp_path: Path) -> None:
    writer = child("""
        import numpy as np
        from shopmind.stores.tantivy_text import TantivyText
        from shopmind.stores.usearch_vectors import UsearchVectors
        text = TantivyText(folder / "text", fields={"title": 1.0})
        vectors = UsearchVectors(folder / "vectors", "e", 8)
        rng = np.random.default_rng(0)
        for step in range(1, 100_000):
            numbers = np.arange(step * 500, step * 500 + 500)
            text.update([(int(n), {"title": [f"w{n}", "all"]}) for n in numbers], [], mark=step)
            vectors.update(numbers, rng.normal(size=(500, 8)).astype(np.float32), [], mark=step)
            print(step, flush=True)
    """)
    last = int(killed_after(writer, 12)[-1])
    text = TantivyText(tmp_path / "text", fields={"title": 1.0})
    vectors = UsearchVectors(tmp_path / "vectors", "e", 8)
    assert text.fault() is None
    assert vectors.fault() is None
    assert last <= text.mark() <= last + 1
    assert last <= vectors.mark() <= last + 1
    assert vectors.count() == 500 * vectors.mark()
    for number in (500, last * 500 + 499):
        assert text.search([f"w{number}"], 5)[0].tolist() == [number]
        assert not np.isnan(vectors.vectors(np.array([number]))).any()
    again = [(n, {"title": [f"w{n}", "all"]}) for n in range(500, (last + 2) * 500)]
    text.update(again, [], mark=last + 1)
    assert text.count() == 500 * (last + 1)


def test_an_artifact_killed_while_being_saved_is_not_there(child: Child, killed_after: Kill, tmp_path: Path) -> None:
    writer = child("""
        import numpy as np
        from shopmind.stores.folder_artifacts import FolderArtifacts
        artifacts = FolderArtifacts(folder / "artifacts")
        for step in range(100_000):
            arrays = {f"array{i}": np.full(100_000, step) for i in range(6)}
            print(artifacts.save("a", arrays, {"step": step}).version, flush=True)
    """)
    acknowledged = killed_after(writer, 4)
    artifacts = FolderArtifacts(tmp_path / "artifacts")
    (tmp_path / "artifacts" / "a" / ".draft-left").mkdir(exist_ok=True)
    current = artifacts.load("a")
    assert current is not None
    assert current.version == acknowledged[-1] or current.card["step"] == len(acknowledged)
    for version in artifacts.versions("a"):
        loaded = artifacts.load("a", version)
        assert loaded is not None
        assert {int(array[-1]) for array in loaded.arrays.values()} == {loaded.card["step"]}
    artifacts.save("a", {"x": np.arange(3)}, {})
    assert not list((tmp_path / "artifacts" / "a").glob(".draft*"))


def test_a_lease_is_free_again_when_its_holder_is_killed(child: Child, killed_after: Kill, tmp_path: Path) -> None:
    holder = child("""
        import time
        from shopmind.stores.lease import Lease
        print(Lease(folder / "lease").acquire(), flush=True)
        time.sleep(600)
    """)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    lease = Lease(tmp_path / "lease")
    assert lease.acquire() is False
    assert lease.holder() == holder.pid
    killed_after(holder, 0)
    assert lease.acquire() is True
    lease.release()
