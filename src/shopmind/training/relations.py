"""What can stand in for an item, and what goes with it: what is looked at together against what is bought together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from shopmind.domain import EventType
from shopmind.kit.clock import MINUTE_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.training.baskets import codes, held
from shopmind.training.likeness import Likeness, groups_of
from shopmind.training.people import people
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.sparse import best_of_rows, parts

WORK_A_BLOCK = 10_000_000
"""Pairs counted at once: about 240 MB."""


class RelationsRecipe(Recipe):
    """Two matrices of items: `substitutes`, one instead of the other, and `complements`, one with the other.

    Substitutes are looked at in one visit more than chance, or are of one category, read alike, and are bought in one
    order no more than chance. Complements are bought in one order more than chance, and the less alike the better.
    """

    @dataclass(frozen=True)
    class Options:
        """viewed: events that say one compares. bought: events that make an order. visit_minutes: a visit ends when
        nothing happens for so long. k: neighbours of an item. shrink: see beyond_chance; of complements, see added.
        at_least: orders, or visits, that a pair must share. largest: items of one order or visit that count.
        unlike: how much being quite alike takes from a complement. crowd: the most chosen items of a category that
        everything in it is read against; a shop without categories has one of each kind.
        """

        viewed: tuple[EventType, ...] = ("view", "click")
        bought: tuple[EventType, ...] = ("purchase", "redeem")
        visit_minutes: float = 30.0
        k: int = 50
        shrink: float = 5.0
        at_least: int = 2
        largest: int = 200
        unlike: float = 0.4
        crowd: int = 30_000

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """CSR `substitutes` and `complements`, row = the item at hand.

        Raises:
            NotReadyError: no two items read alike, were looked at or were bought together often enough.
        """
        size = tables.columns.size
        orders = Together(held(_orders(tables.events, options.bought), size, options.largest, seed))
        visits = Together(held(_visits(tables.events, options), size, options.largest, seed))
        likeness = Likeness.of_shop(tables)
        alike = likeness.nearest(groups_of(tables.columns), orders.counts + visits.counts, options.k, options.crowd)
        progress("fit relations", 1, 3)
        made: dict[str, list[sparse.csr_array]] = {"substitutes": [], "complements": []}
        for rows in _blocks(orders, visits):
            bought, seen = orders.block(rows), visits.block(rows)
            pairs = _union(sparse.csr_array(alike[rows]), _often(seen, options.at_least))
            made["substitutes"].append(_substitutes(pairs, rows, bought, seen, orders, visits, likeness, options))
            bought = _often(bought, options.at_least)
            made["complements"].append(_complements(bought, rows, orders, likeness, options))
        progress("fit relations", 3, 3)
        found = {name: sparse.csr_array(sparse.vstack(blocks)) for name, blocks in made.items()}
        if not any(matrix.nnz for matrix in found.values()):
            raise NotReadyError("relations: no two items read alike, were looked at or were bought together")
        figures = {"orders": orders.owners, "visits": visits.owners, **{name: m.nnz for name, m in found.items()}}
        return Fitted(
            {**parts(found["substitutes"], "substitutes"), **parts(found["complements"], "complements")}, figures
        )


class Together:
    """How often items are held by the same owner.

    Attributes:
        owners: how many orders, or visits, there are.
        counts: (size,) how many hold each item.
    """

    def __init__(self, holding: sparse.csr_array) -> None:
        holding.data[:] = 1.0
        self.owners = holding.shape[0]
        self.counts: NDArray[np.float64] = np.asarray(holding.sum(axis=0), np.float64).ravel()
        self._holding = holding
        self._by_item = sparse.csr_array(holding.T)
        self.work = np.asarray(self._by_item @ np.diff(holding.indptr).astype(np.float64)).ravel()

    def block(self, rows: slice) -> sparse.csr_array:
        """(rows, size) owners that each pair shares; nothing of an item with itself."""
        found = sparse.csr_array(self._by_item[rows] @ self._holding)
        own = np.repeat(np.arange(rows.start, rows.stop), np.diff(found.indptr)) == found.indices
        found.data[own] = 0.0
        found.eliminate_zeros()
        found.sort_indices()
        return found

    def chance(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
        """(n,) how many owners would share each pair if they chose by chance: n_i n_j / owners."""
        return self.counts[first] * self.counts[second] / max(self.owners, 1)


def surplus(shared: NDArray[np.floating], chance: NDArray[np.float64], shrink: float) -> NDArray[np.float64]:
    """(n,) how many times as often as by chance: (shared + shrink) / (chance + shrink), 1 where nothing is known.

    Source: the gamma-Poisson shrinker, DuMouchel, The American Statistician 53 (1999): shared ~ Poisson(λ chance) with
    λ ~ Gamma(shrink, shrink) has this posterior mean of λ.
    """
    return np.asarray((shared + shrink) / (chance + shrink), np.float64)


def beyond_chance(shared: NDArray[np.floating], chance: NDArray[np.float64], shrink: float) -> NDArray[np.float64]:
    """(n,) the share of the meetings that chance does not explain, 0 where there are fewer than by chance.

    Source: attributable fraction, Levin, Acta Unio Internationalis Contra Cancrum 9 (1953): 1 - 1 / λ.
    """
    return np.maximum(0.0, 1.0 - 1.0 / surplus(shared, chance, shrink))


def added(
    shared: NDArray[np.floating], chance: NDArray[np.float64], own: NDArray[np.float64], shrink: float
) -> NDArray[np.float64]:
    """(n,) how much likelier the second item is in an order with the first: (shared - chance) / own, rare pairs less.

    Source: P(j | i) - P(j), the leverage of Piatetsky-Shapiro (Knowledge Discovery in Databases, 1991) over P(i), times
    the shrinkage shared / (shared + shrink) of Bell and Koren, ICDM 2007.
    """
    share: NDArray[np.float64] = np.maximum(0.0, shared - chance) / np.maximum(own, 1.0)
    return share * (shared / (shared + shrink))


def _substitutes(
    pairs: sparse.csr_array,
    rows: slice,
    bought: sparse.csr_array,
    seen: sparse.csr_array,
    orders: Together,
    visits: Together,
    likeness: Likeness,
    options: Any,
) -> sparse.csr_array:
    """(like + seen) / 2, or like alone where nothing is looked at, over λ of the orders, at most doubled by it."""
    place, first, second = _places(pairs, rows)
    score = likeness.of(first, second).astype(np.float64)
    if visits.owners:
        shared = _values(seen, place, second)
        score = (score + beyond_chance(shared, visits.chance(first, second), options.shrink)) / 2
    often = surplus(_values(bought, place, second), orders.chance(first, second), options.shrink)
    score /= np.maximum(often, 0.5)
    return best_of_rows(sparse.csr_array((score, pairs.indices, pairs.indptr), shape=pairs.shape), options.k)


def _complements(
    bought: sparse.csr_array, rows: slice, orders: Together, likeness: Likeness, options: Any
) -> sparse.csr_array:
    """added * (1 - unlike * like)."""
    _, first, second = _places(bought, rows)
    strength = added(bought.data, orders.chance(first, second), orders.counts[first], options.shrink)
    near = sparse.csr_array((strength, bought.indices, bought.indptr), shape=bought.shape)
    near = best_of_rows(near, 4 * options.k)  # the likeness of the rest would cost more than all before
    _, first, second = _places(near, rows)
    near.data = near.data * (1.0 - options.unlike * likeness.of(first, second))
    return best_of_rows(near, options.k)


def _places(matrix: sparse.csr_array, rows: slice) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Row in the block, item and other item of each entry."""
    place = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)).astype(np.int64)
    return place, place + rows.start, matrix.indices.astype(np.int64)


