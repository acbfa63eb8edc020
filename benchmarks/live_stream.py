"""Does a shop that is killed while it counts a live stream lose or double anything, and does it answer meanwhile?

Run `python -m benchmarks.live_stream SHOP [--events N] [--kills 3]` (SHOP is shops/demo after `make demo`). The shop is
copied without its events; then its log is sent again over HTTP, in the order of its times, to the real server: each
batch until it is acknowledged, every twentieth acknowledged one once more. Meanwhile visitors ask for recommendations,
click and buy, a scraper reads /metrics (that is when counting happens), and the server is killed with -9 and started
again. At the end: is every acknowledged event there, once, and are the counters exactly what the whole log adds up to?
Writes results/live_stream.json.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import queue
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from benchmarks import record
from shopmind import shop as shops
from shopmind.domain import EVENT_TYPES
from shopmind.insights.traffic import count
from shopmind.insights.traffic.count import batch
from shopmind.kit.clock import format_time
from shopmind.metrics.business import latency_percentiles
from shopmind.stores.sqlite.event_rows import event_key

ROWS = 500
SENDERS = 2
VISITORS = 2
SCRAPE_S = 2.0
AT_LEAST_PER_S = 2_000
NAMES = ("people", "items", "echoes", "answers")


@dataclass
class Server:
    """The real server on a folder; `kill` and `start` may be repeated."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    down_s: float = 0.0

    def start(self) -> None:
        """Starts it and waits until it is ready."""
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "shopmind", "serve", str(self.folder), "--open", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended with {self.process.returncode}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if ask(self.port, "GET", "/health/ready")[0] == 200:
                    return
            time.sleep(0.05)

    def kill(self) -> None:
        """Kills it with -9 and starts it again."""
        started = time.perf_counter()
        self.stop(signal.SIGKILL)
        self.start()
        self.down_s += time.perf_counter() - started

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends it."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(120)


@dataclass
class Stream:
    """What is sent, what was acknowledged, and what the visitors of meanwhile met."""

    rows: list[dict[str, Any]]
    server: Server
    seed: int
    acknowledged: set[str] = field(default_factory=set)
    sent_again: int = 0
    refused: int = 0
    answers_ms: list[float] = field(default_factory=list)
    scrapes_ms: list[float] = field(default_factory=list)
    behind: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _batches: queue.SimpleQueue[list[dict[str, Any]]] = field(default_factory=queue.SimpleQueue)

    def run(self, kills: int) -> float:
        """Sends everything, killing the server so many times on the way; returns the seconds it took, restarts too."""
        for first in range(0, len(self.rows), ROWS):
            self._batches.put(self.rows[first : first + ROWS])
        senders = [threading.Thread(target=self._send, args=(number,)) for number in range(SENDERS)]
        others = [threading.Thread(target=self._visit, args=(number,)) for number in range(VISITORS)]
        others.append(threading.Thread(target=self._scrape))
        started = time.perf_counter()
        for thread in (*senders, *others):
            thread.start()
        for kill in range(1, kills + 1):
            while len(self.acknowledged) < kill * len(self.rows) // (kills + 1) and any(s.is_alive() for s in senders):
                time.sleep(0.01)
            self.server.kill()
            self.missing("after a kill")
        for thread in senders:
            thread.join()
        took = time.perf_counter() - started
        self.done.set()
        for thread in others:
            thread.join()
        return took

    def missing(self, when: str) -> None:
        """Raises when an acknowledged event is not in the store."""
        with self._lock:
            promised = list(self.acknowledged)
        lost = len(keys_of(promised) - stored_keys(self.server.folder))
        if lost:
            raise SystemExit(f"{when}: {lost} of {len(promised)} acknowledged events are gone")

    def _send(self, number: int) -> None:
        chance = random.Random(f"{self.seed}-{number}")
        while True:
            try:
                rows = self._batches.get_nowait()
            except queue.Empty:
                return
            self._until_acknowledged(rows)
            if chance.random() < 0.05:
                self._until_acknowledged(rows)
                self.sent_again += len(rows)

    def _until_acknowledged(self, rows: list[dict[str, Any]]) -> None:
        body = b"\n".join(map(orjson.dumps, rows))
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, answer = ask(self.server.port, "POST", "/v1/events", body)
                if status < 300:
                    told = orjson.loads(answer)
                    refused = {row["row"] for row in told["rows"] if row["status"] == "rejected"}
                    with self._lock:
                        self.refused += len(refused)
                        self.acknowledged |= {row["event_id"] for at, row in enumerate(rows) if at not in refused}
                    return
            time.sleep(0.05)

    def _visit(self, number: int) -> None:
        """Asks for the home page of users of the stream, clicks on a hit and sometimes buys it without an echo."""
        chance = random.Random(f"{self.seed}-visitor-{number}")
        users = list(dict.fromkeys(row["user_id"] for row in self.rows[:20_000] if row.get("user_id")))
        while not self.done.is_set():
            user = chance.choice(users)
            started = time.perf_counter()
            try:
                status, answer = ask(
                    self.server.port, "POST", "/v1/recommend/home", orjson.dumps({"user": user, "n": 8})
                )
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            if status != 200:
                continue
            self.answers_ms.append((time.perf_counter() - started) * 1000)
            slate = orjson.loads(answer)
            if slate["hits"] and chance.random() < 0.5:
                item = chance.choice(slate["hits"])["item"]["item_id"]
                request = slate["request_id"]
                click = {"type": "click", "user_id": user, "item_id": item, "request_id": request}
                rows = [{"event_id": f"click-{request}", **click}]
                if chance.random() < 0.5:
                    bought = {"event_id": f"bought-{request}", "type": "purchase", "user_id": user, "item_id": item}
                    rows.append({**bought, "value": "1.50", "currency": "USD"})
                self._until_acknowledged(rows)

    def _scrape(self) -> None:
        """Reads the figures now and then, which makes the server count."""
        while not self.done.wait(SCRAPE_S):
            started = time.perf_counter()
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, answer = ask(self.server.port, "GET", "/metrics")
                if status == 200:
                    self.scrapes_ms.append((time.perf_counter() - started) * 1000)
                    told = [line for line in answer.splitlines() if line.startswith(b"shopmind_traffic_behind ")]
                    self.behind = max(self.behind, int(float(told[0].split()[1])))


