"""Association rules: which goods speak for which others in one order, and which of them chance does not explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from shopmind.domain import EventType
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.metrics.association import false_discovery, fisher
from shopmind.training.baskets import codes, held
from shopmind.training.itemsets import Itemsets, counts_of, ones, pairs, triples
from shopmind.training.recipe import Fitted, Recipe, Tables

OTHERS = ((1, 2), (0, 2), (0, 1))
"""Of each of a triple, the other two."""


class AssociationsRecipe(Recipe):
    """Pairs and triples of goods that many orders hold, each with the chance that it is nothing, corrected for how many
    were looked at."""

    @dataclass(frozen=True)
    class Options:
        """types: events that make an order. share: of the orders that must hold a set, and `at_least` so many.
        most_pairs, most_extended: the limit rises until there are no more pairs, or no more to find a third
        for. level: share of false finds among those that are kept. largest_order: items of one order that count.
        """

        types: tuple[EventType, ...] = ("purchase",)
        share: float = 0.0001
        at_least: int = 4
        most_pairs: int = 200_000
        most_extended: int = 20_000
        level: float = 0.01
        largest_order: int = 200

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """`pair_items`, `pair_orders`, `pair_q`; `triple_items`, `triple_orders`, and of each of the three `triple_q`
        of the rule that leads to it, `triple_more_q` that the other two say more of it together, and `triple_parts`,
        orders that hold the other two; `held`, the orders of every item. Only what chance does not explain.

        Raises:
            NotReadyError: no two goods stand in one order often enough.
        """
        lines = tables.events.filter(pl.col("type").is_in(codes(options.types))).drop_nulls(["item", "order"])
        lines = lines.select(owner="order", item="item", worth=pl.lit(1.0, pl.Float32), last_ms=pl.lit(0, pl.Int64))
        orders = held(lines, tables.columns.size, options.largest_order, seed)
        limit = max(options.at_least, int(np.ceil(options.share * orders.shape[0])))
        found = mined(orders, limit, options, progress)
        if not len(found.pairs):
            raise NotReadyError(
                f"associations: {orders.shape[0]} orders, but no two goods stand together in {limit} of them more "
                "often than by chance; it needs more orders"
            )
        return Fitted(
            {
                "pair_items": found.pairs.items,
                "pair_orders": found.pairs.orders.astype(np.int32),
                "pair_q": found.pair_q,
                "triple_items": found.triples.items,
                "triple_orders": found.triples.orders.astype(np.int32),
                "triple_q": found.triple_q,
                "triple_more_q": found.triple_more_q,
                "triple_parts": found.triple_parts.astype(np.int32),
                "held": found.held.astype(np.int32),
                "level": np.array([options.level]),
            },
            {
                "orders": orders.shape[0],
                "at_least": found.limit,
                "triples_at_least": found.triple_limit,
                "tests": found.tests,
                "pairs": len(found.pairs),
                "triples": len(found.triples),
            },
            tail=False,
        )


@dataclass(frozen=True, slots=True)
class Mined:
    """What stands together beyond chance.

    Attributes:
        held: (size,) orders of every item.
        orders: how many there are.
        pair_q: (p,) smallest share of false finds at which the pair is one.
        triple_q: (t, 3) the same of the rule that the other two lead to this one.
        triple_more_q: (t, 3) the same of that they say more of it than either alone.
        triple_parts: (t, 3) orders that hold the other two.
        limit, triple_limit: orders that hold each pair and each triple at least.
        tests: how many pairs and rules of triples could have been found.
    """

    held: NDArray[np.int64]
    orders: int
    pairs: Itemsets
    pair_q: NDArray[np.float64]
    triples: Itemsets
    triple_q: NDArray[np.float64]
    triple_more_q: NDArray[np.float64]
    triple_parts: NDArray[np.int64]
    limit: int
    triple_limit: int
    tests: int


def mined(orders: sparse.csr_array, limit: int, options: AssociationsRecipe.Options, progress: Progress) -> Mined:
    """Frequent pairs and triples with a q of `options.level` at most, of a triple all three.

    The tests of a family that a limit leaves out count as made and lost: of every two frequent goods one, and of every
    extended pair with every further good one.
    """
    holding, held_by = ones(orders, limit)
    two = pairs(holding, limit, progress=progress)
    if len(two) > options.most_pairs:
        limit = raised(two.orders, options.most_pairs)
        two = _take(two, two.orders >= limit)
    triple_limit = limit
    if len(two) > options.most_extended:
        triple_limit = raised(two.orders, options.most_extended)
    three = triples(holding, two, triple_limit, progress=progress)
    goods = int(np.count_nonzero(held_by >= limit))
    extended = int(np.count_nonzero(two.orders >= triple_limit))
    tests = goods * (goods - 1) // 2 + extended * max(goods - 2, 0)
    total = orders.shape[0]
    pair_p = fisher(two.orders, held_by[two.items[:, 0]], held_by[two.items[:, 1]], total)
    parts = parts_of(three, two, len(held_by))
    triple_p = np.stack(
        [fisher(three.orders, parts[:, to], held_by[three.items[:, to]], total) for to in range(3)], axis=1
    )
    q = false_discovery(np.concatenate([pair_p, triple_p.ravel()]), max(tests, len(pair_p) + triple_p.size))
    more_q = false_discovery(productive(three, parts, held_by).ravel(), max(tests, triple_p.size)).reshape(-1, 3)
    pair_q, triple_q = q[: len(pair_p)], q[len(pair_p) :].reshape(-1, 3)
    kept = np.asarray(pair_q <= options.level)
    kept_too = np.asarray((triple_q <= options.level).all(axis=1))
    return Mined(
        held=held_by,
        orders=total,
        pairs=_take(two, kept),
        pair_q=pair_q[kept],
        triples=_take(three, kept_too),
        triple_q=triple_q[kept_too],
        triple_more_q=more_q[kept_too],
        triple_parts=parts[kept_too],
        limit=limit,
        triple_limit=triple_limit,
        tests=tests,
    )


def parts_of(three: Itemsets, two: Itemsets, size: int) -> NDArray[np.int64]:
    """(t, 3) for each of a triple, the orders that hold the other two."""
    return np.stack([counts_of(two, three.items[:, others], size) for others in OTHERS], axis=1)


def productive(three: Itemsets, parts: NDArray[np.int64], held_by: NDArray[np.int64]) -> NDArray[np.float64]:
    """(t, 3) for each of a triple, the chance that the other two together say no more of it than the better one alone.

    Source: Webb, Discovering significant patterns, Machine Learning 68 (2007): a rule is productive when it is beyond
    chance against each rule with a part of its left side; here the exact test among the orders of each of the two, the
    larger p of both. Without it, whatever is added to a good rule would make another.
    """
    found = np.zeros((len(three), 3))
    for to, (one, other) in enumerate(OTHERS):
        for first, second in ((one, other), (other, one)):
            # among the orders of `first`: does `second` go with `to`?
            p = fisher(three.orders, parts[:, to], parts[:, second], held_by[three.items[:, first]])
            found[:, to] = np.maximum(found[:, to], p)
    return found


def raised(counts: NDArray[np.int64], most: int) -> int:
    """The lowest limit that at most `most` of the counts reach."""
    return int(np.partition(counts, len(counts) - most - 1)[len(counts) - most - 1]) + 1


def _take(sets: Itemsets, rows: NDArray[np.bool_]) -> Itemsets:
    return Itemsets(sets.items[rows], sets.orders[rows])
