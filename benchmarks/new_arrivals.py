"""Which new goods will be wanted? `python -m benchmarks.new_arrivals [SHOP]` on data/gifts and on the demo's shop.

The data do not say when a good was created: it counts as new from its first sale on, those of the first four weeks left
out. Every two weeks a slate of ten goods no older than 60 days is asked of the scenario `fresh` for a stranger, of the
same with the newest first, and of popularity among the same goods. A slate is worth the share it holds of all people
who buy a new good in the next four weeks (people, counted once a good), and the share of its goods that belong to the
ten most bought (best ten). How much the foreseen popularity and the one so far count is chosen on the first half of the
dates of gifts. Its second half is asked as well, but what it said led to `wanted`; so with a SHOP, the demo's, the
packaged file is asked at all dates of that one, of which none served to choose anything. Intervals are drawn over
dates, which are few and overlap. Needs weights of an encoder. Writes results/new_arrivals.json.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import shopmind
from benchmarks import record
from benchmarks.search.sets import DATA
from shopmind.domain import EVENT_TYPES, History, Query
from shopmind.evaluation.figures import plain, with_intervals
from shopmind.kit.clock import DAY_MS, WEEK_MS, format_time
from shopmind.shop import Shop, create

SEED = 0
N = 10
NEW_DAYS = 60
TRIED = ((0.5, 0.0), (4.0, 0.0), (0.0, 1.0), (0.5, 1.0), (2.0, 1.0), (2.0, 2.0))
"""How much the foreseen popularity counts, and how much the popularity so far."""
PURCHASE = EVENT_TYPES.index("purchase")
Values = dict[str, list[float]]


def scenarios() -> dict[str, str]:
    """Every system as a scenario."""
    made = {
        "newest": 'base = "fresh"\nretrievers = {fresh = {promise = 0.0, wanted = 0.0}}\nrerankers = []\n',
        "popularity_alone": 'title = "p"\nretrievers = {popularity = {k = 100}}\n',
    }
    for promise, wanted in TRIED:
        options = f"promise = {promise}, wanted = {wanted}"
        made[named(promise, wanted)] = f'base = "fresh"\nretrievers = {{fresh = {{{options}}}}}\nrerankers = []\n'
    return made


def named(promise: float, wanted: float) -> str:
    """Name of a tried scenario."""
    return f"promise_{promise:g}_wanted_{wanted:g}".replace(".", "p")


def filled(where: Path) -> None:
    """A shop of the goods with the time of their first sale as that of their creation."""
    create(where, name="Gifts", encoder="minilm").close()
    (where / "scenarios").mkdir()
    for name, text in scenarios().items():
        (where / "scenarios" / f"{name}.toml").write_text(text)
    source = where / "source"
    source.mkdir()
    events = pl.read_parquet(DATA / "gifts" / "events.parquet")
    first = events.filter(pl.col("type") == "purchase").group_by("item_id").agg(created_at=pl.col("timestamp").min())
    start = events["timestamp"].min()
    first = first.filter(pl.col("created_at") >= start + pl.duration(weeks=4))
    items = pl.read_parquet(DATA / "gifts" / "items.parquet").join(first, "item_id", "left")
    items.write_parquet(source / "items.parquet")
    events.write_parquet(source / "events.parquet")
    with shopmind.open(where) as shop:
        shop.ingest(source)
        shop.index()


def dated(where: Path) -> None:
    """Gives the goods of a shop that is there the time of their first sale as that of their creation."""
    (where / "scenarios").mkdir(exist_ok=True)
    for name, text in scenarios().items():
        (where / "scenarios" / f"{name}.toml").write_text(text)
    with shopmind.open(where) as shop:
        events = shop.events.table().filter(pl.col("type") == PURCHASE).drop_nulls("item")
        start_ms = int(events["timestamp_ms"].min())  # type: ignore[arg-type]
        first = dict(events.group_by("item").agg(pl.col("timestamp_ms").min()).iter_rows())
        known = [
            replace(item, created_at_ms=first[number])
            for number, item in shop.catalogue.scan()
            if first.get(number, start_ms) >= start_ms + 4 * WEEK_MS
        ]
        shop.catalogue.put(known)
        shop.index()


def asked(shop: Shop, events: pl.DataFrame, cut_ms: int, names: list[str]) -> dict[str, tuple[float, float]]:
    """System → share of the people and of the best ten."""
    columns = shop.catalogue.columns()
    created = columns.column("created_at")
    born = np.asarray(getattr(created, "values"))  # noqa: B009 -- a number column here, or the data are not these
    new = (born < cut_ms) & (born >= cut_ms - NEW_DAYS * DAY_MS)
    later = events.filter(
        (pl.col("type") == PURCHASE)
        & (pl.col("timestamp_ms") >= cut_ms)
        & (pl.col("timestamp_ms") < cut_ms + 4 * WEEK_MS)
    ).drop_nulls(["item", "user"])
    people = later.select("item", "user").unique().group_by("item").len()
    wanted = np.zeros(columns.size)
    wanted[people["item"].to_numpy()] = people["len"].to_numpy()
    wanted[~new] = 0
    best = np.argsort(-wanted, kind="stable")[:N]
    since = format_time(cut_ms - NEW_DAYS * DAY_MS)
    until = format_time(cut_ms)
    found = {}
    for name in names:
        query = Query(
            name,
            n=N,
            now_ms=cut_ms,
            history=History.empty(),
            filter=f"created_at >= '{since}' and created_at < '{until}'",
        )
        slate: NDArray[np.int64] = shop.catalogue.numbers([hit.item.item_id for hit in shop.answer(query).hits])
        found[name] = (float(wanted[slate].sum() / wanted.sum()), float(np.isin(slate, best).sum() / N))
    return found


def measure(demo: Path | None) -> dict[str, Any]:
    """Chooses on the first half of the dates of gifts, asks the second, and all of the demo's."""
    with tempfile.TemporaryDirectory() as scratch:
        where = Path(scratch) / "shop"
        filled(where)
        with shopmind.open(where) as shop:
            events, cuts = _log(shop)
            half = len(cuts) // 2
            tried = _dates(shop, events, cuts[:half], list(scenarios()))
            means = {name: round(float(np.mean(of["people"])), 4) for name, of in tried.items()}
            best = max((named(*each) for each in TRIED), key=lambda name: means[name])
            print(means, "chosen", best, flush=True)
            names = ["newest", "popularity_alone", best]
            found = _dates(shop, events, cuts[half:], names)
    values = {("fresh" if name == best else name): found[name] for name in names}
    result = {"chosen": best, "tried": means, "dates": len(cuts) - half, **told(values)}
    return result if demo is None else {**result, "unread": unread(demo)}


