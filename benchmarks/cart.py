"""What completes a cart? One good of each order is hidden, the rest is the cart; does the good stand among ten?

    python -m benchmarks.cart [--sets gifts …] [--shop shops/demo] [--most 2000] [--test] [--rules PYTHON]

The last 28 days are the test, the 28 before them the validation, and what comes before these is all that anybody learns
from, for both. Orders of more than 200 goods are left out; every good that was sold before is ranked. `cart` is the
scenario through the engine, asked by nobody in particular; the others are written here and choose their options on the
validation: `co-occurrence` adds up over the cart how often goods stood in orders together, as a count or as a share,
`item_knn` adds up a cosine. Without `--test` only the validation is asked and nothing is written. `--rules` is a Python
with mlxtend installed, which mines the rules of gifts, of MovieLens-100k and of The Complete Journey beside ours.
Writes results/cart.json.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from benchmarks import cart_rules
from benchmarks.record import RESULTS, write
from benchmarks.search.sets import DATA
from shopmind import shop as shops
from shopmind.domain import History, Query
from shopmind.evaluation.figures import plain, with_intervals
from shopmind.kit.clock import DAY_MS
from shopmind.kit.seeds import generator
from shopmind.shop import Shop
from shopmind.training.baskets import held
from shopmind.training.completion import carts_of, lines_of
from shopmind.training.itemsets import ones

WINDOW_MS = 28 * DAY_MS
PAGE, SEED, BLOCK, LARGEST = 10, 0, 200, 200
SCENARIO = "cart"
SIZES = {"1": (1, 1), "2 to 4": (2, 4), "5 to 9": (5, 9), "10 to 19": (10, 19), "20 and more": (20, 10**9)}

Numbers = NDArray[np.int64]
Ranked = NDArray[np.int64]
Carts = list[tuple[Numbers, int]]
Score = Callable[[sparse.csr_array], NDArray[np.float32]]
"""Rows of carts, 1 for each good → a score of every item."""


@dataclass(frozen=True)
class Cut:
    """What is known, and the carts of both windows.

    Attributes:
        orders: (orders, size) the known orders, 1 for a good, as the recipe sees them.
        goods: (size,) what was sold before the windows and is shown.
        recent: (size,) lines of the last 28 known days.
    """

    known: pl.DataFrame
    now_ms: int
    orders: sparse.csr_array
    goods: NDArray[np.bool_]
    recent: NDArray[np.float64]
    carts: Mapping[str, Carts]


def cut(shop: Shop, most: int) -> Cut:
    """The log of a shop by time."""
    events, columns = shop.events.table(), shop.catalogue.columns()
    end_ms = int(events["timestamp_ms"].max()) + 1  # type: ignore[arg-type]
    validation_ms, test_ms = end_ms - 2 * WINDOW_MS, end_ms - WINDOW_MS
    known = events.filter(pl.col("timestamp_ms") < validation_ms)
    lines = lines_of(events, ("purchase",))
    before = lines.filter(pl.col("time_ms") < validation_ms)
    owned = before.select(owner="order", item="item", worth=pl.lit(1.0, pl.Float32), last_ms="time_ms")
    orders, sold = ones(held(owned, columns.size, LARGEST, SEED), 1)
    goods = (sold > 0) & columns.shown & columns.kinds(("product",))
    windows = {"validation": (validation_ms, test_ms), "test": (test_ms, end_ms)}
    every = {
        name: carts_of(
            lines.filter(pl.col("time_ms").is_between(start, stop, closed="left")),
            goods,
            most,
            generator(SEED, f"carts of the {name}"),
        )
        for name, (start, stop) in windows.items()
    }
    carts = {name: [each for each in found if len(each[0]) <= LARGEST] for name, found in every.items()}
    recent = before.filter(pl.col("time_ms") >= validation_ms - WINDOW_MS)["item"].to_numpy()
    lately = np.bincount(recent, minlength=columns.size).astype(np.float64)
    return Cut(known, validation_ms, orders, goods, lately, carts)


def by_scores(parts: Cut, carts: Carts, score: Score, tie: NDArray[np.uint64]) -> Ranked:
    """(n, PAGE) the best goods that are not in the cart; equal scores by hash of the id."""
    found = np.full((len(carts), PAGE), -1, np.int64)
    numbers = np.flatnonzero(parts.goods)
    for start in range(0, len(carts), BLOCK):
        block = carts[start : start + BLOCK]
        rows = np.repeat(np.arange(len(block)), [len(cart) for cart, _ in block])
        columns = np.concatenate([cart for cart, _ in block])
        shape = (len(block), len(parts.goods))
        asked = sparse.csr_array((np.ones(len(columns), np.float32), (rows, columns)), shape=shape)
        scores = score(asked)
        scores[rows, columns] = -np.inf
        for row, values in enumerate(scores[:, numbers]):
            near = np.flatnonzero(values >= np.partition(values, -PAGE)[-PAGE])
            best = near[np.lexsort((tie[numbers[near]], -values[near]))][:PAGE]
            found[start + row] = numbers[best]
    return found


def by_engine(shop: Shop, parts: Cut, carts: Carts) -> Ranked:
    """(n, PAGE) what the scenario answers."""
    found = np.full((len(carts), PAGE), -1, np.int64)
    needed = np.unique(np.concatenate([cart for cart, _ in carts]))
    ids = {
        int(number): item.item_id
        for number, item in zip(needed, shop.catalogue.get(needed), strict=True)
        if item is not None
    }
    for row, (cart, _) in enumerate(carts):
        anchors = tuple(ids[int(each)] for each in cart)
        query = Query(SCENARIO, anchors=anchors, history=History.empty(), now_ms=parts.now_ms, n=PAGE)
        best = shop.catalogue.numbers([hit.item.item_id for hit in shop.answer(query).hits])
        found[row, : len(best)] = best
    return found


def peers(parts: Cut) -> Iterator[tuple[str, str, Score]]:
    """System, options, and what scores: one after another, for each holds a matrix."""
    together = sparse.csr_array(parts.orders.T @ parts.orders)
    own = np.bincount(parts.orders.indices, minlength=len(parts.goods)).astype(np.float64)
    first = np.repeat(np.arange(len(own)), np.diff(together.indptr))
    second, both = together.indices, together.data.astype(np.float64)
    both[first == second] = 0.0

    def adding(values: NDArray[np.float64]) -> Score:
        matrix = sparse.csr_array((values.astype(np.float32), together.indices, together.indptr), shape=together.shape)
        return lambda asked: np.asarray((asked @ matrix).todense(), np.float32)

    popular = parts.recent.astype(np.float32)
    yield "popularity", "28 days", lambda asked: np.tile(popular, (asked.shape[0], 1))
    yield "co-occurrence", "orders that hold both", adding(both)
    yield "co-occurrence", "share of the orders with the good", adding(both / own[first])
    for tilt in (0.5, 0.7):
        for shrink in (5.0, 20.0):
            cosine = both * own[first] ** -tilt * own[second] ** (tilt - 1) * both / (both + shrink)
            yield "item_knn", f"tilt {tilt:g}, shrink {shrink:g}", adding(cosine)


def bundled(shop: Shop, parts: Cut, carts: Carts, tie: NDArray[np.uint64]) -> dict[str, Any]:
    """With one good of each order at hand: how many goods of its first bundle stand in the rest of the order, beside as
    many that it was bought with most often, and as many popular ones."""
    at_hand = np.array([good for _, good in carts])
    ids = dict(zip(at_hand.tolist(), shop.catalogue.get(at_hand), strict=True))
    added: list[Numbers] = []
    for good in at_hand.tolist():
        item = ids[good]
        anchors = (item.item_id,) if item is not None else ()
        query = Query("bundles", anchors=anchors, history=History.empty(), now_ms=parts.now_ms)
        found = shop.answer(query).bundles
        added.append(shop.catalogue.numbers(found[0].items[1:]) if found else np.empty(0, np.int64))
    alone = [(np.array([good]), -1) for good in at_hand.tolist()]
    others = {
        name: by_scores(parts, alone, score, tie)
        for name, options, score in peers(parts)
        if (name, options) in (("popularity", "28 days"), ("co-occurrence", "orders that hold both"))
    }
    some = np.array([len(each) > 0 for each in added])

    def share(lists: list[Numbers]) -> NDArray[np.float64]:
        met = [
            np.isin(each, cart).mean() if len(each) else np.nan for each, (cart, _) in zip(lists, carts, strict=True)
        ]
        return np.asarray(met, np.float64)

    ours = share(added)
    theirs = {
        name: share([row[: len(each)] for row, each in zip(ranked, added, strict=True)])
        for name, ranked in others.items()
    }
    values = {"bundles": {"in_the_order": ours}, **{name: {"in_the_order": each} for name, each in theirs.items()}}
    gaps = {f"bundles-{name}": {"in_the_order": ours - each} for name, each in theirs.items()}
    return {
        "asked": len(carts),
        "with_a_bundle": round(float(some.mean()), 4),
        "of_three": round(float(np.mean([len(each) == 2 for each in added if len(each)])), 4) if some.any() else None,
        "systems": _plain(with_intervals(values, seed=SEED)),
        "differences": _plain(with_intervals(gaps, seed=SEED)),
    }


def values_of(ranked: Ranked, carts: Carts) -> dict[str, NDArray[np.float64]]:
    """(n,) whether the hidden good is among the ten, and its nDCG; one good is right, so recall is the hit rate."""
    hidden = np.array([good for _, good in carts])
    hit = ranked == hidden[:, None]
    place = np.where(hit.any(axis=1), hit.argmax(axis=1), PAGE)
    return {
        f"recall@{PAGE}": hit.any(axis=1).astype(np.float64),
        f"ndcg@{PAGE}": np.where(place < PAGE, 1 / np.log2(place + 2.0), 0.0),
    }


def measure(shop: Shop, most: int, *, test: bool) -> dict[str, Any]:
    """Every system on the validation, and with `test` once on the test, by the options that the validation chose."""
    parts = cut(shop, most)
    tie = shop.catalogue.columns().tie
    windows = ["validation", "test"] if test else ["validation"]
    chosen: dict[str, tuple[float, str, dict[str, Any]]] = {}
    for name, options, score in peers(parts):
        values = {
            "validation": values_of(by_scores(parts, parts.carts["validation"], score, tie), parts.carts["validation"])
        }
        worth = float(values["validation"][f"ndcg@{PAGE}"].mean())
        print(f"{name} ({options}): {worth:.4f}", flush=True)
        if name not in chosen or worth > chosen[name][0]:
            if test:
                values["test"] = values_of(by_scores(parts, parts.carts["test"], score, tie), parts.carts["test"])
            chosen[name] = worth, options, values
    start = time.process_time()
    with shop.fitted_on(parts.known, parts.now_ms, scenarios=[SCENARIO, "bundles"]) as fitted:
        seconds = time.process_time() - start
        ours = {name: values_of(by_engine(fitted, parts, parts.carts[name]), parts.carts[name]) for name in windows}
        artifact = fitted.artifacts.load("completion")
        together = bundled(fitted, parts, parts.carts[windows[-1]], tie)
    found: dict[str, Any] = {
        "orders": parts.orders.shape[0],
        "goods": int(np.count_nonzero(parts.goods)),
        "fitted_processor_s": round(seconds, 1),
        "options": {name: options for name, (_, options, _) in chosen.items()},
        "learned": {} if artifact is None else dict(artifact.card["figures"]),
    }
    found["bundles"] = {"window": windows[-1], **together}
    print("bundles", json.dumps(together["systems"]), together["with_a_bundle"])
    for name in windows:
        systems = {SCENARIO: ours[name], **{peer: values[name] for peer, (_, _, values) in chosen.items()}}
        found[name] = told(systems, parts.carts[name])
        print(name, json.dumps({each: row["recall@10"]["value"] for each, row in found[name]["systems"].items()}))
    return found


def told(systems: Mapping[str, dict[str, NDArray[np.float64]]], carts: Carts) -> dict[str, Any]:
    """Figures with intervals, ours less each other's by pairs, and recall by the size of the cart."""
    gaps = {
        f"{SCENARIO}-{name}": {figure: systems[SCENARIO][figure] - values[figure] for figure in values}
        for name, values in systems.items()
        if name != SCENARIO
    }
    sizes = np.array([len(cart) for cart, _ in carts])
    by_size = {}
    for name, (low, high) in SIZES.items():
        here = (sizes >= low) & (sizes <= high)
        if here.any():
            recall = {
                system: round(float(values[f"recall@{PAGE}"][here].mean()), 4) for system, values in systems.items()
            }
            by_size[name] = {"carts": int(here.sum()), **recall}
    return {
        "carts": len(carts),
        "systems": _plain(with_intervals(systems, seed=SEED)),
        "differences": _plain(with_intervals(gaps, seed=SEED)),
        "recall_by_size": by_size,
    }


