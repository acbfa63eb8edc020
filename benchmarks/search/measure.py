"""One system on one set, in this process: `python -m benchmarks.search.measure build|serve SYSTEM SET PLACE OUT`.

`build` and `serve` are run one after the other in processes of their own, so that memory says what each takes.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.search.peers import MENU
from benchmarks.search.peers.peer import Goods, Peer, rows_of

SHOWN = 10
REACH = 100
CLIENTS = 2


def system(name: str) -> Peer:
    """The adapter called `name`."""
    module, _, attribute = MENU[name].where.partition(":")
    made: Peer = getattr(importlib.import_module(module), attribute)()
    return made


def build(name: str, goods: Goods, place: Path) -> dict[str, Any]:
    """Seconds, megabytes on disk and the highest memory of building."""
    peer = system(name)
    _ = (goods.ids, goods.whole, goods.vectors.shape)  # reading the set is nobody's building
    start = time.perf_counter()
    peer.build(goods, place)
    seconds = time.perf_counter() - start
    return {"build_s": round(seconds, 2), "disk_mb": _megabytes(place), "build_peak_mb": memory_mb("VmHWM")}


def serve(name: str, goods: Goods, place: Path, out: Path) -> dict[str, Any]:
    """Answers of all queries into `out`.npz, times of the timed queries, memory."""
    peer = system(name)
    _ = (goods.ids, None if peer.on_disk else goods.whole)
    start = time.perf_counter()
    peer.open(goods, place)
    opened_s = time.perf_counter() - start
    opened_mb = memory_mb("VmHWM")
    made = json.loads((goods.folder / "timed.json").read_text())
    warm, alone, together = (part.tolist() for part in np.split(np.array(made), [len(made) // 11, len(made) // 11 * 6]))
    for text in warm:
        peer.search(text, SHOWN)
    took = np.array([_took(peer, text) for text in alone])
    found = {
        "open_s": round(opened_s, 2),
        **({} if peer.on_disk else {"build_s": round(opened_s, 2), "disk_mb": None, "build_peak_mb": opened_mb}),
        "p50_ms": _figure(np.percentile(took, 50)),
        "p99_ms": _figure(np.percentile(took, 99)),
        "queries": len(took),
        "resident_mb": memory_mb("VmRSS"),
        "per_s": _rate(peer, together),
        "serve_peak_mb": memory_mb("VmHWM"),
    }
    np.savez(out.with_suffix(".npz"), allow_pickle=False, **answers(peer, goods))
    return {**found, "told": peer.told, "about": peer.about()}


def answers(peer: Peer, goods: Goods) -> dict[str, NDArray[Any]]:
    """What the system says to the set's queries.

    Returns:
        shown (n, 10) and reach (n, 100): rows of the first page and of the first hundred, -1 where nothing stands;
        place and relative (m,): of each judgment the 0-based place among all that the system brings (-1: not
        brought) and the score over the query's best.
    """
    queries = pl.read_parquet(goods.folder / "queries.parquet")
    judgments = pl.read_parquet(goods.folder / "judgments.parquet")
    row_of = rows_of(goods.ids)
    pools: dict[str, list[tuple[int, int]]] = {}
    for line, (query, item) in enumerate(judgments.select("query_id", "item_id").iter_rows()):
        pools.setdefault(query, []).append((line, row_of[item]))
    shown = np.full((len(queries), SHOWN), -1, np.int64)
    reach = np.full((len(queries), REACH), -1, np.int64)
    place, relative = np.full(len(judgments), -1, np.int64), np.zeros(len(judgments))
    depth = min(peer.depth, len(goods.ids))
    for case, (query, text) in enumerate(queries.select("query_id", "query").iter_rows()):
        for target, k in ((shown, SHOWN), (reach, REACH)):
            rows = peer.search(text, k)[0][:k]
            target[case, : len(rows)] = rows
        rows, scores = peer.search(text, depth)
        standing = {row: rank for rank, row in enumerate(rows)}
        top = max(scores, default=0.0)
        for line, row in pools.get(query, ()):
            rank = standing.get(row, -1)
            place[line] = rank
            relative[line] = max(0.0, scores[rank] / top) if rank >= 0 and top > 0 else 0.0
    return {"shown": shown, "reach": reach, "place": place, "relative": relative}


def _took(peer: Peer, text: str) -> float:
    start = time.perf_counter()
    peer.search(text, SHOWN)
    return 1000 * (time.perf_counter() - start)


def _rate(peer: Peer, texts: Sequence[str]) -> float:
    """Queries a second with two clients at once, where the system can be asked so."""
    clients = CLIENTS if peer.side_by_side else 1
    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda text: peer.search(text, SHOWN), texts))
    return _figure(len(texts) / (time.perf_counter() - start))


def _figure(value: Any) -> float:
    return float(f"{float(value):.4g}")


def _megabytes(path: Path) -> float:
    return round(sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e6, 1)


def memory_mb(line: str) -> int:
    """Of this process: VmRSS is what is resident, VmHWM the most it ever was (maxrss would count the parent's too)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return round(next(int(each.split()[1]) for each in lines if each.startswith(line)) / 1000)


def main() -> None:
    """Prints one JSON object as the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("phase", choices=("build", "serve"))
    parser.add_argument("system", choices=sorted(MENU))
    parser.add_argument("set", type=Path)
    parser.add_argument("place", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    goods = Goods(given.set)
    if given.phase == "build":
        found = build(given.system, goods, given.place)
    else:
        found = serve(given.system, goods, given.place, given.out)
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