def unread(demo: Path) -> dict[str, Any]:
    """The packaged file on a log that chose nothing of it."""
    with tempfile.TemporaryDirectory() as scratch:
        where = Path(scratch) / "shop"
        shutil.copytree(demo, where)
        dated(where)
        with shopmind.open(where) as shop:
            events, cuts = _log(shop)
            values = _dates(shop, events, cuts, ["newest", "popularity_alone", "fresh"])
    return {"dates": len(cuts), **told(values)}


def _log(shop: Shop) -> tuple[pl.DataFrame, Sequence[int]]:
    """Events, and the dates at which slates are asked."""
    events = shop.events.table()
    start, end = (int(each) for each in (events["timestamp_ms"].min(), events["timestamp_ms"].max()))  # type: ignore[arg-type]
    return events, range(start + 16 * WEEK_MS, end - 4 * WEEK_MS, 2 * WEEK_MS)


def _dates(shop: Shop, events: pl.DataFrame, cuts: Sequence[int], names: list[str]) -> dict[str, Values]:
    values: dict[str, Values] = {name: {"people": [], "best ten": []} for name in names}
    for cut_ms in cuts:
        with shop.fitted_on(events.filter(pl.col("timestamp_ms") < cut_ms), cut_ms, scenarios=("fresh",)) as fitted:
            for name, (people, best) in asked(fitted, events, cut_ms, names).items():
                values[name]["people"].append(people)
                values[name]["best ten"].append(best)
        print(format_time(cut_ms), {name: round(of["people"][-1], 3) for name, of in values.items()}, flush=True)
    return values


def told(values: dict[str, Values]) -> dict[str, Any]:
    """Systems and the paired differences of ours, with intervals."""
    systems = {name: {figure: np.array(each) for figure, each in of.items()} for name, of in values.items()}
    gaps = {
        f"fresh-{name}": {figure: systems["fresh"][figure] - each for figure, each in of.items()}
        for name, of in systems.items()
        if name != "fresh"
    }
    return {
        part: {
            name: {figure: plain(each) for figure, each in of.items()}
            for name, of in with_intervals(table, seed=SEED).items()
        }
        for part, table in (("systems", systems), ("differences", gaps))
    }


def main() -> None:
    """Measures and writes results/new_arrivals.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shop", type=Path, nargs="?", help="the demo's shop, of which a copy is asked")
    parser.add_argument("--only-shop", action="store_true", help="keep the last figures of gifts")
    words = parser.parse_args()
    if words.only_shop:
        kept = json.loads((record.RESULTS / "new_arrivals.json").read_text("utf-8"))
        found = {name: kept[name] for name in ("chosen", "tried", "dates", "systems", "differences")}
        found["gifts_measured_at"] = kept.get("gifts_measured_at", kept["measured_at"])
        found["unread"] = unread(words.shop)
    else:
        found = measure(words.shop)
    print({name: {k: v["value"] for k, v in of.items()} for name, of in found["systems"].items()})
    path = record.write("new_arrivals", {"question": "which new goods will be wanted", "seed": SEED, **found})
    print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
