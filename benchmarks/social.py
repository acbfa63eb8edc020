"""Do links between people help? `python -m benchmarks.social` on a folder of listeners who are friends (data/music).

Of each listener a fifth of the artists is the test, a fifth the validation, the rest is known; of a third of the
listeners, drawn by seed, all but the first 0 to 5 of what is known is hidden, for the data hold 50 artists of nearly
everybody. The shop that answers holds nothing but what is known, and the consent of everybody. Asked through the engine
are the linear model with and without what friends chose, everything ranked that the listener did not have. The settings
of both are chosen on the validation of the first seed; the test of each seed is read once, and a listener's figures are
the mean of the seeds. Differences are paired, intervals drawn over listeners. Writes results/social.json.
"""

from __future__ import annotations

import argparse
import json
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
from shopmind.domain import Query
from shopmind.evaluation.figures import per_case, plain, with_intervals
from shopmind.kit.clock import DAY_MS, format_time, system_clock
from shopmind.kit.seeds import generator
from shopmind.shop import Shop, create

SEEDS = (0, 1)
CUTOFFS = (10, 20)
FIGURES = tuple(f"{name}@{k}" for name in ("recall", "ndcg") for k in CUTOFFS)
SPARSE = 6
"""Of listeners who are made sparse 0 … 5 artists are known."""

RIDGES = (5.0, 20.0, 60.0, 200.0)
STRENGTHS = ((0.5, 5.0), (1.0, 5.0), (1.0, 20.0), (2.0, 2.0))
FRIENDS = (0.0, 0.1)
SYSTEMS = ("without", "with", "only_friends", "only_popularity")
Values = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Cut:
    """One drawing.

    Attributes:
        known, valid, test: user_id and item_id.
        users: (n,) ids, in the order of the figures.
        had: (n,) how many artists are known of each.
        sparse: (n,) whether most of what is known was hidden.
    """

    known: pl.DataFrame
    valid: pl.DataFrame
    test: pl.DataFrame
    users: list[str]
    had: NDArray[np.int64]
    sparse: NDArray[np.bool_]


def cut(folder: Path, seed: int) -> Cut:
    """Draws known, validation and test artists of each listener."""
    plays = pl.read_parquet(folder / "events.parquet").filter(pl.col("type") == "play")
    plays = plays.select("user_id", "item_id").unique().sort("user_id", "item_id")
    users = plays["user_id"].unique().sort()
    chance = generator(seed, "social")
    thin = pl.DataFrame(
        {
            "user_id": users,
            "sparse": chance.random(len(users)) < 1 / 3,
            "most": chance.integers(0, SPARSE, len(users)),
        }
    )
    plays = plays.with_columns(pl.Series("draw", chance.random(len(plays)))).join(thin, "user_id")
    place, size = pl.col("draw").rank("ordinal").over("user_id") - 1, pl.len().over("user_id")
    fifth = (size / 5).round().cast(pl.UInt32)
    plays = plays.with_columns(place=place, fifth=fifth)
    rest = plays.filter(pl.col("place") >= 2 * pl.col("fifth"))
    known = rest.filter(~pl.col("sparse") | (pl.col("place") - 2 * pl.col("fifth") < pl.col("most")))
    had = users.to_frame().join(known.group_by("user_id").len(), "user_id", "left", maintain_order="left")
    return Cut(
        known.select("user_id", "item_id"),
        plays.filter((pl.col("place") >= pl.col("fifth")) & (pl.col("place") < 2 * pl.col("fifth"))),
        plays.filter(pl.col("place") < pl.col("fifth")),
        users.to_list(),
        had["len"].fill_null(0).to_numpy().astype(np.int64),
        thin["sparse"].to_numpy(),
    )


def filled(folder: Path, where: Path, drawn: Cut) -> None:
    """A shop that knows the artists, the listeners with their consent, their links, and what is known of each."""
    now_ms = system_clock() - DAY_MS
    create(where, name="Listeners", encoder="none").close()
    (where / "scenarios").mkdir()
    for name, text in _scenarios().items():
        (where / "scenarios" / f"{name}.toml").write_text(text)
    source = where / "source"
    source.mkdir()
    pl.read_parquet(folder / "items.parquet").write_parquet(source / "items.parquet")
    consents = pl.DataFrame({"user_id": drawn.users}).with_columns(consent=pl.lit('{"social": true}'))
    consents.write_parquet(source / "users.parquet")
    pl.read_parquet(folder / "links.parquet").write_parquet(source / "links.parquet")
    plays = drawn.known.with_columns(type=pl.lit("play"), timestamp=pl.lit(format_time(now_ms)))
    plays.write_parquet(source / "events.parquet")
    with shopmind.open(where) as shop:
        report = shop.ingest(source)
        print(report.text() if hasattr(report, "text") else "", flush=True)


