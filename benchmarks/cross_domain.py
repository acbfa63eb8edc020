"""What is known of a user elsewhere, does it help where nothing is known? `python -m benchmarks.cross_domain`.

A catalogue is split into two domains by attribute: goods that carry the one and not the other. Users who chose two or
more in the first and anything in the second are shared; of half of them both is known, of a fifth (validation) and of
the rest (test) nothing in the second domain. All goods of the second domain are ranked for each, through the engine, by
the scenario `cross_domain` with the domain as the request's filter, beside popularity in the domain, texts alone
(nearness to the history, which is what `dense` does) and neighbours by people (`item_knn`). Weights are chosen on the
validation of all pairs together. Users come in drawn order; intervals are drawn over users. Needs weights of an
encoder. Writes results/cross_domain.json.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import shopmind
from benchmarks import record
from benchmarks.asking import Asking
from benchmarks.search.sets import DATA
from shopmind.domain import History, Query
from shopmind.evaluation.figures import per_case, plain, with_intervals
from shopmind.kit.clock import DAY_MS, format_time, system_clock
from shopmind.kit.seeds import generator
from shopmind.shop import Shop, create

SEED = 0
THERE = "category = 'there'"
FIGURES = ("recall@10", "ndcg@10")
MOST_VALID, MOST_TEST = 200, 500
"""Users asked of a pair, at most."""


@dataclass(frozen=True)
class Pair:
    """Two domains of a set: the attribute of each, and what its goods are."""

    folder: str
    here: int
    there: int
    told: str


PAIRS = (
    Pair("amazon_beauty", 2, 4, "skin care to hair care"),
    Pair("amazon_beauty", 1, 2, "make-up to skin care"),
    Pair("amazon_sports", 3, 23, "hunting and fishing to outdoor gear"),
)
WEIGHTS = tuple((carried, popular) for carried in (0.0, 0.5) for popular in (0.3, 1.0))
Values = dict[str, NDArray[np.float64]]


def made(pair: Pair, where: Path) -> dict[str, pl.DataFrame]:
    """A shop of the goods of both domains that knows what is not asked; part → user_id, had and wanted (lists)."""
    items = pl.read_parquet(DATA / pair.folder / "items.parquet")
    in_here, in_there = (pl.col("attribute_ids").list.contains(each) for each in (pair.here, pair.there))
    items = items.with_columns(
        domain=pl.when(in_here & ~in_there).then(pl.lit("here")).when(in_there & ~in_here).then(pl.lit("there"))
    ).drop_nulls("domain")
    steps = pl.read_parquet(DATA / pair.folder / "sequences.parquet").select("user_id", "item_ids")
    steps = steps.explode("item_ids").rename({"item_ids": "item_id"}).join(items.select("item_id", "domain"), "item_id")
    counts = steps.group_by("user_id").agg(
        had=pl.col("item_id").filter(pl.col("domain") == "here"),
        wanted=pl.col("item_id").filter(pl.col("domain") == "there"),
    )
    shared = counts.filter((pl.col("had").list.len() >= 2) & (pl.col("wanted").list.len() >= 1)).sort("user_id")
    order = generator(SEED, f"{pair.folder} {pair.here} {pair.there}").permutation(len(shared))
    shared = shared[order.tolist()]
    half, end = len(shared) // 2, len(shared) * 7 // 10
    parts = {"validation": shared[half:end][:MOST_VALID], "test": shared[end:][:MOST_TEST]}
    asked = shared[half:].select("user_id")
    known = pl.concat(
        [steps.join(asked, "user_id", "anti"), steps.join(asked, "user_id", "semi").filter(pl.col("domain") == "here")]
    )
    create(where, name=pair.told, encoder="minilm").close()
    (where / "scenarios").mkdir()
    for name, text in scenarios().items():
        (where / "scenarios" / f"{name}.toml").write_text(text)
    source = where / "source"
    source.mkdir()
    goods = items.select("item_id", "title", kind=pl.lit("product"), categories=pl.col("domain"))
    goods.write_parquet(source / "items.parquet")
    at = format_time(system_clock() - DAY_MS)
    lines = known.select("user_id", "item_id", type=pl.lit("purchase"), timestamp=pl.lit(at))
    lines.write_parquet(source / "events.parquet")
    with shopmind.open(where) as shop:
        shop.ingest(source)
        shop.index()
    return parts


def scenarios() -> dict[str, str]:
    """Every system as a scenario of the same shop."""
    body = 'title = "s"\nfilters = [{part = "bought"}]\n'
    fused = 'ranker = {{part = "fusion", by = "score", weights = {{{}}}}}\n'
    found = {
        "popularity_alone": body + "retrievers = {popularity = {k = 300}}\n",
        "texts_alone": body + 'retrievers = {dense = {k = 300, of = "history"}}\n',
        "neighbours_and_popularity": body
        + "retrievers = {item_knn = {k = 300}, popularity = {k = 300}}\n"
        + fused.format("item_knn = 1.0, popularity = 0.5"),
        "bridge_alone": body
        + "retrievers = {bridge = {k = 300}, popularity = {k = 300}}\n"
        + fused.format("bridge = 1.0, popularity = 0.001"),
    }
    for carried, popular in WEIGHTS:
        weights = f"bridge = 1.0, carried = {carried}, popularity = {popular}"
        found[named(carried, popular)] = (
            f'base = "cross_domain"\nranker = {{weights = {{{weights}}}}}\nrerankers = []\n'
        )
    return found


def named(carried: float, popular: float) -> str:
    """Name of a tried scenario."""
    return f"tried_{carried:g}_{popular:g}".replace(".", "p")


def asked(shop: Shop, scenario: str, cases: pl.DataFrame) -> Values:
    """Figure → (n,) of each user."""
    ranked = np.full((len(cases), 10), -1, np.int64)
    asking = Asking(shop, scenario)
    for row, user in enumerate(cases["user_id"].to_list()):
        found = asking.best(Query(scenario, user_id=shop.pseudonyms.user(user), filter=THERE), 10)
        ranked[row, : len(found)] = found
    long = cases.with_row_index("case").select("case", "wanted").explode("wanted")
    items = shop.catalogue.numbers(long["wanted"].to_list())
    values = per_case(ranked, long["case"].to_numpy().astype(np.int64), items, np.ones(len(items)), (10,))
    return {figure: values[figure] for figure in FIGURES}


def measure(pairs: tuple[Pair, ...]) -> dict[str, Any]:
    """Validation of all pairs first, then the test with what was chosen."""
    with tempfile.TemporaryDirectory() as scratch:
        shops: dict[Pair, tuple[Path, dict[str, pl.DataFrame]]] = {}
        tried: dict[str, list[float]] = {}
        figures: dict[str, Any] = {}
        for place, pair in enumerate(pairs):
            where = Path(scratch) / str(place)
            shops[pair] = where, made(pair, where)
            with shopmind.open(where, training=TRAINING) as shop:
                shop.train(["bridges", "item_knn", "popularity"])
            with shopmind.open(where, training=TRAINING) as shop:
                artifact = shop.artifacts.load("bridges")
                figures[pair.told] = {} if artifact is None else artifact.card["figures"]
                for weights in WEIGHTS:
                    found = asked(shop, named(*weights), shops[pair][1]["validation"])
                    tried.setdefault(named(*weights), []).append(float(np.mean(found["ndcg@10"])))
            print(pair.told, {name: round(each[-1], 4) for name, each in tried.items()}, flush=True)
        best = max(WEIGHTS, key=lambda each: float(np.mean(tried[named(*each)])))
        print("chosen", best, flush=True)
        results = {}
        for pair, (where, parts) in shops.items():
            with shopmind.open(where, training=TRAINING) as shop:
                results[pair.told] = tested(shop, parts["test"], named(*best))
            gap = results[pair.told]["differences"]["cross_domain-popularity_alone"]
            print(pair.told, {f: {k: round(v, 4) for k, v in each.items()} for f, each in gap.items()}, flush=True)
    chosen = {"bridge": 1.0, "carried": best[0], "popularity": best[1]}
    return {"chosen": chosen, "tried": tried, "fitted": figures, "pairs": results}


TRAINING: Mapping[str, Mapping[str, Any]] = {
    "bridges": {"by": "category"},
    "item_knn": {"tilt": 0.5, "shrink": 5.0, "at_least": 1.0},
}


def tested(shop: Shop, cases: pl.DataFrame, chosen: str) -> dict[str, Any]:
    """Every system's figures, the paired difference to each, and to the same users' answers if nothing were known."""
    names = {name: name for name in scenarios() if not name.startswith("tried")} | {"cross_domain": chosen}
    values = {name: asked(shop, scenario, cases) for name, scenario in names.items()}
    values["cross_domain_without_history"] = without_history(shop, cases, chosen)
    ours = values["cross_domain"]
    gaps = {
        f"cross_domain-{name}": {figure: ours[figure] - each[figure] for figure in FIGURES}
        for name, each in values.items()
        if name != "cross_domain"
    }
    return {
        "users": len(cases),
        **{
            part: {
                name: {figure: plain(interval) for figure, interval in of.items()}
                for name, of in with_intervals(table, seed=SEED).items()
            }
            for part, table in (("systems", values), ("differences", gaps))
        },
    }


def without_history(shop: Shop, cases: pl.DataFrame, scenario: str) -> Values:
    """The same scenario asked by somebody of whom nothing is known: one answer for all."""
    found = Asking(shop, scenario).best(Query(scenario, history=History.empty(), filter=THERE), 10)
    long = cases.with_row_index("case").select("case", "wanted").explode("wanted")
    items = shop.catalogue.numbers(long["wanted"].to_list())
    ranked = np.tile(found, (len(cases), 1))
    values = per_case(ranked, long["case"].to_numpy().astype(np.int64), items, np.ones(len(items)), (10,))
    return {figure: values[figure] for figure in FIGURES}


def main() -> None:
    """Measures and writes results/cross_domain.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=len(PAIRS), help="only so many pairs")
    words = parser.parse_args()
    found = measure(PAIRS[: words.first])
    path = record.write("cross_domain", {"question": "from one part of a catalogue to another", "seed": SEED, **found})
    print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
