"""Is what stands in for a good what people would take? `python -m benchmarks.substitutes [SHOP]`, the demo's shop.

Nobody wrote down what customers took in place of what was gone. Two things come near it; nothing is tuned on either.

Rated (data/electronics): two goods that people rated 3 and at least 2 for the same query stand in for one another, one
rated 0 for it does not; of one rated 1 nothing is said. At most ten goods rated 3 of each query, drawn by seed, are
sold out one after another (stock 0), and the scenario `substitutes` is asked in their place. A query that is the name
of a brand asks for a maker and not for a kind of good, and is left out. Two views: the order of the goods rated for the
query, as if the shop had no others (ndcg@10; what a system does not bring stands last, by chance), and the six hits out
of the whole catalogue: how many of them anybody rated, how many are right of those, and how many are right of six, the
unrated ones counted as wrong. A value is the mean of a query's goods; intervals are drawn over queries. The goods have
no categories and the shop no orders: the part `shelf` brings nothing, and only text, traits, price and brand speak.

Switches (The Complete Journey): see substitutes_switches.py. Without SHOP the last figures of them are kept.
Needs the weights of an encoder. Writes results/substitutes.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import shopmind
from benchmarks import record, substitutes_switches
from benchmarks.search.sets import DATA
from benchmarks.substitutes_switches import DENSE, FILTERS, SHELF, told
from shopmind.domain import History, Query
from shopmind.evaluation.figures import per_case
from shopmind.kit.seeds import generator
from shopmind.shop import Shop, create
from shopmind.stores.ports import Numbers

SEED = 0
POOL, PAGE, ANCHORS, DRAWS = 10, 6, 10, 20
BEST, RIGHT = 3.0, 2.0
"""Ratings of what is sold out, and of what can stand in for it."""
OURS = "substitutes"
BEFORE = "substitutes before training"
BESIDE = {
    "text_vectors": DENSE,
    "bm25_of_the_title": f'title = "b"\nneeds = ["text"]\nretrievers = {{lexical = {{k = 100}}}}\n{FILTERS}',
    "shelf": SHELF,
}
"""Scenario file → its text."""
Values = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Case:
    """A good that is sold out, of one query: numbers of what stands in for it, and of what does not."""

    query: str
    anchor: int
    right: Numbers
    wrong: Numbers


def cases(
    judgments: pl.DataFrame, queries: pl.DataFrame, brands: Sequence[str], numbers: Mapping[str, int]
) -> list[Case]:
    """At most ANCHORS goods a query that have at least one right other.

    Args:
        judgments: query_id, item_id, grade. queries: query_id, query.
        numbers: item id → its number; unknown ones are left out.
    """
    makers = {each.casefold() for each in brands}
    found = []
    for query_id, text in queries.sort("query_id").iter_rows():
        rated = {
            numbers[item]: grade
            for item, grade in judgments.filter(pl.col("query_id") == query_id).select("item_id", "grade").iter_rows()
            if item in numbers
        }
        best = np.array(sorted(number for number, grade in rated.items() if grade >= BEST), np.int64)
        right = np.array(sorted(number for number, grade in rated.items() if grade >= RIGHT), np.int64)
        wrong = np.array(sorted(number for number, grade in rated.items() if grade <= 0), np.int64)
        if text.casefold() in makers or len(right) < 2:
            continue
        drawn = generator(SEED, f"sold out {query_id}").permutation(best)[:ANCHORS].tolist()
        found += [Case(text, anchor, right[right != anchor], wrong) for anchor in drawn]
    return found


def in_the_pool(ranked: Numbers, case: Case, rest: Numbers) -> float:
    """nDCG@10 of the rated goods; NaN where none of them is wrong, for every order is right then.

    Args:
        ranked: rated goods, the best first. rest: all rated goods in an order of chance; those that are not in `ranked`
            stand after it.
    """
    if not len(case.wrong):
        return float("nan")
    order = np.concatenate([ranked, rest[~np.isin(rest, ranked)]])[:POOL]
    zeros = np.zeros(len(case.right), np.int64)
    return float(per_case(order[None], zeros, case.right, np.ones(len(zeros)), (POOL,))[f"ndcg@{POOL}"][0])


def on_the_page(hits: Numbers, case: Case) -> dict[str, float]:
    """Of the first six hits: rated@6, right_of_rated@6 (NaN where none is rated) and right@6; shares of six."""
    right, wrong = (int(np.isin(hits[:PAGE], each).sum()) for each in (case.right, case.wrong))
    return {
        f"rated@{PAGE}": (right + wrong) / PAGE,
        f"right_of_rated@{PAGE}": right / (right + wrong) if right + wrong else float("nan"),
        f"right@{PAGE}": right / PAGE,
    }


def by_query(values: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.float64]:
    """(queries,) mean of the goods of each query that have an answer, NaN where none has; in the order of `names`."""
    of = np.array(names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a query without any answer
        return np.array([np.nanmean(values[of == name]) for name in dict.fromkeys(names)])


@contextmanager
def sold_out(shop: Shop, number: int) -> Iterator[str]:
    """The item's id, while its stock is 0."""
    item = shop.catalogue.get([number])[0]
    if item is None:
        raise SystemExit(f"item {number} is gone")
    shop.catalogue.put([replace(item, stock=0)])
    yield item.item_id
    shop.catalogue.put([item])


