"""Texts of the shop that belong together: what an encoder learns from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import polars as pl

from shopmind.domain import EVENT_TYPES, EventType, Item
from shopmind.encoders import Role
from shopmind.indexing.documents import LONGEST_PASSAGE, passage
from shopmind.kit.clock import MINUTE_MS
from shopmind.kit.seeds import generator, hash64
from shopmind.stores.ports import Number
from shopmind.training.recipe import Tables

Kind = Literal["clicked", "judged", "described", "alike", "together"]
"""Where a pair comes from: an action after a search, a good judgment, a title and its description, two items chosen
after one query, two items of one order."""

ACTIONS: dict[EventType, float] = {"click": 1.0, "view": 0.5, "favourite": 1.5, "add_to_cart": 2.0, "purchase": 3.0}
"""What an item's event after a search is worth."""

SEARCH_LASTS_MS = 30 * MINUTE_MS
SHORTEST_DESCRIPTION = 20
LARGEST_GROUP = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts whose vectors are to be near.

    Attributes:
        role: of the left text; the right one is always a passage.
        item: whose passage or description the right text is.
        group: pairs of one group are held out together.
        weight: how often it is drawn, beside others of its kind.
    """

    kind: Kind
    left: str
    right: str
    role: Role
    item: Number
    group: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Graded:
    """A query and an item with a grade in [0, 1], 1 being the best grade anybody gave."""

    query: str
    item: Number
    passage: str
    grade: float


def plain(text: str) -> str:
    """The form in which two queries count as the same."""
    return " ".join(text.casefold().split())


def passages(tables: Tables) -> dict[Number, Item]:
    """Item number → item, of all items that may be shown."""
    if tables.catalogue is None:
        return {}
    shown = tables.columns.shown
    return {number: item for number, item in tables.catalogue.scan() if number < len(shown) and shown[number]}


def clicks(tables: Tables) -> pl.DataFrame:
    """Columns query, item, weight: what was done to items after a search for a text, newest searches included.

    The query of an event is the one it names; else the one of the search with its request_id; else that of the last
    search of the same session (or user) within half an hour. Hidden queries are left out.
    """
    events = tables.events
    searches = events.filter(
        (pl.col("type") == EVENT_TYPES.index("search")) & pl.col("query").is_not_null() & (pl.col("query") != "")
    )
    worth = {EVENT_TYPES.index(name): value for name, value in ACTIONS.items()}
    acted = events.filter(pl.col("type").is_in(list(worth)) & pl.col("item").is_not_null())
    named = searches.drop_nulls("request_id").unique("request_id", keep="first").select("request_id", asked="query")
    acted = acted.join(named, on="request_id", how="left").with_columns(query=pl.coalesce("query", "asked"))
    who = pl.coalesce("session", pl.format("user {}", pl.col("user")))
    before = searches.select(who=who, at="timestamp_ms", last="query").drop_nulls("who").sort("at")
    acted = acted.with_columns(who=who, at="timestamp_ms").sort("at")
    acted = acted.join_asof(before, on="at", by="who", tolerance=SEARCH_LASTS_MS, check_sortedness=False)
    acted = acted.with_columns(query=pl.coalesce("query", "last")).drop_nulls("query")
    rows = acted.select(
        pl.col("query").map_elements(plain, return_dtype=pl.String),
        "item",
        weight=pl.col("type").replace_strict(worth, return_dtype=pl.Float64),
    )
    rows = rows.filter((pl.col("query") != "") & ~pl.col("query").is_in(list(hidden(tables))))
    return rows.group_by("query", "item").agg(pl.col("weight").sum()).sort("query", "item")


def hidden(tables: Tables) -> set[str]:
    """The hidden queries in plain form."""
    return {plain(text) for text in tables.hidden}


def graded(tables: Tables, items: Mapping[Number, Item]) -> list[Graded]:
    """The judgments of known items, hidden queries left out, grades brought to [0, 1]."""
    frame = tables.judgments
    if frame is None or not frame.height:
        return []
    low, high = float(frame["grade"].min()), float(frame["grade"].max())  # type: ignore[arg-type]
    if not high > low:
        return []
    left_out = hidden(tables)
    rows = frame.select("query", "item", "grade").iter_rows()
    return [
        Graded(query, item, passage(items[item]), (float(grade) - low) / (high - low))
        for query, item, grade in rows
        if item in items and query.strip() and plain(query) not in left_out
    ]


def gather(tables: Tables, kinds: Sequence[Kind], *, good: float, seed: int) -> list[Pair]:
    """All pairs of the kinds asked for.

    Args:
        good: judgments graded so high or higher, in [0, 1], are pairs.
    """
    items = passages(tables)
    makers = {
        "clicked": lambda: _clicked(tables, items),
        "judged": lambda: _judged(tables, items, good),
        "described": lambda: _described(items),
        "alike": lambda: _alike(tables, items),
        "together": lambda: _together(tables, items, seed),
    }
    return [pair for kind in kinds for pair in makers[kind]()]


def split(pairs: Sequence[Pair], share: float, most: int, seed: int) -> tuple[list[Pair], list[Pair]]:
    """Pairs to learn from and pairs held out: whole groups by hash, `share` of them, at most `most` groups a kind."""
    held: dict[str, set[str]] = {}
    for kind in sorted({pair.kind for pair in pairs}):
        groups = sorted(
            {pair.group for pair in pairs if pair.kind == kind}, key=lambda group: hash64(f"{seed} held {group}")
        )
        held[kind] = set(groups[: min(most, round(share * len(groups)))])
    every = set().union(*held.values()) if held else set()
    learn = [pair for pair in pairs if pair.group not in every]
    return learn, [pair for pair in pairs if pair.group in held[pair.kind]]


def _clicked(tables: Tables, items: Mapping[Number, Item]) -> Iterator[Pair]:
    for query, item, weight in clicks(tables).iter_rows():
        if item in items:
            yield Pair("clicked", query, passage(items[item]), "query", item, query, float(weight))


def _judged(tables: Tables, items: Mapping[Number, Item], good: float) -> Iterator[Pair]:
    for row in graded(tables, items):
        if row.grade >= good:
            yield Pair("judged", row.query, row.passage, "query", row.item, plain(row.query), row.grade)


def _described(items: Mapping[Number, Item]) -> Iterator[Pair]:
    for number, item in items.items():
        text = " ".join(item.description.split())[:LONGEST_PASSAGE]
        if len(text) >= SHORTEST_DESCRIPTION and plain(text) != plain(item.title):
            yield Pair("described", item.title, text, "passage", number, f"item {item.title}")


def _alike(tables: Tables, items: Mapping[Number, Item]) -> Iterator[Pair]:
    """Two items chosen after one query: they stand for each other."""
    for (query,), group in clicks(tables).group_by("query", maintain_order=True):
        chosen = group.sort("weight", descending=True)["item"].head(LARGEST_GROUP).to_list()
        for one, other in combinations([item for item in chosen if item in items], 2):
            yield Pair("alike", passage(items[one]), passage(items[other]), "passage", other, str(query))


def _together(tables: Tables, items: Mapping[Number, Item], seed: int) -> Iterator[Pair]:
    bought = tables.events.filter(pl.col("type") == EVENT_TYPES.index("purchase")).drop_nulls(["order", "item"])
    counted: Counter[tuple[int, int]] = Counter()
    chance = generator(seed, "together")
    for (_,), order in bought.group_by("order", maintain_order=True):
        chosen = sorted({item for item in order["item"].to_list() if item in items})
        if len(chosen) > LARGEST_GROUP:
            chosen = sorted(chance.choice(chosen, LARGEST_GROUP, replace=False).tolist())
        counted.update(combinations(chosen, 2))
    for (one, other), count in counted.items():
        if count > 1:
            yield Pair(
                "together",
                passage(items[one]),
                passage(items[other]),
                "passage",
                other,
                f"item {items[one].title}",
                float(np.log1p(count)),
            )


def words_to_read(tables: Tables) -> list[str]:
    """Texts of the shop alone, each once: titles, descriptions, and queries that are not hidden."""
    texts: dict[str, None] = {}
    for item in passages(tables).values():
        texts[passage(item)] = None
    left_out = hidden(tables)
    asked: Iterable[str] = tables.events.filter(pl.col("query").is_not_null())["query"].unique(maintain_order=True)
    for query in asked:
        if query.strip() and plain(query) not in left_out:
            texts[plain(query)] = None
    return list(texts)
