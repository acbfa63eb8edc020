"""What completes a cart: a model of whole carts, weights learned from orders with one good hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from shopmind.domain import EventType
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress, silent
from shopmind.kit.seeds import generator
from shopmind.training.baskets import codes, held
from shopmind.training.ease import regressed, strongest
from shopmind.training.listwise import Lists
from shopmind.training.neighbours import neighbours
from shopmind.training.purchases import log_shares, of_items
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.sparse import parts, rows

COLUMNS = (
    "near",
    "near_log",
    "near_part",
    "listed",
    "pairs",
    "pairs_log",
    "pairs_most",
    "added",
    "added_log",
    "added_most",
    "share",
    "sold",
)
GATED = tuple(f"{name}_size" for name in COLUMNS)
PRIOR = {
    "near_part": 3.0,
    "near_log": 0.2,
    "pairs_log": 0.3,
    "pairs_most": 2.0,
    "added_log": 0.4,
    "added_most": 3.0,
    "share": 0.2,
}
"""Weights for a shop with too few carts to learn from: of the same order as those learned from large ones."""
TILT, SHRINK = 0.6, 5.0
LEAST = 1e-3
"""Added before a logarithm: what is weaker counts as nothing."""


class CompletionRecipe(Recipe):
    """A linear ranker of what else is in an order, given all that is known to be in it.

    Its first evidence is the ridge regression of every good on all others over orders: the weights of a cart's goods
    are found together, so that ten goods that say the same say it once. The most sold goods have such weights; the
    others are told by the pairs they stand in. How much each counts, and how that changes with the size of the cart, is
    learned from the newest orders, with one good of each hidden, by statistics of those before.
    """

    @dataclass(frozen=True)
    class Options:
        """types: events that make an order. items: the most sold goods, which the regression is of; a fit takes memory
        and time of their square and cube. ridge: see ease.regressed. k, pairs: weights, and pairs, kept of one
        item. recent_days: for what sells now. newest: share of the orders that weights are learned from. carts: of
        these, at most. at_least: carts to learn from at least; with fewer, PRIOR holds. largest_order: items of one
        order that count. negatives: see listwise.Lists.
        """

        types: tuple[EventType, ...] = ("purchase",)
        items: int = 3_000
        ridge: float = 0.3
        k: int = 100
        pairs: int = 100
        recent_days: float = 28.0
        newest: float = 0.2
        carts: int = 3_000
        at_least: int = 100
        largest_order: int = 200
        negatives: int = 100

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """CSR `near` and `pairs`, `sold` and `share` by item number, and `weights` in the order of COLUMNS and GATED.

        Raises:
            NotReadyError: no two goods were bought together twice.
        """
        size, lines = tables.columns.size, lines_of(tables.events, options.types)
        if tables.held is not None:
            known, later = lines, lines_of(tables.held, options.types)
        else:
            known, later = parted(lines, options.newest)
        made = statistics(known, size, options, seed)
        progress("fit completion", 1, 3)
        weights, carts = _weights(made, later, size, options, seed)
        progress("fit completion", 2, 3)
        if known.height < lines.height:
            made = statistics(lines, size, options, seed)
        if not len(made["pairs_values"]):
            raise NotReadyError(
                f"completion: {lines['order'].n_unique()} orders, but no two goods were bought together twice; "
                "it needs more orders"
            )
        values = np.array([weights.get(name, 0.0) for name in (*COLUMNS, *GATED)], np.float32)
        figures = {"orders": lines["order"].n_unique(), "carts": carts, "learned": carts >= options.at_least}
        return Fitted({**made, "weights": values}, {**figures, "weights": weights}, tail=False)


def lines_of(events: pl.DataFrame, types: tuple[EventType, ...]) -> pl.DataFrame:
    """order, item, time_ms: each good of an order once, at the time the order began, oldest order first."""
    lines = events.filter(pl.col("type").is_in(codes(types))).drop_nulls(["item", "order"])
    lines = lines.group_by("order", "item").agg(time_ms=pl.col("timestamp_ms").min())
    return lines.with_columns(pl.col("time_ms").min().over("order")).sort("time_ms", "order", "item")


def parted(lines: pl.DataFrame, newest: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines of the older orders, and those of the newest share of them."""
    orders = lines.group_by("order").agg(pl.col("time_ms").first()).sort("time_ms", "order")
    older = orders.head(orders.height - int(newest * orders.height)).select("order")
    return lines.join(older, "order", "semi"), lines.join(older, "order", "anti")


