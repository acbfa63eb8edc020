"""The data sets of search: each becomes one data folder (items, queries, judgments) that every system is given.

Items stand in the order of a hash of their ids, so that a system that breaks ties by order of arrival gains nothing.
Nothing is tuned on these queries by any system but the BM25 that everything is compared with.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.search import chinese
from shopmind.kit.seeds import generator, hash64_all

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("SHOPMIND_DATA", HERE.parent.parent.parent / "shared" / "data"))
CACHE = Path(os.environ.get("SHOPMIND_BENCH_CACHE", Path.home() / ".cache" / "shopmind" / "benchmarks"))
"""Where the environments of peers, prepared sets and indexes are kept; it may be deleted at any time."""

SEED = 0
ITEM_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "item_id": pl.String,
    "kind": pl.String,
    "title": pl.String,
    "description": pl.String,
    "brand": pl.String,
    "categories": pl.List(pl.String),
    "attributes": pl.String,
}
TIMED = 2_200
"""Distinct made queries: some warm up, of the others one half is timed one by one, one half side by side."""

PASSES = 3
"""How often each title may give a query."""

MOST_RIGHT = 100
"""A made query that more items fit says little of the order, and is not asked."""


@dataclass(frozen=True)
class Made:
    """A set before it is written.

    Attributes:
        items: ITEM_COLUMNS, those that it has.
        queries: query_id, query.
        judgments: query_id, item_id, grade.
        told: how the set came to be, in one sentence.
        zero: the grade that gains nothing.
        graded: whether people judged a pool of items; else the judgments are all right answers.
    """

    items: pl.DataFrame
    queries: pl.DataFrame
    judgments: pl.DataFrame
    told: str
    zero: float = 0.0
    graded: bool = True


@dataclass(frozen=True)
class Asked:
    """Which queries of the sets are asked.

    Attributes:
        most: at most so many queries a set, chosen by hash.
        split: of the Chinese titles: tuning is done on "train" and "valid" alone.
        shop: a shop's folder, for the set "demo"; None leaves it out.
        timed: how many made queries are timed.
    """

    most: int = 1_000
    split: chinese.Split = "test"
    shop: Path | None = None
    timed: int = TIMED


@dataclass(frozen=True)
class Folder:
    """A set on disk."""

    name: str
    path: Path
    told: str
    zero: float
    graded: bool
    items: int
    queries: int
    left_out: dict[str, int] = field(default_factory=dict)


def electronics(asked: Asked) -> Made | None:
    """19,406 goods, 79 queries with ratings 0–3."""
    return _judged(
        asked, "electronics", 0.0, "queries with a graded item; ratings 0–3 by people, pooled from a keyword engine"
    )


def home_improvement(asked: Asked) -> Made | None:
    """54,667 titles, about six graded items a query."""
    told = "queries drawn by hash; relevance 1–3 by people, 1 gains nothing; about six judged items a query"
    return _judged(asked, "home_improvement", 1.0, told)


def chinese_titles(asked: Asked) -> Made | None:
    """7,998 Chinese titles, asked for by their product and brand words."""
    file = DATA / "chinese" / "title_tags.parquet"
    if not file.is_file():
        return None
    titles, queries, right = chinese.known_items(pl.read_parquet(file), asked.split)
    told = f"product and brand words of each title of the part “{asked.split}”; every title with all of them is right"
    return _known(titles, queries, right, told)


def matching(which: str) -> Callable[[Asked], Made | None]:
    """Titles of one shop searched with titles of another: the same product is right."""

    def make(asked: Asked) -> Made | None:
        file = DATA / "matching" / "pairs.parquet"
        if not file.is_file():
            return None
        pairs = pl.read_parquet(file).filter(pl.col("set") == which)
        left, right = ([_title(text) for text in pairs[side].to_list()] for side in ("left", "right"))
        goods = sorted(set(right))
        place = {title: row for row, title in enumerate(goods)}
        truth: dict[str, set[int]] = {}
        for mine, theirs, match in zip(left, right, pairs["match"].to_list(), strict=True):
            if match:
                truth.setdefault(mine, set()).add(place[theirs])
        queries = sorted(truth)
        told = "title of a product in one shop as the query, the titles of another ranked; the same product is right"
        return _known(goods, queries, [sorted(truth[query]) for query in queries], told)

    return make


def demo(asked: Asked) -> Made | None:
    """The demo's catalogue, which nobody judged: words of a title, every item with all of them is right."""
    if asked.shop is None:
        return None
    import shopmind

    rows = []
    with shopmind.open(asked.shop, encoder="none") as shop:
        shown = shop.catalogue.columns().shown
        for number, item in shop.catalogue.scan():
            if shown[number] and item.kind == "product":
                words = json.dumps(dict(item.attributes))
                row = (item.item_id, item.kind, item.title, item.description, item.brand, list(item.categories), words)
                rows.append(row)
    items = pl.DataFrame(rows, schema=ITEM_COLUMNS, orient="row")
    queries, right = made_queries(items["title"].to_list(), asked.most)
    told = (
        f"two or three words of a title drawn with a seed; every item with all of them is right (at most {MOST_RIGHT})"
    )
    known = _known(items["title"].to_list(), queries, right, told)
    judgments = known.judgments.with_columns(item_id=items["item_id"].gather(known.judgments["item_id"].cast(pl.Int64)))
    return Made(items, known.queries, judgments, told, graded=False)


