"""How fast does the real server answer? Search and every ready scenario over HTTP, events in, memory.

Run `python -m benchmarks.serving SHOP [--users 1-2500]`: the shop's folder is copied, the copy gets ads, stories, views
and friends made up by seed (serving_shop.py), so that every place has something to show, and is served by `shopmind
serve --open` on a free port of this machine. A load generator in another process asks each question once: no query text
is sent twice, so no query vector is ever found in a cache, and caches of the catalogue and of histories are cold in the
row "search, cold" and warm after it. One client asks in several rounds through all scenarios, minutes apart, and the
middle round counts: the pace of a machine that others share moves by a third. Writes results/serving.json.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks.http_load import Load, idle_overhead, request, run
from benchmarks.serving_shop import furnish
from shopmind import shop as shops
from shopmind.kit.seeds import generator, hash64

HERE = Path(__file__).resolve().parent
CLIENTS = (1, 8)
FIGURES = ("p50_ms", "p99_ms", "per_s")
REQUESTS = 5_000
"""Of one scenario at most, in all rounds."""

SEEN = {"ads": 1, "basket": 1, "bundles": 1, "cart": 5, "content": 1, "goes_with": 1, "in_content": 1, "in_shop": 1}
SEEN |= {"promotions": 3, "similar": 1, "substitutes": 1}
"""Place → most things in view; nothing is in view elsewhere."""
SAMPLE = 30
"""Answers of each place that are looked into."""

LIMITS = {
    "search, 1 client": {"p50_ms": 10.0, "p99_ms": 40.0},
    "search, 8 clients": {"at least per_s": 150.0},
    "recommend, 1 client": {"p50_ms": 10.0, "p99_ms": 30.0},
    "events in bulk": {"at least per_s": 5_000.0},
    "single events": {"at least per_s": 500.0},
    "event to next answer": {"max_ms": 50.0},
    "resident": {"mb": 700.0},
}
"""What it should reach on two cores that have nothing else to do."""


@dataclass(frozen=True)
class Questions:
    """Distinct questions drawn from the shop itself."""

    texts: list[str]
    items: list[str]
    users: list[str]
    scenarios: dict[str, tuple[str, ...]]
    shop: str
    shops: list[str]
    stories: list[str]

    def anchors(self, scenario: str, number: int) -> list[str]:
        """What is in view in the request of this number: a cart, goods, a shop or a story, as the place has it."""
        things = {"in_shop": self.shops, "in_content": self.stories}.get(scenario) or self.items
        if scenario not in SEEN:
            return []
        return [things[(number * 11 + place) % len(things)] for place in range(1 + number % SEEN[scenario])]


def questions(folder: Path, users: list[str], seed: int, size: int = 6_000) -> Questions:
    """Texts of one to three neighbouring words of titles, items, and the scenarios with their needs."""
    with shops.open(folder) as shop:
        randomness = generator(seed, "serving")
        numbers = np.flatnonzero(shop.catalogue.columns().shown)
        chosen = randomness.choice(numbers, min(len(numbers), 4 * size), replace=False)
        found = [item for item in shop.catalogue.get(chosen) if item is not None]
        name = shop.settings.name
        columns = shop.catalogue.columns()
        others = {
            kind: shop.catalogue.get(np.flatnonzero(columns.shown & columns.kinds((kind,))))
            for kind in ("shop", "content")
        }
        ready: dict[str, tuple[str, ...]] = {
            each: scenario.needs for each, scenario in shop.scenarios.items() if each != "search"
        }
    texts: dict[str, None] = {}
    for item in found:
        words = " ".join((*item.categories[-1:], item.title)).split() or [item.item_id]
        start, length = int(randomness.integers(len(words))), int(randomness.integers(1, 4))
        texts[" ".join(words[start : start + length])] = None
    for item in itertools.cycle(found):  # small shops have few words: make texts distinct by their ends
        if len(texts) >= size:
            break
        texts[f"{' '.join(item.title.split()[:2])} {len(texts)}"] = None
    sold = [item.item_id for item in found if item.kind == "product" and item.stock != 0]
    places, stories = ([each.item_id for each in others[kind] if each is not None] for kind in ("shop", "content"))
    return Questions(list(texts)[:size], sold, users, ready, name, places, stories)


@contextlib.contextmanager
def server(folder: Path, processes: int = 1) -> Iterator[tuple[int, int, float]]:
    """The real server on a copy of the shop: (port, process id, seconds until it was ready)."""
    with tempfile.TemporaryDirectory(prefix="shopmind-bench-") as scratch, socket.socket() as free:
        copy = shutil.copytree(folder, Path(scratch) / "shop")
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        started = time.perf_counter()
        command = [sys.executable, "-m", "shopmind", "serve", str(copy), "--open", "--port", str(port)]
        command += ["--processes", str(processes)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not _ready(port):
                if process.poll() is not None:
                    raise SystemExit(f"the server ended with {process.returncode}")
                time.sleep(0.02)
            yield port, process.pid, time.perf_counter() - started
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def measure(port: int, asked: Questions, seconds: float, rounds: int) -> dict[str, Any]:
    """All rows of the table but memory."""
    texts = iter(asked.texts)

    def searches(count: int) -> list[bytes]:
        bodies = ({"text": text, "n": 10} for text in _take(texts, count))
        return [request("POST", "/v1/search", body) for body in bodies]

    found: dict[str, Any] = {"search, cold, 1 client": run(Load(port, searches(100), 1, seconds)).summary()}
    told: dict[str, list[dict[str, Any]]] = {}
    bodies = {
        scenario: iter(_recommendations(scenario, needs, asked, 1)) for scenario, needs in asked.scenarios.items()
    }
    for _ in range(rounds):
        share = len(asked.texts) // (4 * rounds)
        told.setdefault("search, 1 client", []).append(run(Load(port, searches(share), 1, seconds)).summary())
        for scenario, requests in bodies.items():
            load = Load(port, list(itertools.islice(requests, REQUESTS // rounds)), 1, seconds / 2)
            told.setdefault(f"recommend {scenario}, 1 client", []).append(run(load).summary())
    found |= {name: middle(rows) for name, rows in told.items()}
    many = CLIENTS[1]
    found[f"search, {_clients(many)}"] = run(Load(port, searches(len(asked.texts) // 2), many, seconds)).summary()
    for scenario, needs in asked.scenarios.items():
        load = Load(port, _recommendations(scenario, needs, asked, many), many, seconds / 2)
        found[f"recommend {scenario}, {_clients(many)}"] = run(load).summary()
    return found


def looked_into(port: int, asked: Questions) -> dict[str, dict[str, Any]]:
    """Scenario → mean hits of a few answers, and what they went without."""
    found = {}
    for scenario, needs in asked.scenarios.items():
        requests = _recommendations(scenario, needs, asked, 2)[:SAMPLE]
        answers = [orjson.loads(body) for body in run(Load(port, requests, 1, 60.0, keep=True)).bodies]
        without = sorted({line for answer in answers for line in answer.get("degraded", ())})
        hits = float(np.mean([len(answer["hits"]) for answer in answers]))
        found[scenario] = {"hits": round(hits, 1), "degraded": without}
    return found


def middle(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """One row of several rounds: the median of each figure and, under `rounds`, what each round had; requests and
    failures are added up, and the longest of all is kept.
    """
    median = {name: round(float(np.median([each[name] for each in rounds])), 3) for name in FIGURES}
    sums = {name: sum(each[name] for each in rounds) for name in ("requests", "failed")}
    each_round = [{name: each[name] for name in FIGURES} for each in rounds]
    return {**sums, **median, "max_ms": max(each["max_ms"] for each in rounds), "rounds": each_round}


def writes(port: int, asked: Questions, seconds: float) -> dict[str, Any]:
    """Events one at a time and in bulk, and how soon an answer knows of one."""
    found: dict[str, Any] = {}
    for clients in CLIENTS:
        events = [request("POST", "/v1/events", _event(asked, f"one-{clients}-{number}")) for number in range(20_000)]
        found[f"single events, {_clients(clients)}"] = run(Load(port, events, clients, seconds / 2)).summary()
    rows = 5_000
    bulk = []
    for number in range(40):
        lines = b"\n".join(orjson.dumps(_event(asked, f"bulk-{number}-{row}")) for row in range(rows))
        bulk.append(request("POST", "/v1/events", lines, "application/x-ndjson"))
    outcome = run(Load(port, bulk, 1, seconds)).summary()
    found["events in bulk"] = {**outcome, "rows_per_request": rows, "rows_per_s": round(outcome["per_s"] * rows)}
    found["event to next answer"] = _delay(port, asked)
    return found


def _delay(port: int, asked: Questions, times: int = 50) -> dict[str, Any]:
    """From the acknowledgement of a purchase until an answer shows it, that answer included."""
    delays = []
    for number in range(times):
        user, item = f"new-user-{number}", asked.items[number % len(asked.items)]
        _post(port, "/v1/events", {"type": "purchase", "user_id": user, "item_id": item})
        acknowledged = time.perf_counter()
        while item not in _bought(port, user):
            if time.perf_counter() - acknowledged > 5:
                return {"failed": f"no answer showed {item} within 5 s"}
        delays.append((time.perf_counter() - acknowledged) * 1000)
    return {"times": times, "p50_ms": round(float(np.median(delays)), 2), "max_ms": round(max(delays), 2)}


def _bought(port: int, user: str) -> list[str]:
    hits = _post(port, "/v1/recommend/buy_again", {"user": user, "n": 5})["hits"]
    return [hit["item"]["item_id"] for hit in hits]


def _recommendations(scenario: str, needs: tuple[str, ...], asked: Questions, clients: int) -> list[bytes]:
    """Requests of different users; with anchors and a text where the scenario asks for them."""
    made = []
    for number in range(REQUESTS):
        body: dict[str, Any] = {"user": asked.users[(number * 7 + clients) % len(asked.users)]}
        anchors = asked.anchors(scenario, number)
        if "anchors" in needs and not anchors:
            anchors = [asked.items[number * 11 % len(asked.items)]]
        if anchors:
            body["anchors"] = anchors
        if "text" in needs:
            body["text"] = f"{asked.texts[number % len(asked.texts)]} {number}"
        made.append(request("POST", f"/v1/recommend/{scenario}", body))
    return made


def _event(asked: Questions, event_id: str) -> dict[str, Any]:
    number = hash64(event_id)
    user, item = asked.users[number % len(asked.users)], asked.items[number % len(asked.items)]
    return {"event_id": event_id, "type": "view", "user_id": user, "item_id": item}


def _take(texts: Iterator[str], count: int) -> list[str]:
    return [text for _, text in zip(range(count), texts, strict=False)]


def _clients(count: int) -> str:
    return f"{count} client{'s' * (count > 1)}"


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _post(port: int, path: str, body: Any) -> Any:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", orjson.dumps(body), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return orjson.loads(answer.read())


def _memory(process_id: int) -> dict[str, float]:
    """Resident now and at most, in MB of 10^6 bytes; memory-mapped pages of indexes count as they are touched."""
    lines = Path(f"/proc/{process_id}/status").read_text(encoding="ascii").splitlines()
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("Vm")}
    return {"resident_mb": round(sizes["VmRSS"], 1), "peak_mb": round(sizes["VmHWM"], 1)}


def _machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.processor())
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _commit() -> str:
    command = ["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def _users(text: str) -> list[str]:
    first, _, last = text.partition("-")
    return [str(number) for number in range(int(first), int(last) + 1)] if last.isdigit() else text.split(",")


def main() -> None:
    """Measures and writes results/serving.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shop", type=Path, help="folder of a shop, indexed and trained")
    parser.add_argument("--users", default="1-2500", help="raw user ids: FIRST-LAST or a list with commas")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each row at most")
    parser.add_argument("--rounds", type=int, default=3, help="of one client through all scenarios")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=HERE / "results" / "serving.json")
    given = parser.parse_args()
    machine = _machine()
    overhead = {_clients(clients): idle_overhead(clients=clients) for clients in CLIENTS}
    users = _users(given.users)
    show: Callable[[str, Any], None] = lambda name, row: print(f"{name:36}", row, flush=True)  # noqa: E731
    with tempfile.TemporaryDirectory(prefix="shopmind-bench-") as scratch:
        folder = shutil.copytree(given.shop, Path(scratch) / "shop")
        furnish(folder, users, given.seed)
        asked = questions(folder, users, given.seed)
        with server(folder) as (port, process_id, ready_s):
            memory = {"ready": _memory(process_id)}
            rows = measure(port, asked, given.seconds, given.rounds)
            answers = looked_into(port, asked)
            memory["after reading"] = _memory(process_id)
            rows |= writes(port, asked, given.seconds)
            memory["after writing"] = _memory(process_id)
    for name, row in [*rows.items(), *answers.items(), *memory.items(), ("load generator alone", overhead)]:
        show(name, row)
    result = {
        "question": "how fast does the real server answer over HTTP?",
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "commit": _commit(),
        "seed": given.seed,
        "shop": asked.shop,
        "queries": len(asked.texts),
        "ready_s": round(ready_s, 2),
        "rows": rows,
        "answers": answers,
        "memory": memory,
        "load_generator_alone": overhead,
        "limits": LIMITS,
    }
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