def _values(matrix: sparse.csr_array, place: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(matrix[place, column], np.float64).ravel() if len(place) else np.empty(0)


def _often(matrix: sparse.csr_array, at_least: float) -> sparse.csr_array:
    kept = matrix.copy()
    kept.data[kept.data < at_least] = 0.0
    kept.eliminate_zeros()
    return kept


def _union(first: sparse.csr_array, second: sparse.csr_array) -> sparse.csr_array:
    both = sparse.csr_array(first.astype(bool) + second.astype(bool))
    both.sort_indices()
    return both


def _blocks(orders: Together, visits: Together) -> Iterator[slice]:
    """Runs of items whose products with all others stay within WORK_A_BLOCK."""
    done = np.cumsum(orders.work + visits.work + 1)
    start = 0
    while start < len(done):
        before = done[start - 1] if start else 0.0
        stop = max(start + 1, int(np.searchsorted(done, before + WORK_A_BLOCK, side="right")))
        yield slice(start, min(stop, len(done)))
        start = stop


def _orders(events: pl.DataFrame, types: tuple[EventType, ...]) -> pl.DataFrame:
    lines = events.filter(pl.col("type").is_in(codes(types))).drop_nulls(["item", "order"])
    return lines.select(owner="order", item="item", worth=pl.lit(1.0, pl.Float32), last_ms=pl.lit(0, pl.Int64))


def _visits(events: pl.DataFrame, options: Any) -> pl.DataFrame:
    """Owner = one visit of one person: it goes on while no pause is longer than `visit_minutes`."""
    lines = events.filter(pl.col("type").is_in(codes(options.viewed))).drop_nulls("item")
    lines = lines.with_columns(pl.Series("who", people(lines), dtype=pl.Int64)).filter(pl.col("who") != 0)
    lines = lines.sort("who", "timestamp_ms", "number")
    pause = pl.col("timestamp_ms").diff() > int(options.visit_minutes * MINUTE_MS)
    new = (pl.col("who").diff() != 0) | pause
    return lines.select(
        owner=new.fill_null(value=True).cum_sum().cast(pl.Int64),
        item="item",
        worth=pl.lit(1.0, pl.Float32),
        last_ms="timestamp_ms",
    )
