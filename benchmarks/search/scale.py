"""Does search hold with a million items? `python -m benchmarks.search.scale [--items 1000000]`.

A catalogue is multiplied by seeded edits (see `multiply`), taken in by ingest, indexed through the ports, and asked by
queries that are all different, so that no cache of vectors or answers can help. Recall of the vector side is measured
against exact cosines of the unquantised vectors, of the lexical side against its own scorer over every item that has
any of the words. Each step is a process of its own; `--steps` runs some of them upon what earlier ones left. With all
of them done for a million items, results/search_scale.json is written.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import shopmind
from benchmarks.record import write
from benchmarks.search import compare
from benchmarks.search.measure import CLIENTS, memory_mb
from benchmarks.search.multiply import grow
from benchmarks.search.peers.peer import Goods
from benchmarks.search.sets import CACHE, SEED, Asked, made_queries, prepare
from shopmind import shop as shops
from shopmind.domain import History, Query, Slate
from shopmind.indexing import Indexer
from shopmind.indexing.indexer import VECTOR_BATCH
from shopmind.pipeline.context import Context
from shopmind.pipeline.retrievers import MENU as RETRIEVERS
from shopmind.pipeline.understanding import MENU as UNDERSTANDING

ASKED, WARM = 1_000, 100
REACH = 100
COMPARED = 100
"""Queries whose answers are compared with exact ones."""

BLOCK = 100_000
LIMITS = {"p50_ms": 15.0, "p99_ms": 60.0, "resident_mb": 2_000, "index_items_per_s": 3_000, "recall": 0.95}
"""What is promised for a million items on two cores that have nothing else to do."""


def make(size: int, folder: Path, base: Path) -> dict[str, Any]:
    """The grown data folder, and the queries that are asked of it."""
    start = time.perf_counter()
    found = grow(Goods(base), size, folder, seed=SEED)
    titles = Goods(folder).titles
    queries, _ = made_queries(titles, 2 * ASKED + WARM, whole=False)
    (folder / "timed.json").write_text(json.dumps(queries, ensure_ascii=False))
    shutil.copy(base / "encoder.json", folder / "encoder.json")
    return {**found, "made_s": round(time.perf_counter() - start, 1)}


def take_in(folder: Path, place: Path) -> dict[str, Any]:
    """Ingest into an empty shop: seconds and items a second."""
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    spec = json.loads((folder / "encoder.json").read_text())["spec"]
    items = len(Goods(folder).ids)
    with shops.create(place, name="scale", encoder=spec) as shop, _Timed(items) as timed:
        shop.ingest(folder)
    return timed.told()


def words(folder: Path, place: Path) -> dict[str, Any]:
    """The text index, from nothing."""
    with shopmind.open(place) as shop:
        stores = shop.folder
        stores.text_index.clear()
        indexer = Indexer(stores.catalogue, stores.text_index, stores.vector_index, None, stores.vector_cache)
        with _Timed(stores.catalogue.columns().size - 1) as timed:
            indexer.catch_up()
    return timed.told()


def vectors(folder: Path, place: Path) -> dict[str, Any]:
    """The vector index, from nothing, of vectors that are encoded already; as many at once as the indexer takes."""
    goods = Goods(folder)
    count = len(goods.ids)
    with shopmind.open(place) as shop:
        stores = shop.folder
        stores.vector_index.clear()
        numbers = np.concatenate(
            [stores.catalogue.numbers(goods.ids[start : start + BLOCK]) for start in range(0, count, BLOCK)]
        )
        last = stores.catalogue.last_change()
        with _Timed(count) as timed:
            for start in range(0, count, VECTOR_BATCH):
                part = slice(start, start + VECTOR_BATCH)
                stores.vector_index.update(numbers[part], np.asarray(goods.vectors[part]), (), mark=last)
    np.save(folder / "numbers.npy", numbers)
    return timed.told() | {"disk_mb": _on_disk(place)}


def serve(folder: Path, place: Path) -> dict[str, Any]:
    """Times of distinct queries by one client, queries a second by two, memory of the process."""
    queries = json.loads((folder / "timed.json").read_text())
    load = os.getloadavg()[0]
    with shopmind.open(place) as shop:
        shop.warm()
        opened_mb = memory_mb("VmRSS")
        stages: dict[str, list[float]] = {}
        took: list[float] = []
        worked: list[float] = []
        degraded: set[str] = set()
        for position, text in enumerate(queries[: WARM + ASKED]):
            start, busy = time.perf_counter(), time.process_time()
            slate = _ask(shop, text)
            if position >= WARM:
                took.append(1000 * (time.perf_counter() - start))
                worked.append(1000 * (time.process_time() - busy))
                for stage, spent in slate.stages_ms.items():
                    stages.setdefault(stage, []).append(spent)
            degraded.update(slate.degraded)
        start = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(lambda text: _ask(shop, text), queries[WARM + ASKED :]))
        rate = len(queries[WARM + ASKED :]) / (time.perf_counter() - start)
        p50, p99 = np.percentile(took, [50, 99])
        busy_p50, busy_p99 = np.percentile(worked, [50, 99])
        return {
            "p50_ms": round(float(p50), 2),
            "p99_ms": round(float(p99), 2),
            "processor_p50_ms": round(float(busy_p50), 2),
            "processor_p99_ms": round(float(busy_p99), 2),
            "load_before": round(load, 2),
            "per_s": round(rate, 1),
            "stages_p50_ms": {stage: round(float(np.median(spent)), 2) for stage, spent in stages.items()},
            "opened_mb": opened_mb,
            "resident_mb": memory_mb("VmRSS"),
            "anonymous_mb": memory_mb("RssAnon"),
            "degraded": sorted(degraded),
        }


def recall(folder: Path, place: Path) -> dict[str, Any]:
    """recall@100 of both sides of the engine, by the scenario's own retrievers."""
    goods = Goods(folder)
    numbers = np.load(folder / "numbers.npy")
    row_of = np.full(int(numbers.max()) + 1, -1, np.int64)
    row_of[numbers] = np.arange(len(numbers))
    queries = json.loads((folder / "timed.json").read_text())[:COMPARED]
    with shopmind.open(place) as shop:
        encoder = shop.folder.encoder
        if encoder is None:
            raise SystemExit(shop.folder.encoder_missing)
        asked = np.concatenate([encoder.encode([text], role="query") for text in queries])
        exact = _exactly(goods.vectors, asked)
        near = []
        for vector, best in zip(asked, exact, strict=True):
            found, _ = shop.folder.vector_index.search(vector, REACH)
            near.append(len(np.intersect1d(row_of[found], best)) / len(best))
        words = [_words(shop, text, len(numbers)) for text in queries]
    return {"vectors": _spread(near), "words": _spread([each for each in words if each is not None])}


