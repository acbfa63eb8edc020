"""The rules "who buys this buys that", as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.errors import InputError, NotFoundError, NotReadyError, not_allowed
from shopmind.metrics.association import confidence, leverage, lift
from shopmind.shop import Shop

MOST = 1_000
ORDERS = ("leverage", "lift", "confidence", "support")
ARTIFACT = "associations"


@dataclass(frozen=True, slots=True)
class Association:
    """Orders that hold all of `given` tend to hold `then`.

    Attributes:
        orders: how many hold all of it; `support` is their share of all orders.
        confidence: share of the orders with `given` that hold `then`.
        lift: how many times as often as by chance.
        leverage: share of all orders that hold all of it beyond chance.
        q: share of false finds, were every rule called one that is at least as sure.
        adds: of two goods in `given`, whether both say more than the better one alone; true of one good.
    """

    given: tuple[str, ...]
    then: str
    titles: tuple[str, ...]
    orders: int
    support: float
    confidence: float
    lift: float
    leverage: float
    q: float
    adds: bool


@dataclass(frozen=True, slots=True)
class AssociationReport:
    """The rules of a shop.

    Attributes:
        orders: they were mined from.
        at_least, triples_at_least: orders that hold each pair, and each three goods.
        tests: how many rules could have been found; `q` is held over all of them.
        total: rules that meet what was asked, of which the first are told.
        trained_at: epoch milliseconds that the artifact is for.
    """

    orders: int
    at_least: int
    triples_at_least: int
    tests: int
    total: int
    trained_at: int
    rules: tuple[Association, ...]


def associations(
    shop: Shop,
    *,
    item: str = "",
    n: int = 50,
    by: str = "leverage",
    min_lift: float = 1.0,
    max_q: float = 0.01,
    redundant: bool = False,
) -> AssociationReport:
    """The strongest rules of the artifact `associations`.

    Args:
        item: only rules with it, on either side.
        by: leverage, lift, confidence or support, highest first.
        redundant: also rules with a good too many on the left.

    Raises:
        InputError: a size, order, lift or q that is not allowed.
        NotFoundError: no such item.
        NotReadyError: nothing was trained yet; it says what is missing.
    """
    _check(n, by, min_lift, max_q)
    number = _number(shop, item)
    artifact = shop.artifacts.load(ARTIFACT)
    if artifact is None:
        raise NotReadyError(shop.untrained().get(ARTIFACT, "associations: run: shopmind train FOLDER associations"))
    figures = artifact.card["figures"]
    table = _table(artifact.arrays, int(figures["orders"]))
    kept = (table["lift"] >= min_lift) & (table["q"] <= max_q) & (table["adds"] | redundant)
    if number:
        kept &= (table["items"] == number).any(axis=1)
    rows = np.flatnonzero(kept)
    keys = [table["items"][rows, place] for place in range(3)]
    rows = rows[np.lexsort((*keys, -table["orders"][rows], -table[by][rows]))]
    return AssociationReport(
        orders=int(figures["orders"]),
        at_least=int(figures["at_least"]),
        triples_at_least=int(figures["triples_at_least"]),
        tests=int(figures["tests"]),
        total=len(rows),
        trained_at=int(artifact.card["made_for_ms"]),
        rules=tuple(_told(shop, table, rows[:n])),
    )


def _check(n: int, by: str, min_lift: float, max_q: float) -> None:
    if not 1 <= n <= MOST:
        raise InputError(f"n: {n} rules asked; it must lie in 1..{MOST}", field="n")
    if by not in ORDERS:
        raise not_allowed("by", by, ORDERS, field="by")
    if not min_lift >= 0:
        raise InputError(f"min_lift: {min_lift} is no lift; it must be 0 or more", field="min_lift")
    if not 0 < max_q <= 1:
        raise InputError(f"max_q: {max_q} is no share; it must lie above 0 and be at most 1", field="max_q")


def _number(shop: Shop, item: str) -> int:
    if not item:
        return 0
    number = int(shop.catalogue.numbers([item])[0])
    if number < 0:
        raise NotFoundError(f"item {item!r} is not in this shop", field="item")
    return number


def _table(arrays: Mapping[str, NDArray[Any]], orders: int) -> dict[str, NDArray[Any]]:
    """Columns of every rule: items (r, 3) with the good it leads to last and 0 first where one good is given."""
    held = np.asarray(arrays["held"], np.int64)
    two, three = np.asarray(arrays["pair_items"], np.int64), np.asarray(arrays["triple_items"], np.int64)
    items, both, given, q, adds = [], [], [], [], []
    for to in range(2):
        items.append(np.stack([np.zeros(len(two), np.int64), two[:, 1 - to], two[:, to]], axis=1))
        both.append(arrays["pair_orders"])
        given.append(held[two[:, 1 - to]])
        q.append(arrays["pair_q"])
        adds.append(np.ones(len(two), np.bool_))
    for to in range(3):
        items.append(np.concatenate([np.delete(three, to, axis=1), three[:, [to]]], axis=1))
        both.append(arrays["triple_orders"])
        given.append(arrays["triple_parts"][:, to])
        q.append(arrays["triple_q"][:, to])
        adds.append(np.asarray(arrays["triple_more_q"])[:, to] <= arrays["level"][0])
    rules, together, first = (np.concatenate(each).astype(np.int64) for each in (items, both, given))
    second = held[rules[:, 2]]
    return {
        "items": rules,
        "orders": together,
        "support": together / orders,
        "confidence": confidence(together, first),
        "lift": lift(together, first, second, orders),
        "leverage": leverage(together, first, second, orders),
        "q": np.concatenate(q),
        "adds": np.concatenate(adds),
    }


def _told(shop: Shop, table: Mapping[str, NDArray[Any]], rows: NDArray[np.intp]) -> list[Association]:
    numbers = np.unique(table["items"][rows])
    numbers = numbers[numbers > 0]
    names = {
        int(number): item
        for number, item in zip(numbers.tolist(), shop.catalogue.get(numbers), strict=True)
        if item is not None
    }
    found = []
    for row in rows.tolist():
        goods = [int(each) for each in table["items"][row] if each]
        if not all(each in names for each in goods):
            continue  # one was removed since the fit
        ids = tuple(names[each].item_id for each in goods)
        figures = {name: float(table[name][row]) for name in ("support", "confidence", "lift", "leverage", "q")}
        found.append(
            Association(
                given=ids[:-1],
                then=ids[-1],
                titles=tuple(names[each].title for each in goods),
                orders=int(table["orders"][row]),
                adds=bool(table["adds"][row]),
                **figures,
            )
        )
    return found