def statistics(lines: pl.DataFrame, size: int, options: CompletionRecipe.Options, seed: int) -> dict[str, NDArray[Any]]:
    """What `evidence_of` reads, from some orders.

    near: weights B of EASE over orders, Steck, WWW 2019, between goods weighed sold ** -1/4, so that what everybody
    buys explains less. pairs: neighbours.neighbours. sold: (size,) orders of each. share: ln of its part of the newest
    lines.
    """
    owned = lines.select(owner="order", item="item", worth=pl.lit(1.0, pl.Float32), last_ms="time_ms")
    orders = held(owned, size, options.largest_order, seed)
    sold = np.bincount(orders.indices, minlength=size)
    listed = np.sort(np.argsort(-sold, kind="stable")[: min(options.items, int(np.count_nonzero(sold)))])
    near: Any = sparse.csr_array((size, size), dtype=np.float32)
    if len(listed):
        worth = sold[listed].astype(np.float32) ** -0.25
        among = sparse.csr_array(orders.tocsc()[:, listed])
        among.data = worth[among.indices]
        weights = regressed(among, options.ridge)
        weights *= worth[:, None]
        weights /= worth
        small = strongest(weights, options.k)
        place = np.repeat(listed, np.diff(small.indptr))
        near = sparse.csr_array((small.data, (place, listed[small.indices])), shape=(size, size))
    pairs = neighbours(
        orders, options.pairs, tilt=TILT, shrink=SHRINK, at_least=2, progress=silent, title="fit completion"
    )
    in_list = np.zeros(size, np.bool_)
    in_list[listed] = True
    since_ms = int(lines["time_ms"].max() or 0) - options.recent_days * DAY_MS  # type: ignore[arg-type]
    recent = lines.filter(pl.col("time_ms") >= since_ms)["item"].to_numpy()
    return {
        **parts(near, "near"),
        **parts(pairs, "pairs"),
        "sold": sold.astype(np.float32),
        "listed": in_list,
        "share": log_shares(np.bincount(recent[recent < size], minlength=size).astype(np.float64)),
        "orders": np.array([orders.shape[0]], np.int64),
    }


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a cart says of every item.

    Attributes:
        items: (c,) the cart's goods that orders are known of, each once.
        near: (size,) what the regression expects, below 0 for what is rarer beside this cart.
        pairs, pairs_most: (size,) sum and maximum over the cart of the cosine of orders.
        added, added_most: (size,) mean and maximum over the cart of P(j | i) - P(j), shrunk.
    """

    items: NDArray[np.int64]
    near: NDArray[np.float64]
    pairs: NDArray[np.float64]
    pairs_most: NDArray[np.float64]
    added: NDArray[np.float64]
    added_most: NDArray[np.float64]


def evidence_of(arrays: Mapping[str, NDArray[Any]], cart: NDArray[np.int64], size: int) -> Evidence:
    """The evidence of a cart, of any item numbers; arrays have `size` entries."""
    sold = arrays["sold"]
    cart = np.unique(cart)
    cart = cart[cart < len(sold)]
    cart = cart[sold[cart] > 0]
    place, columns, values = rows(arrays, "near", cart)
    inside = columns < size
    near = np.bincount(columns[inside], values[inside].astype(np.float64), minlength=size)
    place, columns, values = rows(arrays, "pairs", cart)
    inside = columns < size
    first, second, cosine = cart[place[inside]], columns[inside], values[inside].astype(np.float64)
    together = _counted_back(cosine, sold[first].astype(np.float64), sold[second].astype(np.float64))
    chance = sold[first].astype(np.float64) * sold[second] / max(int(arrays["orders"][0]), 1)
    added = np.maximum(0.0, together - chance) / sold[first] * together / (together + SHRINK)
    pairs_most, added_most = np.zeros(size), np.zeros(size)
    np.maximum.at(pairs_most, second, cosine)
    np.maximum.at(added_most, second, added)
    return Evidence(
        cart,
        np.asarray(near, np.float64),
        np.asarray(np.bincount(second, cosine, minlength=size), np.float64),
        pairs_most,
        np.bincount(second, added, minlength=size) / max(len(cart), 1),
        added_most,
    )


def leading(arrays: Mapping[str, NDArray[Any]], cart: NDArray[np.int64], item: int) -> int:
    """Which of a cart's goods speaks most for an item: by the regression, by pairs where it says nothing; else the last
    one."""
    for name in ("near", "pairs"):
        place, columns, values = rows(arrays, name, cart)
        here = np.flatnonzero((columns == item) & (values > 0))
        if len(here):
            return int(cart[place[here[np.argmax(values[here])]]])
    return int(cart[-1])


def columns_of(
    arrays: Mapping[str, NDArray[Any]], evidence: Evidence, items: NDArray[np.int64]
) -> dict[str, NDArray[np.float32]]:
    """COLUMNS of some items, and each times ln(1 + goods in the cart) as GATED.

    near_part is near in units of the best item's; …_log is ln(LEAST + value); share and sold are logarithms of what is
    sold lately and ever.
    """
    listed = np.zeros(len(items), np.float32)
    inside = items < len(arrays["listed"])
    listed[inside] = arrays["listed"][items[inside]]
    near, pairs, added = evidence.near[items], evidence.pairs[items], evidence.added[items]
    plain = {
        "near": near,
        "near_log": np.log(LEAST + np.maximum(near, 0.0)),
        "near_part": np.maximum(near, 0.0) / max(float(evidence.near.max(initial=0.0)), 1e-9),
        "listed": listed,
        "pairs": pairs,
        "pairs_log": np.log(LEAST + pairs),
        "pairs_most": evidence.pairs_most[items],
        "added": added,
        "added_log": np.log(LEAST + added),
        "added_most": evidence.added_most[items],
        "share": of_items(arrays["share"], items),
        "sold": np.log(np.maximum(of_items(arrays["sold"], items), 1.0) / max(int(arrays["orders"][0]), 1)),
    }
    goods = np.log1p(len(evidence.items))
    gated = {f"{name}_size": column * goods for name, column in plain.items()}
    return {name: column.astype(np.float32) for name, column in {**plain, **gated}.items()}


def candidates_of(evidence: Evidence, allowed: NDArray[np.bool_], k: int) -> NDArray[np.int64]:
    """At most k allowed items: half that the regression expects most, the rest of the best pairs; none of the cart."""
    free = allowed.copy()
    free[evidence.items[evidence.items < len(free)]] = False
    expected = _top(np.where(free & (evidence.near > 0), evidence.near, 0.0), k // 2)
    free[expected] = False
    paired = _top(np.where(free, evidence.pairs, 0.0), k - len(expected))
    return np.union1d(expected, paired)


def scores_of(arrays: Mapping[str, NDArray[Any]], evidence: Evidence, items: NDArray[np.int64]) -> NDArray[np.float32]:
    """(n,) weights times columns."""
    columns = columns_of(arrays, evidence, items)
    return np.asarray(np.stack(list(columns.values()), axis=1) @ arrays["weights"], np.float32)


def _weights(
    made: Mapping[str, NDArray[Any]], later: pl.DataFrame, size: int, options: CompletionRecipe.Options, seed: int
) -> tuple[dict[str, float], int]:
    """Weights, and the carts they come from."""
    randomness = generator(seed, "completion")
    lists = Lists((*COLUMNS, *GATED), options.negatives, 1.0, randomness)
    known = np.asarray(made["sold"]) > 0
    for cart, hidden in carts_of(later, known, options.carts, randomness):
        evidence = evidence_of(made, cart, size)
        items = candidates_of(evidence, known, 300)
        lists.add(columns_of(made, evidence, items).values(), items == hidden, 1)
    return (lists.weights(), len(lists)) if len(lists) >= options.at_least else (dict(PRIOR), len(lists))


def carts_of(
    lines: pl.DataFrame, known: NDArray[np.bool_], most: int, randomness: np.random.Generator
) -> list[tuple[NDArray[np.int64], int]]:
    """Orders of two known goods or more as (the goods but one, that one), each order once, at most `most`."""
    items = lines["item"].to_numpy()
    inside = items < len(known)
    inside[inside] = known[items[inside]]
    orders = lines["order"].rank("dense").to_numpy()[inside]
    ordered = items[inside][np.argsort(orders, kind="stable")]
    starts = np.unique(orders, return_counts=True)[1]
    ends = np.cumsum(starts)
    chosen = np.flatnonzero(starts >= 2)
    if len(chosen) > most:
        chosen = np.sort(randomness.choice(chosen, most, replace=False))
    found = []
    for row in chosen.tolist():
        goods = ordered[ends[row] - starts[row] : ends[row]]
        hidden = int(randomness.integers(len(goods)))
        found.append((np.delete(goods, hidden), int(goods[hidden])))
    return found


def _counted_back(
    cosine: NDArray[np.float64], first: NDArray[np.float64], second: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Orders that hold both, from s = c² / (c + shrink) / (n_i ** tilt * n_j ** (1 - tilt))."""
    scaled = cosine * first**TILT * second ** (1 - TILT)
    return np.asarray((scaled + np.sqrt(scaled**2 + 4 * scaled * SHRINK)) / 2, np.float64)


def _top(scores: NDArray[np.float64], k: int) -> NDArray[np.int64]:
    """Numbers of the k highest scores above 0."""
    found = np.flatnonzero(scores > 0)
    if len(found) > k:
        found = found[np.argpartition(-scores[found], k - 1)[:k]] if k else found[:0]
    return found.astype(np.int64)
