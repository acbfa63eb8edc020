"""When a household takes another good of the shelf than its usual one, was that one offered in its place?

The Complete Journey. The usual good of a household is the one of a category (its whole path) that most of its orders
held, three at least, before the last 28 days; of equals the one bought last. A switch is the household's first order of
these days that holds goods of the category, and not the usual one but at least one that it never bought: these are
right. The scenario `substitutes` is asked with the usual good at hand, by nobody in particular, with what is learned
from before the 28 days. Why the household switched is not known: the usual good may have been gone or not. What is
right is of the usual good's category by definition, so systems that stay in it are favoured. The log has no stock, and
most goods of the catalogue are sold seldom or no more: all is asked twice, of the whole catalogue and of the goods that
were sold in the 28 days before, as if the others were out of stock. What is right stays the same in both. Prices are
medians of the whole year. At most three switches a household, drawn by seed; intervals are drawn over households.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.asking import Asking
from shopmind.domain import History, Query
from shopmind.evaluation.figures import per_case, plain, with_intervals
from shopmind.kit.clock import DAY_MS
from shopmind.kit.seeds import generator
from shopmind.scenarios.load import drafted
from shopmind.shop import Shop
from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Numbers

SEED = 0
PAGE, WINDOW_MS = 6, 28 * DAY_MS
LEAST_ORDERS, MOST_A_HOUSEHOLD, HOUSEHOLDS = 3, 3, 1_000
OURS = "substitutes"
DEMAND = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
"""Weights of the demand of a good that are tried."""
FILTERS = 'filters = [{part = "in_stock"}, {part = "in_cart"}, {part = "blocked"}]\n'
DENSE = f'title = "d"\nneeds = ["anchors"]\nretrievers = {{dense = {{k = 100, of = "anchors"}}}}\n{FILTERS}'
SHELF = f'title = "s"\nneeds = ["anchors"]\nretrievers = {{shelf = {{k = 100}}}}\n{FILTERS}'
RELATED = f'title = "r"\nneeds = ["anchors"]\nretrievers = {{substitutes = {{part = "related", k = 100}}}}\n{FILTERS}'
BESIDE = {"text_vectors": DENSE, "shelf": SHELF, "relations_alone": RELATED}
Values = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Switch:
    """One order of one household: the number of its usual good, and of those it took in its place."""

    user: int
    usual: int
    right: Numbers


def switches(lines: pl.DataFrame, shelf: NDArray[np.int64], start_ms: int) -> list[Switch]:
    """Every switch from `start_ms` on, by rising household and usual good.

    Args:
        lines: purchases: user, item, order, timestamp_ms.
        shelf: (size,) code of each item's category, -1 where it has none.
    """
    of_shelf = lines.with_columns(shelf=pl.Series(shelf[lines["item"].to_numpy()])).filter(pl.col("shelf") >= 0)
    known = of_shelf.filter(pl.col("timestamp_ms") < start_ms)
    bought = known.group_by("user", "shelf", "item").agg(pl.col("order").n_unique(), pl.col("timestamp_ms").max())
    most = bought.sort(["order", "timestamp_ms", "item"], descending=[True, True, False]).unique(
        ["user", "shelf"], keep="first", maintain_order=True
    )
    usual = most.filter(pl.col("order") >= LEAST_ORDERS).select("user", "shelf", usual="item")
    late = of_shelf.filter(pl.col("timestamp_ms") >= start_ms).join(usual, ["user", "shelf"])
    first = late.sort("timestamp_ms", "order").group_by("user", "shelf").agg(pl.col("order").first())
    taken = late.join(first, ["user", "shelf", "order"])
    without = taken.filter((pl.col("item") != pl.col("usual")).all().over("user", "shelf"))
    new = without.join(bought.select("user", "item"), ["user", "item"], how="anti")
    found = new.group_by("user", "usual").agg(pl.col("item").unique().sort()).sort("user", "usual")
    return [Switch(user, item, np.array(right, np.int64)) for user, item, right in found.iter_rows()]


def drawn(every: list[Switch]) -> list[Switch]:
    """At most MOST_A_HOUSEHOLD of each of at most HOUSEHOLDS households."""
    chance = generator(SEED, "switches")
    users = np.unique([each.user for each in every])
    chosen = set(chance.permutation(users)[:HOUSEHOLDS].tolist())
    left = dict.fromkeys(chosen, MOST_A_HOUSEHOLD)
    found = []
    for at in chance.permutation(len(every)).tolist():
        if left.get(every[at].user, 0):
            left[every[at].user] -= 1
            found.append(every[at])
    return sorted(found, key=lambda each: (each.user, each.usual))


def figures(lists: NDArray[np.int64], every: list[Switch], shelf: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """(cases,) whether one of the right goods is among the six, their nDCG, and the share of six of the same category.

    Args:
        lists: (cases, 6), -1 where a list is shorter.
    """
    cases = np.repeat(np.arange(len(every)), [len(each.right) for each in every])
    right = np.concatenate([each.right for each in every])
    found = per_case(lists, cases, right, np.ones(len(right)), (PAGE,))
    own = shelf[[each.usual for each in every]]
    same = ((shelf[lists] == own[:, None]) & (lists >= 0)).mean(axis=1)
    names = (f"hit_rate@{PAGE}", f"ndcg@{PAGE}")
    return {**{name: found[name] for name in names}, "of the category": same}


def of_the_shelf(worth: NDArray[np.float64], every: list[Switch], shelf: NDArray[np.int64]) -> NDArray[np.int64]:
    """(cases, 6) the goods of the usual one's category that are worth most, -1 where there are no more.

    Args:
        worth: (size,) -inf for what may not be shown; equals by number.
    """
    found = np.full((len(every), PAGE), -1, np.int64)
    for row, each in enumerate(every):
        there = np.flatnonzero((shelf == shelf[each.usual]) & np.isfinite(worth))
        there = there[there != each.usual]
        best = there[np.argsort(-worth[there], kind="stable")][:PAGE]
        found[row, : len(best)] = best
    return found


def asked(shop: Shop, ask: Asking, every: list[Switch], now_ms: int) -> NDArray[np.int64]:
    """(cases, 6) what a scenario brings."""
    found = np.full((len(every), PAGE), -1, np.int64)
    usual = [each.usual for each in every]
    ids = {number: item.item_id for number, item in zip(usual, shop.catalogue.get(usual), strict=True) if item}
    for row, each in enumerate(every):
        query = Query(OURS, anchors=(ids[each.usual],), history=History.empty(), now_ms=now_ms, n=PAGE)
        best = ask.best(query, PAGE)
        found[row, : len(best)] = best
    return found


@dataclass(frozen=True)
class Asked:
    """What every system is asked.

    Attributes:
        shelf: (size,) code of each good's category, -1 where it has none or is no product that is shown.
        popular: (size,) lines of the 28 days before.
    """

    every: list[Switch]
    shelf: NDArray[np.int64]
    popular: NDArray[np.float64]
    now_ms: int

    def lists(self, fitted: Shop, there: NDArray[np.bool_]) -> dict[str, NDArray[np.int64]]:
        """System → (cases, 6), out of the goods that are there: (size,)."""
        only = np.flatnonzero(there).astype(np.int64)
        chance = generator(SEED, "random of the category").random(len(there))
        found = {OURS: asked(fitted, Asking(fitted, OURS, only), self.every, self.now_ms)}
        for name, text in BESIDE.items():
            ask = Asking(fitted, drafted(name, text, fitted.scenarios), only)
            found[name] = asked(fitted, ask, self.every, self.now_ms)
        for name, worth in (("popular of the category", self.popular), ("random of the category", chance)):
            found[name] = of_the_shelf(np.where(there, worth, -np.inf), self.every, self.shelf)
        return found


@dataclass(frozen=True)
class Cut:
    """The log in two: what is learned from, and the 28 days that are asked about.

    Attributes:
        events: before the 28 days. goods: (size,) products that are shown. found: how many switches there are.
    """

    events: pl.DataFrame
    goods: NDArray[np.bool_]
    found: int
    asked: Asked

    @property
    def parts(self) -> dict[str, NDArray[np.bool_]]:
        """(size,) the goods that may be shown."""
        return {"whole catalogue": self.goods, "sold in the 28 days before": self.goods & (self.asked.popular > 0)}


def cut(shop: Shop, back: int = 0) -> Cut:
    """The last 28 days of the shop's log, or those `back` times 28 days earlier."""
    columns = shop.catalogue.columns()
    paths = columns.column("categories")
    if not isinstance(paths, TextColumn):
        raise SystemExit("the goods have no categories")
    goods = columns.shown & columns.kinds(("product",))
    shelf = np.where(goods, paths.codes[: columns.size], -1).astype(np.int64)
    events = shop.events.table()
    start_ms = int(events["timestamp_ms"].max()) + 1 - (back + 1) * WINDOW_MS  # type: ignore[arg-type]
    lines = shop.events.table(("purchase",)).drop_nulls(["user", "item", "order"])
    lines = lines.filter(pl.col("timestamp_ms") < start_ms + WINDOW_MS)
    found = switches(lines, shelf, start_ms)
    every = drawn(found)
    print(len(found), "switches,", len(every), "asked", flush=True)
    recent = lines.filter(pl.col("timestamp_ms").is_between(start_ms - WINDOW_MS, start_ms, closed="left"))
    popular = np.bincount(recent["item"].to_numpy(), minlength=columns.size).astype(np.float64)
    before = events.filter(pl.col("timestamp_ms") < start_ms)
    return Cut(before, goods, len(found), Asked(every, shelf, popular, start_ms))


