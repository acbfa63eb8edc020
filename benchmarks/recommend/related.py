"""Item to item on real receipts: does what goes with an item stand in the same order, and what is similar never?

`python -m benchmarks.recommend.related SHOP` takes a shop of the demo's kind (orders of several goods, categories),
hides the last 28 days, asks for each hidden order with one of its goods at hand, and writes results/related.json.
Everything is ranked, nothing is sampled but the orders. With --validation the 28 days before are asked, for tuning.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks import record
from shopmind import shop as shops
from shopmind.domain import EVENT_TYPES, History, Query
from shopmind.evaluation.figures import plain, with_intervals
from shopmind.kit.clock import DAY_MS
from shopmind.kit.seeds import generator
from shopmind.metrics import ranking
from shopmind.shop import Shop
from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Numbers
from shopmind.training.sparse import row

PAGE = 10
WINDOW_DAYS = 28
SEED = 0
SCENARIOS = ("goes_with", "cart", "similar")
MATRICES = {"item_knn": "similar", "copurchase": "similar"}
"""Artifact → the matrix whose row is the list of a baseline."""

Lists = NDArray[np.int64]


@dataclass(frozen=True)
class Asked:
    """n orders with one good at hand: `anchors` (n,), and of each the other goods."""

    anchors: Numbers
    rest: Sequence[Numbers]


def cut(events: pl.DataFrame, goods: NDArray[np.bool_], most: int, *, validation: bool) -> tuple[pl.DataFrame, Asked]:
    """What is known, and the orders that are asked: of a window, at most `most`, of two known goods or more."""
    end_ms = int(events["timestamp_ms"].max()) + 1 - (WINDOW_DAYS * DAY_MS if validation else 0)  # type: ignore[arg-type]
    start_ms = end_ms - WINDOW_DAYS * DAY_MS
    known = events.filter(pl.col("timestamp_ms") < start_ms)
    bought = pl.col("type") == EVENT_TYPES.index("purchase")
    seen = np.zeros(len(goods), np.bool_)
    seen[known.filter(bought)["item"].drop_nulls().to_numpy()] = True
    lines = events.filter(bought & pl.col("timestamp_ms").is_between(start_ms, end_ms, closed="left"))
    lines = lines.drop_nulls(["item", "order"])
    lines = lines.filter(pl.Series((seen & goods)[lines["item"].to_numpy()]))
    orders = lines.group_by("order").agg(pl.col("item").unique().sort()).filter(pl.col("item").list.len() > 1)
    chance = generator(SEED, "orders")
    baskets = [np.array(each, np.int64) for each in orders.sort("order")["item"].to_list()]
    chosen = np.sort(chance.choice(len(baskets), min(most, len(baskets)), replace=False))
    mixed = [chance.permutation(baskets[place]) for place in chosen]
    return known, Asked(np.array([each[0] for each in mixed]), [each[1:] for each in mixed])


class Answers:
    """Lists of ten for an item, by name of the system; each list is made once."""

    def __init__(self, fitted: Shop, known: pl.DataFrame, goods: NDArray[np.bool_], now_ms: int) -> None:
        self._shop, self._goods, self._now_ms = fitted, goods, now_ms
        recent = known.filter(pl.col("timestamp_ms") >= now_ms - WINDOW_DAYS * DAY_MS)
        recent = recent.filter(pl.col("type") == EVENT_TYPES.index("purchase")).drop_nulls("item")
        counts = np.bincount(recent["item"].to_numpy(), minlength=len(goods)) * goods
        self._popular = np.argsort(-counts, kind="stable")[: PAGE + 1].astype(np.int64)

    def systems(self) -> Mapping[str, Callable[[int], Numbers]]:
        """Name → the list for an item."""
        asked: dict[str, Callable[[int], Numbers]] = {name: self._scenario(name) for name in SCENARIOS}
        of_matrices = {f"{name} alone": self._matrix(name, matrix) for name, matrix in MATRICES.items()}
        ours = {f"{name} alone": self._matrix("relations", name) for name in ("complements", "substitutes")}
        return {**asked, **ours, **of_matrices, "popularity": lambda item: self._popular[self._popular != item]}

    def lists(self, ask: Callable[[int], Numbers], items: Numbers) -> Lists:
        """(n, 10) -1 where a list is shorter."""
        distinct, place = np.unique(items, return_inverse=True)
        found = np.full((len(distinct), PAGE), -1, np.int64)
        for at, item in enumerate(distinct.tolist()):
            best = ask(item)[:PAGE]
            found[at, : len(best)] = best
        return found[place]

    def _scenario(self, name: str) -> Callable[[int], Numbers]:
        def ask(item: int) -> Numbers:
            anchor = self._shop.catalogue.get([item])[0]
            if anchor is None:
                return np.empty(0, np.int64)
            query = Query(name, anchors=(anchor.item_id,), history=History.empty(), now_ms=self._now_ms, n=PAGE)
            return self._shop.catalogue.numbers([hit.item.item_id for hit in self._shop.answer(query).hits])

        return ask

    def _matrix(self, name: str, matrix: str) -> Callable[[int], Numbers]:
        artifact = self._shop.artifacts.load(name)
        if artifact is None:
            raise SystemExit(f"{name} could not be fitted on this shop")

        def ask(item: int) -> Numbers:
            columns, values = row(artifact.arrays, matrix, item)
            keep = self._goods[columns]
            columns, values = columns[keep], values[keep]
            order = np.lexsort((columns, -values))
            return np.asarray(columns[order], np.int64)

        return ask


def in_the_order(lists: Lists, asked: Asked, keep: NDArray[np.bool_] | None = None) -> dict[str, NDArray[np.float64]]:
    """(n,) recall and nDCG of the rest of each order; `keep` says of each (case, good) whether it counts."""
    sizes = np.array([len(each) for each in asked.rest])
    cases, items = np.repeat(np.arange(len(sizes)), sizes), np.concatenate(asked.rest)
    if keep is not None:
        cases, items = cases[keep], items[keep]
    relevant = np.bincount(cases, minlength=len(sizes))
    gains = ranking.gains_at(lists, cases, items, np.ones(len(items)))
    ideal = ranking.ideal_gains(relevant, PAGE)
    return {
        f"recall@{PAGE}": ranking.recall(gains, relevant, PAGE),
        f"ndcg@{PAGE}": ranking.ndcg(gains, ideal, PAGE),
        f"any@{PAGE}": ranking.hit_rate(gains, relevant, PAGE),
    }


def kinship(lists: Lists, anchors: Numbers, path: NDArray[np.int64], above: NDArray[np.int64]) -> dict[str, Any]:
    """(n,) share of a list that is of the anchor's own leaf category, and of the one above."""
    there = lists >= 0
    size = np.maximum(there.sum(axis=1), 1)

    def share(codes: NDArray[np.int64]) -> NDArray[np.float64]:
        same = (codes[lists] == codes[anchors][:, None]) & there & (codes[anchors] >= 0)[:, None]
        return np.where(there.any(axis=1), same.sum(axis=1) / size, np.nan)

    return {"same_leaf": share(path), "same_above": share(above)}


