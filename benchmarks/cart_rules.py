"""Our association rules beside those of mlxtend: the same sets and figures, and the time each takes."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from benchmarks.recommend.logs import END_MS, MOVIES_FROM, package
from benchmarks.search.sets import DATA
from shopmind.ingest.readers.complete_journey import CompleteJourney
from shopmind.kit.progress import silent
from shopmind.metrics.association import confidence, leverage, lift
from shopmind.training.associations import AssociationsRecipe, mined
from shopmind.training.itemsets import ones, pairs, triples

PEER = Path(__file__).with_name("cart_rules_peer.py")
FIGURES = ("support", "confidence", "lift", "leverage")


def sets() -> Iterator[tuple[str, sparse.csr_array, float]]:
    """Name, orders and the share of them that a set must stand in."""
    if (DATA / "gifts").is_dir():
        lines = pl.read_parquet(DATA / "gifts" / "events.parquet").filter(pl.col("type") == "purchase")
        yield "gifts", _held(lines.drop_nulls(["order_id", "item_id"]).select(order="order_id", item="item_id")), 0.01
    folder = package(MOVIES_FROM) / "recbole" / "dataset_example" / "ml-100k"
    rated = pl.read_csv(folder / "ml-100k.inter", separator="\t", infer_schema=False)
    rated = rated.rename({name: name.partition(":")[0] for name in rated.columns})
    liked = rated.filter(pl.col("rating").cast(pl.Float64) >= 4)
    yield "movielens_100k, rated 4 or 5", _held(liked.select(order="user_id", item="item_id")), 0.1
    lines = (
        batch.frame for batch in CompleteJourney(now_ms=END_MS).read("events") if "order_id" in batch.frame.columns
    )
    bought = pl.concat(
        each.filter(pl.col("type") == "purchase").select(
            order=pl.col("order_id").cast(pl.String), item=pl.col("item_id").cast(pl.String)
        )
        for each in lines
    )
    yield "complete_journey", _held(bought.drop_nulls()), 0.001


def measure(python: str) -> dict[str, Any]:
    """Set → how many rules, the largest gap of each figure, and seconds."""
    return {name: _beside(orders, share, python) for name, orders, share in sets()}


def _beside(orders: sparse.csr_array, share: float, python: str) -> dict[str, Any]:
    at_least = int(np.ceil(share * orders.shape[0]))
    begun = time.process_time()
    items, figures = _ours(orders, at_least)
    ours_s = time.process_time() - begun
    begun = time.process_time()
    tested = mined(orders, at_least, AssociationsRecipe.Options(), silent)
    tested_s = time.process_time() - begun
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        np.savez(folder / "baskets.npz", starts=orders.indptr, items=orders.indices, at_least=at_least)
        done = subprocess.run([python, str(PEER), scratch], check=True, capture_output=True, text=True)
        said = json.loads(done.stdout)
        with np.load(folder / "rules.npz") as found:
            theirs = {name: found[name] for name in ("items", *FIGURES)}
    order, other = (np.lexsort(each.T[::-1]) for each in (items, theirs["items"]))
    same = len(order) == len(other) and bool((items[order] == theirs["items"][other]).all())
    gaps = {name: float(np.abs(figures[name][order] - theirs[name][other]).max()) if same else None for name in FIGURES}
    return {
        "orders": orders.shape[0],
        "at_least": at_least,
        "rules": len(items),
        "rules_of_mlxtend": len(theirs["items"]),
        "same_rules": same,
        "largest_gap": gaps,
        "processor_s": {"ours": round(ours_s, 2), "ours, tested": round(tested_s, 2), "mlxtend": said["seconds"]},
        "mlxtend": said["version"],
        "beyond_chance": {
            "tests": tested.tests,
            "pairs": len(tested.pairs),
            "triples": len(tested.triples),
            "rules_of_triples_that_add": int((tested.triple_more_q <= 0.01).sum()),
        },
    }


def _ours(orders: sparse.csr_array, at_least: int) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """(r, 3) given goods rising (0 for none, second), then the good that follows; and the figures of each rule."""
    holding, held_by = ones(orders, at_least)
    two = pairs(holding, at_least)
    three = triples(holding, two, at_least)
    counts = {tuple(row): int(count) for row, count in zip(two.items.tolist(), two.orders, strict=True)}
    items, both, given = [], [], []
    for to in range(2):
        nothing = np.zeros(len(two), np.int64)
        items.append(np.stack([two.items[:, 1 - to], nothing, two.items[:, to]], axis=1).astype(np.int64))
        both.append(two.orders)
        given.append(held_by[two.items[:, 1 - to]])
    for to in range(3):
        others = np.delete(three.items, to, axis=1)
        items.append(np.concatenate([others, three.items[:, [to]]], axis=1).astype(np.int64))
        both.append(three.orders)
        given.append(np.array([counts[tuple(row)] for row in others.tolist()], np.int64))
    rules, together, first = np.concatenate(items), np.concatenate(both), np.concatenate(given)
    second, total = held_by[rules[:, 2]], orders.shape[0]
    return rules, {
        "support": together / total,
        "confidence": confidence(together, first),
        "lift": lift(together, first, second, total),
        "leverage": leverage(together, first, second, total),
    }


def _held(lines: pl.DataFrame) -> sparse.csr_array:
    """(orders, goods + 1) 1 for each good of an order once; goods count from 1."""
    lines = lines.unique().with_columns(pl.col("order", "item").rank("dense").cast(pl.Int64)).sort("order", "item")
    orders, items = lines["order"].to_numpy() - 1, lines["item"].to_numpy()
    shape = (int(orders.max()) + 1, int(items.max()) + 1)
    return sparse.csr_array((np.ones(len(orders), np.float32), (orders, items)), shape=shape)