def _scenarios() -> dict[str, str]:
    """The packaged scenario, one for each setting, and the same without links."""
    body = 'needs = ["user"]\nkinds = ["content"]\nfilters = [{part = "bought", types = ["play"]}]\n'
    made = {
        "without": f'title = "w"\n{body}retrievers = {{ease = {{k = 200}}, popularity = {{k = 200}}}}\n' + _ranked(1)
    }
    for name, brings in (("popularity", "popularity"), ("friends", "friends")):
        more = ", popularity = {k = 200}" if name != "popularity" else ""
        weights = f"{brings} = 1.0" + (", popularity = 0.001" if more else "")
        made[f"only_{name}"] = (
            f'title = "o"\n{body}retrievers = {{{brings} = {{k = 200}}{more}}}\n'
            f'ranker = {{part = "fusion", by = "score", weights = {{{weights}}}}}\n'
        )
    for strength, half in STRENGTHS:
        for friends in FRIENDS:
            made[_named(strength, half, friends)] = (
                f'base = "social"\n{body}retrievers = {{social = {{strength = {strength}, half = {half}}}}}\n'
                f"ranker = {{weights = {{friends = {friends}}}}}\n"
            )
    made["packaged"] = f'base = "social"\n{body}'
    return made


def _ranked(weight: float) -> str:
    return f'ranker = {{part = "fusion", by = "score", weights = {{ease = {weight}, popularity = 0.05}}}}\n'


def _named(strength: float, half: float, friends: float) -> str:
    return f"with_{strength:g}_{half:g}_{friends:g}".replace(".", "p")


def asked(shop: Shop, scenario: str, drawn: Cut, truth: pl.DataFrame, other: pl.DataFrame) -> Values:
    """Figure → (n,) of each listener, NaN without an artist in `truth`; artists of `other` are taken out of a slate."""
    numbered = other.select("user_id", number=pl.Series(shop.catalogue.numbers(other["item_id"].to_list())))
    out = dict(numbered.group_by("user_id").agg("number").iter_rows())
    most = max(CUTOFFS)
    ranked = np.full((len(drawn.users), most), -1, np.int64)
    asking = Asking(shop, scenario)
    for row, user in enumerate(drawn.users):
        found = asking.best(Query(scenario, user_id=shop.pseudonyms.user(user)), most + 12)
        found = found[~np.isin(found, out.get(user, ()))][:most]
        ranked[row, : len(found)] = found
    rows = {user: row for row, user in enumerate(drawn.users)}
    cases = np.array([rows[user] for user in truth["user_id"].to_list()])
    items = shop.catalogue.numbers(truth["item_id"].to_list())
    values = per_case(ranked, cases, items, np.ones(len(items)), CUTOFFS)
    return {figure: values[figure] for figure in FIGURES}


def groups(drawn: Cut) -> dict[str, NDArray[np.bool_]]:
    """Segment → (n,) listeners that are in it."""
    return {
        "all": np.ones(len(drawn.users), np.bool_),
        "sparse: 0 to 5 known": drawn.sparse,
        "0 known": drawn.sparse & (drawn.had == 0),
        "1 to 2 known": drawn.sparse & (drawn.had > 0) & (drawn.had <= 2),
        "3 to 5 known": drawn.sparse & (drawn.had > 2),
        "full": ~drawn.sparse,
    }