def categories(shop: Shop) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(size,) a number for the whole category path of each item, and for the path but its last step."""
    column = shop.catalogue.columns().column("categories")
    if not isinstance(column, TextColumn):
        raise SystemExit("the goods have no categories")
    shorter = [path.rpartition(" > ")[0] or path for path in column.vocabulary]
    number = {path: place for place, path in enumerate(dict.fromkeys(shorter))}
    above = np.array([*(number[path] for path in shorter), -1])
    return column.codes.astype(np.int64), above[column.codes]


def measure(shop: Shop, most: int, *, validation: bool) -> dict[str, Any]:
    """Every system's figures with intervals, and ours less each other's."""
    columns = shop.catalogue.columns()
    goods = columns.shown & columns.kinds(("product",))
    known, asked = cut(shop.events.table(), goods, most, validation=validation)
    now_ms = int(known["timestamp_ms"].max()) + 1  # type: ignore[arg-type]
    path, above = categories(shop)
    sizes = [len(each) for each in asked.rest]
    other = path[np.concatenate(asked.rest)] != np.repeat(path[asked.anchors], sizes)
    with shop.fitted_on(known, now_ms, scenarios=SCENARIOS) as fitted:
        answers = Answers(fitted, known, goods, now_ms)
        values: dict[str, dict[str, NDArray[np.float64]]] = {}
        for name, ask in answers.systems().items():
            lists = answers.lists(ask, asked.anchors)
            of_other = in_the_order(lists, asked, other)
            values[name] = {
                **in_the_order(lists, asked),
                **{f"{figure}, another leaf": each for figure, each in of_other.items()},
                **kinship(lists, asked.anchors, path, above),
            }
            print(
                name, {figure: round(float(np.nanmean(each)), 4) for figure, each in values[name].items()}, flush=True
            )
        relations = fitted.artifacts.load("relations")
        figures = {} if relations is None else dict(relations.card["figures"])
    return {
        "cases": len(asked.anchors),
        "part": "validation" if validation else "test",
        "fitted": figures,
        "systems": dict(_told(values)),
        "differences": dict(_told(_gaps(values))),
    }


def _gaps(values: Mapping[str, Mapping[str, NDArray[np.float64]]]) -> dict[str, dict[str, NDArray[np.float64]]]:
    ours = values["goes_with"]
    return {
        f"goes_with-{name}": {figure: ours[figure] - each for figure, each in found.items()}
        for name, found in values.items()
        if name in ("cart", "popularity", "item_knn alone", "copurchase alone")
    }


def _told(values: Mapping[str, Mapping[str, NDArray[np.float64]]]) -> Iterator[tuple[str, Any]]:
    for name, figures in with_intervals(values, seed=SEED).items():
        yield name, {figure: plain(interval) for figure, interval in figures.items()}


def main() -> None:
    """Measures and writes results/related.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shop", type=Path, help="a shop's folder")
    parser.add_argument("--most", type=int, default=4_000, help="orders asked, at most")
    parser.add_argument("--validation", action="store_true", help="ask the window before, and write nothing")
    words = parser.parse_args()
    with shops.open(words.shop) as shop:
        found = measure(shop, words.most, validation=words.validation)
        found["shop"] = shop.settings.name
    if not words.validation:
        print(f"wrote {record.write('related', {'question': 'item to item', 'seed': SEED, **found}).name}")


if __name__ == "__main__":
    main()