SETS: dict[str, Callable[[Asked], Made | None]] = {
    "electronics": electronics,
    "home_improvement": home_improvement,
    "chinese_titles": chinese_titles,
    "abt_buy": matching("abt_buy"),
    "amazon_google": matching("amazon_google"),
    "walmart_amazon": matching("walmart_amazon"),
    "demo": demo,
}
"""Name → what makes it; None says that its data are not here."""


def prepare(name: str, asked: Asked) -> Folder | None:
    """Writes the set as a data folder, with `timed.json` beside it; None when its data are not here."""
    made = SETS[name](asked)
    if made is None:
        return None
    path = CACHE / "sets" / (name if name != "chinese_titles" else f"{name}_{asked.split}")
    path.mkdir(parents=True, exist_ok=True)
    items = made.items[np.argsort(hash64_all(made.items["item_id"].to_list()), kind="stable")]
    queries, judgments, left_out = _usable(made, asked.most)
    items.write_parquet(path / "items.parquet")
    queries.write_parquet(path / "queries.parquet")
    judgments.write_parquet(path / "judgments.parquet")
    timed, _ = made_queries(items["title"].to_list(), asked.timed, whole=False)
    (path / "timed.json").write_text(json.dumps(timed, ensure_ascii=False))
    return Folder(name, path, made.told, made.zero, made.graded, len(items), len(queries), left_out)


def made_queries(titles: Sequence[str], most: int, *, whole: bool = True) -> tuple[list[str], list[list[int]]]:
    """Distinct queries of two or three words of a title, and for each the rows of all titles with the same words.

    Args:
        whole: False does not look for the right rows, and lets a query fit any number of titles.
    """
    chance = generator(SEED, "queries of titles")
    split = [chinese.words(title) for title in titles]
    holders: dict[str, list[int]] = {}
    for row, found in enumerate(split if whole else ()):
        for word in set(found):
            holders.setdefault(word, []).append(row)
    queries: dict[str, list[int]] = {}
    for row in np.concatenate([chance.permutation(len(titles)) for _ in range(PASSES)]).tolist():
        found = list(dict.fromkeys(split[row]))
        if len(found) < 2:
            continue
        drawn = chance.choice(len(found), min(len(found), int(chance.integers(2, 4))), replace=False)
        text = " ".join(found[place] for place in drawn.tolist())
        right: list[int] = []
        if whole:
            right = sorted(set.intersection(*(set(holders[found[place]]) for place in drawn.tolist())))
            if len(right) > MOST_RIGHT:
                continue
        queries.setdefault(text, right)
        if len(queries) == most:
            break
    return list(queries), list(queries.values())


def _judged(asked: Asked, name: str, zero: float, told: str) -> Made | None:
    folder = DATA / name
    if not (folder / "judgments.parquet").is_file():
        return None
    items, queries, judgments = (
        pl.read_parquet(folder / f"{table}.parquet") for table in ("items", "queries", "judgments")
    )
    kept = [column for column in ITEM_COLUMNS if column in items.columns]
    return Made(items.select(kept), queries, judgments, told, zero)


def _known(titles: Sequence[str], queries: Sequence[str], right: Iterable[Sequence[int]], told: str) -> Made:
    items = pl.DataFrame(
        {"item_id": [str(row) for row in range(len(titles))], "kind": "product", "title": list(titles)},
        schema={"item_id": pl.String, "kind": pl.String, "title": pl.String},
    )
    asked = pl.DataFrame({"query_id": [str(row) for row in range(len(queries))], "query": list(queries)})
    pairs = [(str(row), str(item), 1.0) for row, found in enumerate(right) for item in found]
    schema = {"query_id": pl.String, "item_id": pl.String, "grade": pl.Float64}
    return Made(items, asked, pl.DataFrame(pairs, schema=schema, orient="row"), told, graded=False)


def _usable(made: Made, most: int) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, int]]:
    """Queries with a positive grade, at most `most` by hash of the id, and their judgments of known items."""
    pairs = made.judgments.join(made.items.select("item_id"), on="item_id", how="semi")
    pairs = pairs.unique(["query_id", "item_id"], keep="first", maintain_order=True)
    positive = pairs.filter(pl.col("grade") > made.zero).select("query_id").unique()
    asked = made.queries.filter(pl.col("query").str.strip_chars() != "").join(positive, on="query_id", how="semi")
    left_out = {"queries_without_positive_grade": len(made.queries) - len(asked)}
    if len(asked) > most:
        left_out["queries_not_sampled"] = len(asked) - most
        asked = asked[np.sort(np.argsort(hash64_all(asked["query_id"].to_list()))[:most])]
    return asked, pairs.join(asked.select("query_id"), on="query_id", how="semi"), left_out


def _title(record: str) -> str:
    fields = json.loads(record)
    return str(fields.get("name") or fields.get("title") or "")
