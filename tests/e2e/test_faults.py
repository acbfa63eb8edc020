"""Wrong input and faults, through the doors that people use."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import shopmind
from shopmind.kit.errors import StorageError
from shopmind.operations.doctor import examine
from shopmind.samples import write_tiny
from shopmind.testing.tiny_shop import make_tiny_shop

NOW_MS = 1_795_000_000_000


def ruin(folder: Path) -> None:
    """Overwrites every file of a folder with noise."""
    noise = random.Random(1)
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.endswith(".lock"):
            path.write_bytes(noise.randbytes(max(64, path.stat().st_size)))


def lines(path: Path) -> int:
    return len(path.read_bytes().splitlines())


@pytest.fixture
def hashed(tmp_path: Path) -> Path:
    """A tiny shop with an encoder that needs no weights."""
    make_tiny_shop(tmp_path / "shop", encoder="hash").close()
    return tmp_path / "shop"


def test_a_ruined_text_index_is_noticed_and_made_again(hashed: Path) -> None:
    ruin(hashed / "text")
    with shopmind.open(hashed) as shop:
        shop.search("green tea")  # whatever it finds, it does not fail
        shop.index()
        assert shop.search("dragon well green tea").hits[0].item.item_id == "tea-01"


def test_a_ruined_vector_index_is_named_and_made_again(hashed: Path) -> None:
    for path in (hashed / "vectors").iterdir():
        if path.name != "cache.db" and path.is_file():
            path.write_bytes(b"\x00" * 64)
    with shopmind.open(hashed) as shop:
        slate = shop.search("green tea")
        assert "lexical" in slate.hits[0].source
        shop.index()
        assert "dense" in {source for hit in shop.search("green tea").hits for source in hit.source}


def test_a_ruined_vector_cache_costs_time_and_nothing_else(hashed: Path) -> None:
    (hashed / "vectors" / "cache.db").write_bytes(b"not a database at all" * 50)
    with shopmind.open(hashed) as shop:
        shop.put_items([{"item_id": "new", "kind": "product", "title": "Clove candle", "price": "3"}])
        shop.index()
        assert shop.search("clove candle").hits[0].item.item_id == "new"


def test_a_ruined_artifact_is_left_out_by_name(hashed: Path) -> None:
    ruin(hashed / "artifacts" / "popularity")
    with shopmind.open(hashed) as shop:
        slate = shop.recommend("trending")
        assert any("popularity" in fallback for fallback in slate.degraded)
        shop.train()
        assert not any("popularity" in fallback for fallback in shop.recommend("trending").degraded)


def test_a_ruined_database_is_said_and_a_backup_brings_the_shop_back(hashed: Path, tmp_path: Path) -> None:
    from shopmind.operations.backup import backup, restore

    with shopmind.open(hashed) as shop:
        backup(shop, tmp_path / "copy")
        count = shop.events.count()
    for name in ("shop.db-wal", "shop.db-shm"):
        (hashed / name).unlink(missing_ok=True)
    (hashed / "shop.db").write_bytes(b"garbage" * 10_000)
    with pytest.raises(StorageError, match=r"shop\.db"):
        shopmind.open(hashed)
    restore(tmp_path / "copy", tmp_path / "again")
    with shopmind.open(tmp_path / "again") as shop:
        shop.index()
        assert shop.events.count() == count
        assert shop.search("green tea").hits
        assert not [finding for finding in examine(shop) if finding.state == "fail"]


def test_an_altered_backup_is_refused(hashed: Path, tmp_path: Path) -> None:
    from shopmind.operations.backup import backup, restore

    with shopmind.open(hashed) as shop:
        backup(shop, tmp_path / "copy")
    with (tmp_path / "copy" / "shop.db").open("r+b") as file:
        file.seek(5_000)
        file.write(b"xx")
    with pytest.raises(StorageError, match="not what was backed up"):
        restore(tmp_path / "copy", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_bad_items_never_keep_good_ones_out(hashed: Path) -> None:
    rows = [
        {"item_id": "good-1", "kind": "product", "title": "Walnut bowl", "price": "12.00"},
        {"item_id": "nan", "kind": "product", "title": "Bowl", "price": float("nan")},
        {"item_id": "minus", "kind": "product", "title": "Bowl", "price": -3},
        {"item_id": "", "kind": "product", "title": "Bowl"},
        {"item_id": "thing", "kind": "thing", "title": "Bowl"},
        {"item_id": "silent", "kind": "product", "title": ""},
        {"item_id": "أخضر", "kind": "product", "title": "شاي أخضر 😀 绿茶"},
        {"item_id": "good-2", "kind": "product", "title": "Walnut <b>plate</b> &amp; spoon", "price": "8"},
    ]
    with shopmind.open(hashed) as shop:
        statuses = {row["item_id"]: status.status for row, status in zip(rows, shop.put_items(rows), strict=True)}
        assert statuses["good-1"] == statuses["good-2"] == statuses["أخضر"] == "accepted"
        assert statuses["minus"] == statuses[""] == statuses["thing"] == "rejected"
        shop.index()
        assert {hit.item.item_id for hit in shop.search("walnut").hits[:2]} == {"good-1", "good-2"}
        assert shop.search("شاي").hits[0].item.item_id == "أخضر"
        assert shop.search("plate spoon").hits[0].item.title == "Walnut plate & spoon"


@pytest.mark.slow
def test_a_full_disk_during_ingest_loses_nothing_and_the_next_run_finishes(tmp_path: Path) -> None:
    data, shop = write_tiny(tmp_path / "data", NOW_MS), tmp_path / "shop"
    shopmind.create(shop, encoder="none").close()

    def small_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000))

    command = [sys.executable, "-m", "shopmind", "ingest", str(shop), str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=small_disk)
    assert done.returncode == 1
    assert "disk" in done.stderr
    assert "Traceback" not in done.stderr
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    with shopmind.open(shop) as opened:
        assert opened.events.count() == lines(data / "events.ndjson")
        assert opened.search("green tea").hits


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [0.6, 1.0, 1.4, 1.8, 2.4])
def test_killed_at_any_moment_the_shop_opens_and_ingest_finishes_once(tmp_path: Path, after_s: float) -> None:
    data, shop = write_tiny(tmp_path / "data", NOW_MS), tmp_path / "shop"
    shopmind.create(shop, encoder="hash").close()
    command = [sys.executable, "-m", "shopmind", "ingest", str(shop), str(data)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after_s)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    with shopmind.open(shop) as opened:
        assert opened.events.count() == lines(data / "events.ndjson")
        assert sum(1 for _ in opened.catalogue.scan()) == lines(data / "items.ndjson")
        assert opened.search("dragon well green tea").hits[0].item.item_id == "tea-01"


@pytest.mark.slow
def test_two_processes_serve_one_shop_while_a_third_ingests(tmp_path: Path) -> None:
    data, folder = write_tiny(tmp_path / "data", NOW_MS), tmp_path / "shop"
    make_tiny_shop(folder).close()
    shutil.copy(data / "items.ndjson", tmp_path / "items.ndjson")
    ask = (
        "import shopmind, sys, time\n"
        f"with shopmind.open({str(folder)!r}) as shop:\n"
        "    end = time.time() + 4\n"
        "    while time.time() < end:\n"
        "        assert shop.search('green tea').hits and shop.recommend('home', user='u01').took_ms >= 0\n"
    )
    readers = [subprocess.Popen([sys.executable, "-c", ask], stderr=subprocess.PIPE) for _ in range(2)]
    writer = subprocess.run(
        [sys.executable, "-m", "shopmind", "ingest", str(folder), str(data)], capture_output=True, check=False
    )
    assert writer.returncode == 0, writer.stderr
    for reader in readers:
        _, said = reader.communicate()
        assert reader.returncode == 0, said