def ask(shop: Shop, scenario: str, item_id: str, title: str, n: int) -> Numbers:
    """Numbers of the first n hits in place of an item."""
    query = Query(scenario, anchors=(item_id,), text=title, verbatim=True, n=n, history=History.empty(), record=False)
    return shop.catalogue.numbers([hit.item.item_id for hit in shop.answer(query).hits])


def asked(shop: Shop, scenario: str, every: Sequence[Case]) -> dict[str, NDArray[np.float64]]:
    """Figure → (cases,) of one scenario."""
    rows = []
    for case in every:
        rest = _by_chance(case)[0]
        pool = shop.over(shop.artifacts, only=np.sort(rest))
        with sold_out(shop, case.anchor) as item_id:
            title = (shop.catalogue.titles([case.anchor])[0] or "") if scenario.startswith("bm25") else ""
            ranked = ask(pool, scenario, item_id, title, len(rest))
            hits = ask(shop, scenario, item_id, title, PAGE)
        rows.append({f"ndcg@{POOL}": in_the_pool(ranked, case, rest), **on_the_page(hits, case), "hits": len(hits)})
    return {name: np.array([row[name] for row in rows], np.float64) for name in rows[0]}


def by_chance(every: Sequence[Case]) -> dict[str, NDArray[np.float64]]:
    """The order of chance, a mean of DRAWS; out of the whole catalogue chance brings next to nothing that is rated."""
    nothing = np.empty(0, np.int64)
    pool = [np.mean([in_the_pool(nothing, case, drawn) for drawn in _by_chance(case)]) for case in every]
    return {f"ndcg@{POOL}": np.array(pool)}


def _by_chance(case: Case) -> list[Numbers]:
    """Rated goods in DRAWS orders of chance."""
    rated = np.sort(np.concatenate([case.right, case.wrong]))
    chance = generator(SEED, f"order of {case.query} {case.anchor}")
    return [chance.permutation(rated) for _ in range(DRAWS)]


def rated() -> dict[str, Any]:
    """Every system on data/electronics."""
    folder = DATA / "electronics"
    with tempfile.TemporaryDirectory() as scratch:
        where = Path(scratch) / "shop"
        create(where, name="Electronics").close()
        (where / "scenarios").mkdir()
        for name, text in BESIDE.items():
            (where / "scenarios" / f"{name}.toml").write_text(text, "utf-8")
        with shopmind.open(where) as shop:
            shop.ingest(folder)
            shop.index()
            items = pl.read_parquet(folder / "items.parquet", columns=["item_id", "brand"])
            places = dict(
                zip(items["item_id"].to_list(), shop.catalogue.numbers(items["item_id"].to_list()), strict=True)
            )
            judgments, queries = (pl.read_parquet(folder / f"{each}.parquet") for each in ("judgments", "queries"))
            numbers = {item: int(number) for item, number in places.items()}
            every = cases(judgments, queries, items["brand"].unique().to_list(), numbers)
            print(len(every), "goods sold out", flush=True)
            values = {BEFORE: asked(shop, OURS, every)}
            values |= {name: asked(shop, name, every) for name in BESIDE}
            shop.train(["relations"])
            values = {OURS: asked(shop, OURS, every), **values}
            encoder = shop.tools.encoder
            version = "none" if encoder is None else encoder.version
    brought = {name: round(float(each.pop("hits").mean()), 2) for name, each in values.items()}
    shown = {name: each for name, each in values.items() if brought[name]}
    named = [case.query for case in every]
    every_of = {**shown, "chance": by_chance(every)}
    return {
        "encoder": version,
        "queries": len(set(named)),
        "with_wrong_goods": len({case.query for case in every if len(case.wrong)}),
        "sold_out": len(every),
        "hits_of_six": brought,
        **told(every_of, lambda values: by_query(values, named), ours=OURS),
    }


def main() -> None:
    """Measures and writes results/substitutes.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shop", type=Path, nargs="?", help="the demo's shop, for the switches")
    parser.add_argument("--choose", action="store_true", help="try weights on the 28 days before, and write nothing")
    given = parser.parse_args()
    where: Path | None = given.shop
    if given.choose:
        if where is None:
            parser.error("--choose needs SHOP")
        with shopmind.open(where) as shop:
            return substitutes_switches.choose(shop)
    kept = record.RESULTS / "substitutes.json"
    found: dict[str, Any] = {"rated": rated()}
    if where is not None:
        with shopmind.open(where) as shop:
            found["switches"] = substitutes_switches.measure(shop)
    elif kept.is_file():
        before = json.loads(kept.read_text("utf-8"))
        found["switches"] = {"measured_at": before["measured_at"], "commit": before["commit"], **before["switches"]}
    print({name: {k: v["value"] for k, v in each.items()} for name, each in found["rated"]["systems"].items()})
    print(f"wrote {record.write('substitutes', {'question': 'what stands in', 'seed': SEED, **found}).name}")


if __name__ == "__main__":
    main()