def _plain(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: {figure: plain(value) for figure, value in rows.items()} for name, rows in found.items()}


@contextlib.contextmanager
def opened(name: str, demo: Path) -> Iterator[Shop]:
    """The demo's shop, or a new one with the data of a folder."""
    if name == "complete_journey":
        with shops.open(demo) as shop:
            yield shop
        return
    with tempfile.TemporaryDirectory() as folder, shops.create(Path(folder) / name, encoder="none") as shop:
        shop.ingest(DATA / name)
        yield shop


def main() -> None:
    """Measures, and keeps the sets that were not asked for as they were."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="*", default=["complete_journey", "gifts"])
    parser.add_argument("--shop", type=Path, default=Path("shops/demo"), help="the demo's shop, for complete_journey")
    parser.add_argument("--most", type=int, default=2_000, help="carts asked of a window, at most")
    parser.add_argument("--test", action="store_true", help="ask the test too, and write what comes out")
    parser.add_argument("--rules", help="a Python with mlxtend installed, to mine beside")
    asked = parser.parse_args()
    sets: dict[str, Any] = {}
    for name in asked.sets:
        with opened(name, asked.shop) as shop:
            sets[name] = measure(shop, asked.most, test=asked.test)
    rules = cart_rules.measure(asked.rules) if asked.rules else {}
    before = RESULTS / "cart.json"
    kept = json.loads(before.read_text("utf-8")) if before.is_file() else {}
    sets = {**kept.get("sets", {}), **(sets if asked.test else {})}
    rules = rules or kept.get("rules", {})
    if asked.test or asked.rules:
        print(f"wrote {write('cart', {'question': 'cart', 'seed': SEED, 'sets': sets, 'rules': rules}).name}")


if __name__ == "__main__":
    main()