def _words(shop: shopmind.Shop, text: str, everything: int) -> float | None:
    """Share of the best hundred by the scorer over all items that the engine's own pool has; None without a match."""
    scenario = shop.scenarios["search"]
    spec = scenario.retrievers["lexical"]
    part = RETRIEVERS.load(spec.part)(spec.options, shop.tools)
    columns = shop.catalogue.columns()
    context = Context(
        query=Query("search", text=text, history=History.empty()),
        kinds=scenario.kinds,
        now_ms=0,
        columns=columns,
        load_history=History.empty,
        anchors=np.empty(0, np.int64),
        encode=lambda _: np.empty(0, np.float32),
    )
    for each in scenario.understanding:
        UNDERSTANDING.load(each.part)(each.options, shop.tools).understand(context)
    context.allowed = columns.shown & columns.kinds(scenario.kinds)
    numbers, _ = part.retrieve(context, spec.k)
    whole, scores = part.retrieve(context, everything)
    if not len(whole):
        return None
    least = scores[min(REACH, len(scores)) - 1]
    worthy = whole[scores >= least]  # equal scores are equally right
    return min(1.0, int(np.isin(numbers[:REACH], worthy).sum()) / min(REACH, len(whole)))


def _exactly(vectors: NDArray[np.float32], asked: NDArray[np.float32]) -> NDArray[np.int64]:
    """(q, 100) rows of the highest cosines, by reading all vectors."""
    best = np.full((len(asked), REACH), -np.inf, np.float32)
    rows = np.full((len(asked), REACH), -1, np.int64)
    for start in range(0, len(vectors), BLOCK):
        block = np.asarray(vectors[start : start + BLOCK])
        scores = np.concatenate([best, asked @ block.T], axis=1)
        found = np.concatenate(
            [rows, np.broadcast_to(np.arange(start, start + len(block)), (len(asked), len(block)))], 1
        )
        keep = np.argpartition(-scores, REACH - 1, axis=1)[:, :REACH]
        best, rows = np.take_along_axis(scores, keep, 1), np.take_along_axis(found, keep, 1)
    return rows


