"""How fast is search over HTTP, encoder included, and does a second process double it?

Run `python -m benchmarks.search.http [--data ../shared/data]`: the electronics become a shop in the cache folder,
indexed and trained, and a copy of it is served by `shopmind serve --open` with one and with two processes, several
times each, begun anew every time. A load generator in a process of its own sends queries of one to three neighbouring
words of titles, each once, so that no vector and no answer is found in a cache. Every run begins with unrecorded
queries that load what is loaded at first use. Writes results/search_http.json.
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import record
from benchmarks.http_load import Load, idle_overhead, request, run
from benchmarks.search.sets import CACHE, DATA, SEED
from benchmarks.serving import questions, server
from shopmind import shop as shops

PROCESSES, CLIENTS = (1, 2), (1, 4, 8)
LIMITS = {"p50_ms": 8.0, "p99_ms": 30.0, "per_s": 250.0}
"""Of one client and one process; and with two processes and eight clients, on two cores with nothing else to do."""

WARM, ONE, MANY = 400, 800, 2_000
N = 20


def shop_of(data: Path) -> Path | None:
    """A shop of the folder `electronics`, indexed and trained; kept in the cache. None when the folder is not here."""
    folder = CACHE / "built" / "electronics_http"
    if (folder / "shop.toml").is_file():
        return folder
    if not (data / "electronics" / "items.parquet").is_file():
        return None
    making = folder.with_name(f"{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    with shops.create(making, name="electronics", language="en") as shop:
        shop.ingest(data / "electronics")
    with shops.open(making) as shop:  # opened again: the encoder is chosen by the catalogue
        shop.index()
        shop.train()
    making.rename(folder)
    return folder


def measure(folder: Path, texts: Iterable[str], processes: int, seconds: float) -> dict[str, Any]:
    """One run of one server: clients → figures, with the processor's time of the server for each answer."""
    waiting = iter(texts)
    found: dict[str, Any] = {}

    def load(size: int, clients: int) -> dict[str, Any]:
        asked = [request("POST", "/v1/search", {"text": text, "n": N}) for text in islice(waiting, size)]
        before = _processor_s(process_id)
        row = run(Load(port, asked, clients, seconds)).summary()
        spent = _processor_s(process_id) - before
        return {**row, "processor_ms": round(1000 * spent / max(1, row["requests"]), 2)}

    with server(folder, processes) as (port, process_id, _):
        while processes > 1 and len(_listeners(port)) < processes:
            time.sleep(0.2)
        load(WARM, max(CLIENTS))
        for clients in CLIENTS:
            found[str(clients)] = load(ONE if clients == 1 else MANY, clients)
    return found


def spread(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Figure → median, lowest and highest of the runs; requests and failures are added up."""
    found: dict[str, Any] = {name: sum(each[name] for each in runs) for name in ("requests", "failed")}
    for name in ("p50_ms", "p99_ms", "max_ms", "per_s", "processor_ms"):
        values = [each[name] for each in runs]
        found[name] = {"value": round(float(np.median(values)), 2), "low": min(values), "high": max(values)}
    return found


def _processor_s(process_id: int) -> float:
    """Seconds that the processor worked for a process and its living children."""
    ticks = 0
    for each in (process_id, *_children(process_id)):
        fields = Path(f"/proc/{each}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _listeners(port: int) -> list[str]:
    """The lines of the sockets that listen on a port of this machine: each process has its own."""
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    return [line for line in lines if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"]


def _children(process_id: int) -> list[int]:
    lists = Path(f"/proc/{process_id}/task").glob("*/children")
    return [int(number) for each in lists for number in each.read_text(encoding="ascii").split()]


def main() -> None:
    """Measures, prints, and writes results/search_http.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="a folder with the folder electronics")
    parser.add_argument("--shop", type=Path, default=None, help="another shop, indexed and trained; nothing is written")
    parser.add_argument("--processes", type=int, nargs="+", default=PROCESSES)
    parser.add_argument("--runs", type=int, default=5, help="of each number of processes")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each load at most")
    given = parser.parse_args()
    folder = given.shop or shop_of(given.data)
    if folder is None:
        print(f"skipped: {given.data / 'electronics'} is not here")
        return
    asked = questions(folder, [], SEED, size=WARM + ONE + MANY * (len(CLIENTS) - 1))
    busy = round(os.getloadavg()[0], 2)
    overhead = {str(clients): idle_overhead(clients=clients) for clients in CLIENTS}
    rows: dict[str, Any] = {}
    for processes in given.processes:
        runs = []
        for _ in range(given.runs):
            runs.append(measure(folder, asked.texts, processes, given.seconds))
            print(processes, runs[-1], flush=True)
        rows[str(processes)] = {name: spread([each[name] for each in runs]) for name in runs[0]}
    if given.shop is None and not {*PROCESSES} - {*given.processes}:
        about = {"queries": len(asked.texts), "asked_for": N, "runs": given.runs}
        told = {"load_before": busy, "load_generator_alone": overhead, "limits": LIMITS, "seed": SEED}
        record.write("search_http", {**about, "processes": rows, **told})


if __name__ == "__main__":
    main()