def choose(shop: Shop) -> None:
    """Prints what other weights of demand bring in the 28 days before those that are reported."""
    made = cut(shop, back=1)
    asked_of = made.asked
    with shop.fitted_on(made.events, asked_of.now_ms, scenarios=(OURS,)) as fitted:
        for weight in DEMAND:
            text = f'base = "{OURS}"\nranker = {{weights = {{of_demand = {weight}}}}}\n'
            for name, there in made.parts.items():
                only = np.flatnonzero(there).astype(np.int64)
                ask = Asking(fitted, drafted("tried", text, fitted.scenarios), only)
                lists = asked(fitted, ask, asked_of.every, asked_of.now_ms)
                values = figures(lists, asked_of.every, asked_of.shelf)
                print(
                    weight, name, {figure: round(float(each.mean()), 4) for figure, each in values.items()}, flush=True
                )


def measure(shop: Shop) -> dict[str, Any]:
    """Every system on the last 28 days of the shop's log."""
    made = cut(shop)
    asking, every, shelf = made.asked, made.asked.every, made.asked.shelf
    place = np.unique([each.user for each in every], return_inverse=True)[1]

    def by_household(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(place, values) / np.bincount(place)

    parts = {}
    with shop.fitted_on(made.events, asking.now_ms, scenarios=(OURS,)) as fitted:
        for name, there in made.parts.items():
            lists = asking.lists(fitted, there)
            right = [bool(there[each.right].any()) for each in every]
            values = {system: figures(each, every, shelf) for system, each in lists.items()}
            parts[name] = {
                "goods": int(there.sum()),
                "could_be_met": round(float(np.mean(right)), 4),
                **told(values, by_household, ours=OURS),
            }
    return {"switches": made.found, "asked": len(every), "households": int(place.max()) + 1, "parts": parts}


def told(
    values: Mapping[str, Values], gather: Callable[[NDArray[np.float64]], NDArray[np.float64]], *, ours: str
) -> dict[str, Any]:
    """Systems, and ours less each by pairs of cases, with intervals.

    Args:
        values: system → figure → (cases,). gather: to what the intervals are drawn over.
    """
    gaps = {
        f"{ours}-{name}": {figure: values[ours][figure] - each for figure, each in of.items()}
        for name, of in values.items()
        if name != ours
    }
    parts: dict[str, Any] = {}
    for part, table in (("systems", values), ("differences", gaps)):
        gathered = {name: {figure: gather(each) for figure, each in of.items()} for name, of in table.items()}
        parts[part] = {
            name: {figure: plain(each) for figure, each in of.items()}
            for name, of in with_intervals(gathered, seed=SEED).items()
        }
    return parts