def ask(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Status and body; NDJSON for events, JSON for the rest."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        kind = "application/x-ndjson" if path == "/v1/events" else "application/json"
        connection.request(method, path, body, {"content-type": kind})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def stream_of(folder: Path, most: int | None, copies: int = 1) -> list[dict[str, Any]]:
    """The shop's log as rows of events, oldest first; users by number, so that they are nobody's names.

    Args:
        most: the oldest so many; None takes all.
        copies: how many times over, with ids of their own, for a small shop.
    """
    with shops.open(folder) as shop:
        table = shop.events.table(whole=True).sort("timestamp_ms", "number")
        table = table if most is None else table.head(most)
        ids = {number: item.item_id for number, item in shop.catalogue.scan()}
    rows = []
    for copy in range(copies):
        for row in table.filter(pl.col("item").is_not_null()).iter_rows(named=True):
            told = {
                "event_id": f"stream{copy}-{row['number']}",
                "type": EVENT_TYPES[row["type"]],
                "timestamp": format_time(row["timestamp_ms"]),
                "item_id": ids[row["item"]],
                "user_id": None if row["user"] is None else f"customer-{row['user']}",
                "session_id": row["session"],
                "value": None if row["value_minor"] is None else f"{row['value_minor'] / 100:.2f}",
                "currency": row["currency"],
                "quantity": row["quantity"],
                "scenario": row["scenario"],
                "request_id": row["request_id"] and f"{row['request_id']}-{copy}",
                "position": row["position"],
                "propensity": row["propensity"],
                "variant": row["variant"],
            }
            rows.append({name: value for name, value in told.items() if value is not None})
    return rows


@contextlib.contextmanager
def empty_copy(folder: Path) -> Iterator[Path]:
    """The shop with its goods, indexes and artifacts, and nothing that ever happened in it."""
    with tempfile.TemporaryDirectory(prefix="shopmind-live-") as scratch:
        copy = Path(shutil.copytree(folder, Path(scratch) / "shop"))
        shops.open(copy).close()  # brings an older schema forward
        with contextlib.closing(sqlite3.connect(copy / "shop.db")) as database:
            for table in ("events", "counters", "counted"):
                database.execute(f"DELETE FROM {table}")  # without WHERE: SQLite drops the pages at once
            database.execute("DELETE FROM records WHERE kind = 'slate'")
            database.execute("DELETE FROM sqlite_sequence WHERE name = 'events'")
            database.commit()
            database.execute("VACUUM")
        yield copy


def keys_of(ids: list[str]) -> set[bytes]:
    """As the store keeps them."""
    prefixes: dict[str, bytes] = {}
    return {event_key(each, prefixes) for each in ids}


def stored_keys(folder: Path) -> set[bytes]:
    """Of all events in the store."""
    with contextlib.closing(sqlite3.connect(f"file:{folder / 'shop.db'}?mode=ro", uri=True)) as database:
        return {row[0] for row in database.execute("SELECT key FROM events")}


def verdict(stream: Stream) -> dict[str, Any]:
    """Whether the stopped shop holds what was acknowledged, once, and has counted exactly that."""
    folder = stream.server.folder
    stored = stored_keys(folder)
    promised = keys_of(list(stream.acknowledged))
    with shops.open(folder) as shop:
        started = time.perf_counter()
        rest = count(shop)
        counted_s = time.perf_counter() - started
        started = time.perf_counter()
        expected = batch(shop)
        batch_s = time.perf_counter() - started
        counters = shop.folder.database.counters
        equal = {name: counters.table(name).equals(expected[name]) for name in NAMES}
        events = shop.events.table()
        impressions = events.filter(pl.col("type") == EVENT_TYPES.index("impression")).height
        slates = shop.records.last_number("slate") > 0
        people = dict(counters.sums("people", ()).rows())
        attributed = counters.sums("people", ("scenario",)).filter(
            pl.col("scenario") != "", pl.col("figure") == "purchase"
        )
    return {
        "acknowledged": len(promised),
        "lost": len(promised - stored),
        "stored": len(stored),
        "stored_twice": events.height - len(stored),
        "counters_equal_a_recount": equal,
        "impressions": {"log": impressions, "counted": people.get("impression", 0) // 1_000_000},
        "purchases_of_an_answer": int(attributed["value"].sum()) // 1_000_000,
        "slates": slates,
        "left_to_count": rest.counted,
        "left_to_count_s": round(counted_s, 2),
        "recount_in_one_go_s": round(batch_s, 2),
    }


def live(folder: Path, *, most: int | None = None, copies: int = 1, kills: int = 3, seed: int = 0) -> dict[str, Any]:
    """The whole experiment on a copy of a shop."""
    rows = stream_of(folder, most, copies)
    with empty_copy(folder) as copy:
        server = Server(copy)
        server.start()
        stream = Stream(rows, server, seed)
        try:
            took = stream.run(kills)
        finally:
            stream.done.set()
            server.stop()
        found = verdict(stream)
    streaming = took - server.down_s
    return {
        "events": len(rows),
        "sent_again": stream.sent_again,
        "refused": stream.refused,
        "kills": kills,
        "wall_s": round(took, 1),
        "down_s": round(server.down_s, 1),
        "events_per_s": round(len(rows) / streaming),
        "events_per_s_with_restarts": round(len(rows) / took),
        "answers": len(stream.answers_ms),
        "answers_ms": {name: round(value, 2) for name, value in latency_percentiles(stream.answers_ms).items()},
        "metrics_ms": {name: round(value, 1) for name, value in latency_percentiles(stream.scrapes_ms).items()},
        "behind_at_most": stream.behind,
        **found,
    }


def main() -> None:
    """Runs it and writes results/live_stream.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shop", type=Path, help="folder of a shop with a log")
    parser.add_argument("--events", type=int, default=None, help="only the oldest so many")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    load_before = round(os.getloadavg()[0], 2)
    found = live(given.shop, most=given.events, kills=given.kills, seed=given.seed)
    for name, value in found.items():
        print(f"{name:30}", value, flush=True)
    record.write(
        "live_stream",
        {
            "question": "does a shop that is killed while it counts a live stream lose or double anything?",
            "shop": given.shop.name,
            "load_before": load_before,
            "seed": given.seed,
            "limits": {"events_per_s": AT_LEAST_PER_S, "lost": 0, "stored_twice": 0},
            **found,
        },
    )


if __name__ == "__main__":
    main()