def _ask(shop: shopmind.Shop, text: str) -> Slate:
    return shop.answer(Query("search", text=text, n=10, history=History.empty()))


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "recall@100": round(float(np.mean(values)), 4),
        "worst": round(float(np.min(values)), 4),
        "queries": len(values),
    }


def _on_disk(place: Path) -> dict[str, float]:
    parts = {part.name: [part] if part.is_file() else part.rglob("*") for part in sorted(place.iterdir())}
    sizes = {name: sum(file.stat().st_size for file in files if file.is_file()) for name, files in parts.items()}
    return {name: round(size / 1e6, 1) for name, size in sizes.items() if size > 1e6}


class _Timed:
    """Seconds by the clock and of the processor, and items a second, of a block."""

    def __init__(self, items: int) -> None:
        self._items = items
        self._load = os.getloadavg()[0]

    def __enter__(self) -> _Timed:
        self._start, self._busy = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self._s, self._busy_s = time.perf_counter() - self._start, time.process_time() - self._busy

    def told(self) -> dict[str, Any]:
        """As it is written down; with the most memory this process ever had."""
        return {
            "s": round(self._s, 1),
            "processor_s": round(self._busy_s, 1),
            "items_per_s": round(self._items / self._s),
            "peak_mb": memory_mb("VmHWM"),
            "load_before": round(self._load, 2),
        }


STEPS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "import": take_in,
    "words": words,
    "vectors": vectors,
    "serve": serve,
    "recall": recall,
}
"""What is done after the catalogue is made, each in a process of its own."""

BUILDING = ("import", "words", "vectors")


def run(size: int, demo: Path | None, steps: Sequence[str] = ()) -> dict[str, Any] | None:
    """All steps, or only some of them upon what earlier ones left; None when there is no catalogue to grow.

    Some steps add their figures to those of earlier runs and leave everything for later ones.
    """
    base = prepare("electronics", Asked()) or prepare("demo", Asked(shop=demo))
    if base is None:
        return None
    compare.vectors_of(base.path)
    folder, place = CACHE / "sets" / f"grown_{size}", CACHE / "built" / f"grown_{size}"
    told = folder / "figures.json"
    if steps:
        found: dict[str, Any] = json.loads(told.read_text()) if told.is_file() else {}
    else:
        shutil.rmtree(folder, ignore_errors=True)
        found = {}
    if "distinct_titles" not in found:
        found |= {"items": size, "grown_from": base.name, **make(size, folder, base.path)}
    for step in steps or STEPS:
        threads = {} if step in BUILDING else compare.THREADS
        found[step] = compare.apart(Path(sys.executable), __spec__.name, step, str(folder), str(place), threads=threads)
        print(f"  {step}: {found[step]}", flush=True)
        told.write_text(json.dumps(found, indent=2))
    if {"words", "vectors"} <= found.keys():
        found["index_items_per_s"] = round(size / (found["words"]["s"] + found["vectors"]["s"]))
    if not steps:
        shutil.rmtree(place, ignore_errors=True)
    return found


def main() -> None:
    """Measures; with a step's name as the first word, that step alone in this process."""
    if len(sys.argv) > 1 and sys.argv[1] in STEPS:
        print(json.dumps(STEPS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--shop", type=Path, default=Path("shops/demo"))
    parser.add_argument("--steps", nargs="+", choices=list(STEPS), default=(), help="these alone, upon earlier ones")
    given = parser.parse_args()
    found = run(given.items, given.shop if (given.shop / "shop.toml").is_file() else None, given.steps)
    if found is None:
        print("skipped: neither electronics nor a demo shop is here")
    elif given.items >= 1_000_000 and set(STEPS) <= found.keys():
        write("search_scale", {"seed": SEED, "limits": LIMITS, **found})


if __name__ == "__main__":
    main()