def chosen(folder: Path) -> dict[str, Any]:
    """Settings by nDCG@10 on the validation of the first seed: the ridge of the model alone, then the rest."""
    drawn = cut(folder, SEEDS[0])
    tried: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        where = Path(scratch) / "shop"
        filled(folder, where, drawn)
        for ridge in RIDGES:
            with _trained(where, ridge) as shop:
                for name in ("without", "packaged"):
                    tried[f"{name}, ridge {ridge:g}"] = _means(asked(shop, name, drawn, drawn.valid, drawn.test), drawn)
        ridge_of = {
            name: max(RIDGES, key=lambda r: tried[f"{name}, ridge {r:g}"]["ndcg@10"])
            for name in ("without", "packaged")
        }
        settings = {}
        with _trained(where, ridge_of["packaged"]) as shop:
            for strength, half in STRENGTHS:
                for friends in FRIENDS:
                    name = _named(strength, half, friends)
                    tried[name] = _means(asked(shop, name, drawn, drawn.valid, drawn.test), drawn)
                    settings[name] = {"strength": strength, "half": half, "friends": friends}
    best = max(settings, key=lambda each: tried[each]["ndcg@10"])
    return {"ridge": ridge_of, "scenario": best, "settings": settings[best], "tried": tried}


def _trained(where: Path, ridge: float) -> Shop:
    options = {"ease": {"ridge": ridge}}
    with shopmind.open(where, training=options) as shop:
        shop.train(["circles", "ease", "popularity"])
    return shopmind.open(where, training=options)


def _means(values: Values, drawn: Cut) -> dict[str, float]:
    means = {figure: round(float(np.nanmean(each)), 4) for figure, each in values.items()}
    means["sparse ndcg@10"] = round(float(np.nanmean(values["ndcg@10"][drawn.sparse])), 4)
    print("  ", means, flush=True)
    return means


def tested(folder: Path, choice: Mapping[str, Any]) -> None:
    """Segment → system → figures, and paired differences; written after each drawing."""
    found: dict[str, dict[str, list[Values]]] = {}
    sizes: dict[str, list[int]] = {}
    for seed in SEEDS:
        drawn = cut(folder, seed)
        values: dict[str, Values] = {}
        with tempfile.TemporaryDirectory() as scratch:
            where = Path(scratch) / "shop"
            filled(folder, where, drawn)
            for ridge in dict.fromkeys(choice["ridge"].values()):
                with _trained(where, ridge) as shop:
                    for name in SYSTEMS:
                        if ridge == choice["ridge"]["without" if name == "without" else "packaged"]:
                            scenario = choice["scenario"] if name == "with" else name
                            values[name] = asked(shop, scenario, drawn, drawn.test, drawn.valid)
        for segment, inside in groups(drawn).items():
            sizes.setdefault(segment, []).append(int(inside.sum()))
            for name in SYSTEMS:
                kept = {figure: np.where(inside, each, np.nan) for figure, each in values[name].items()}
                found.setdefault(segment, {}).setdefault(name, []).append(kept)
        segments = {segment: {"listeners": sizes[segment], **_told(of)} for segment, of in found.items()}
        for segment, told in segments.items():
            gap = told["differences"]["with-without"]
            print(segment, {figure: {k: round(v, 4) for k, v in gap[figure].items()} for figure in FIGURES}, flush=True)
        seeds = list(SEEDS[: len(sizes["all"])])
        result = {"question": "links between people", "seeds": seeds, "chosen": choice, "test": segments}
        print(f"wrote {record.write('social', result).name} after {len(seeds)} drawings", flush=True)


def _told(systems: Mapping[str, list[Values]]) -> dict[str, Any]:
    mean = {
        name: {figure: _mean([each[figure] for each in runs]) for figure in FIGURES} for name, runs in systems.items()
    }
    gaps = {
        f"with-{other}": {f: mean["with"][f] - mean[other][f] for f in FIGURES} for other in mean if other != "with"
    }
    return {
        part: {
            name: {figure: plain(interval) for figure, interval in of.items()}
            for name, of in with_intervals(values, seed=0).items()
        }
        for part, values in (("systems", mean), ("differences", gaps))
    }


def _mean(runs: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """(n,) mean over the runs in which a listener has a figure."""
    table = np.stack(runs)
    known = ~np.isnan(table)
    total, count = np.where(known, table, 0).sum(axis=0), known.sum(axis=0)
    mean: NDArray[np.float64] = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
    return mean


def main() -> None:
    """Chooses, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=DATA / "music")
    parser.add_argument("--again", action="store_true", help="with the settings of results/social.json")
    words = parser.parse_args()
    held = record.RESULTS / "social.json"
    choice = json.loads(held.read_text(encoding="utf-8"))["chosen"] if words.again else chosen(words.folder)
    print({name: each for name, each in choice.items() if name != "tried"}, flush=True)
    tested(words.folder, choice)


if __name__ == "__main__":
    main()
