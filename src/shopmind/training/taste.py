"""Which kinds of goods a user buys more of than others do: the same code for training and serving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.stores.columns import ItemColumns, TextColumn
from shopmind.training.repeat import Orders

MAKERS = ("manufacturer", "brand")
"""Columns of the catalogue that say who makes an item; the first one that the shop has is used."""

COLUMNS = ("taste_type", "taste_family", "taste_maker")
STRONGEST = 40
OF_EACH = 6
FLOOR = 1e-4


@dataclass(frozen=True, slots=True)
class Groups:
    """Items by kind. Codes belong to one picture of the catalogue; nothing here is kept beyond it.

    Attributes:
        codes: name of a COLUMNS entry → (size,) int64, -1 for an item without this group.
        shares: name → (codes,) share of the shop's lines.
        goods: the most bought items, by type and within it best first.
        starts: (types + 1,) where each type's goods begin.
        lines: (size,) share of the shop's lines.
    """

    codes: Mapping[str, NDArray[np.int64]]
    shares: Mapping[str, NDArray[np.float64]]
    goods: NDArray[np.int64]
    starts: NDArray[np.int64]
    lines: NDArray[np.float64]


def groups(columns: ItemColumns, lines: NDArray[np.floating], goods: NDArray[np.integer]) -> Groups:
    """Types are whole category paths, families the paths without their last step, makers see MAKERS.

    Args:
        lines: (m,) purchase lines of the shop by item number.
        goods: item numbers, the most bought first.
    """
    share = np.zeros(columns.size)
    share[: min(len(lines), columns.size)] = lines[: columns.size]
    share /= max(float(share.sum()), 1.0)
    paths = columns.column("categories")
    makers = next((found for name in MAKERS if isinstance(found := columns.column(name), TextColumn)), None)
    codes = {
        "taste_type": _codes(paths, columns.size),
        "taste_family": _parents(paths, columns.size),
        "taste_maker": _codes(makers, columns.size),
    }
    shares = {name: np.bincount(code[code >= 0], share[code >= 0]).astype(np.float64) for name, code in codes.items()}
    known = goods[goods < columns.size].astype(np.int64)
    known = known[codes["taste_type"][known] >= 0]
    order = np.argsort(codes["taste_type"][known], kind="stable")
    types = int(codes["taste_type"].max(initial=-1)) + 1
    starts = np.searchsorted(codes["taste_type"][known[order]], np.arange(types + 1))
    return Groups(codes, shares, known[order], starts, share)


def columns_of(groups: Groups, orders: Orders, items: NDArray[np.int64]) -> Mapping[str, NDArray[np.float32]]:
    """COLUMNS of any items, (n,) float32: ln((u + floor) / (g + floor)).

    Source: affinity as log lift, u = the user's share of lines in the item's group, an order counting 0.5 ** (rank /
    20), g = the shop's share; floor = 0.0001. 0 for a user without orders and an item without the group.
    """
    found = {}
    for name in COLUMNS:
        found[name] = np.zeros(len(items), np.float32)
        user = _user_shares(groups, orders, name)
        if not len(user):
            continue
        inside = np.flatnonzero(items < len(groups.codes[name]))
        code = groups.codes[name][items[inside]]
        inside, code = inside[code >= 0], code[code >= 0]
        lift = np.log((user[code] + FLOOR) / (groups.shares[name][code] + FLOOR))
        found[name][inside] = lift
    return found


def candidates(
    groups: Groups, orders: Orders, allowed: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The OF_EACH most bought allowed goods of each of the user's STRONGEST types: items, and the type's share."""
    user = _user_shares(groups, orders, "taste_type")
    types = np.argsort(-user, kind="stable")[:STRONGEST]
    types = types[user[types] > 0]
    begin, end = groups.starts[types], groups.starts[types + 1]
    place = np.repeat(np.arange(len(types)), end - begin)
    rows = np.arange(len(place)) - np.repeat(np.cumsum(end - begin) - (end - begin), end - begin)
    items = groups.goods[rows + np.repeat(begin, end - begin)]
    inside = items < len(allowed)
    inside[inside] = allowed[items[inside]]
    items, place = items[inside], place[inside]
    first = np.searchsorted(place, np.arange(len(types)))
    few = np.arange(len(place)) - first[place] < OF_EACH
    return items[few], user[types[place[few]]]


def _user_shares(groups: Groups, orders: Orders, name: str) -> NDArray[np.float64]:
    """(codes,) the user's decayed share of lines in each group; empty without orders or groups."""
    codes, size = groups.codes[name], len(groups.shares[name])
    known = orders.items < len(codes)
    code = np.full(len(orders.items), -1)
    code[known] = codes[orders.items[known]]
    worth = np.power(0.5, orders.ranks[orders.order] / 20)
    line = code[orders.item]
    if not len(worth) or not size:
        return np.empty(0)
    return np.bincount(line[line >= 0], worth[line >= 0], minlength=size) / float(worth.sum())


def _codes(column: object, size: int) -> NDArray[np.int64]:
    if not isinstance(column, TextColumn):
        return np.full(size, -1, np.int64)
    return column.codes.astype(np.int64)


def _parents(column: object, size: int) -> NDArray[np.int64]:
    if not isinstance(column, TextColumn) or not column.vocabulary:
        return np.full(size, -1, np.int64)
    index: dict[str, int] = {}
    of_path = np.array([index.setdefault(_parent(path), len(index)) for path in column.vocabulary], np.int64)
    return np.where(column.codes >= 0, of_path[column.codes], -1)


def _parent(path: str) -> str:
    return path.rsplit(" > ", 1)[0]
