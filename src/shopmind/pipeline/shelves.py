"""How near two goods stand in the shop: category, price and brand."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shopmind.stores.columns import ItemColumns, NumberColumn, TextColumn
from shopmind.stores.ports import Numbers

STEP = " > "
ABOVE = 0.5
"""What the same category but for its last step is worth, the same category being worth 1."""


def same_category(columns: ItemColumns, anchor: int, items: Numbers) -> NDArray[np.float32]:
    """(n,) 1 for the anchor's whole category path, ABOVE for the path but its last step, else 0; NaN where unknown."""
    column = columns.column("categories")
    path = column.text(anchor) if isinstance(column, TextColumn) else None
    if not isinstance(column, TextColumn) or path is None:
        return np.full(len(items), np.nan, np.float32)
    unknown = np.float32(np.nan)  # stands last, where code -1 finds it
    return np.append(_nearness(path, column), unknown)[column.codes[items]]


def same_brand(columns: ItemColumns, anchor: int, items: Numbers) -> NDArray[np.float32]:
    """(n,) 1 for the anchor's brand, else 0; NaN where one of the two is unknown."""
    column = columns.column("brand")
    if not isinstance(column, TextColumn) or column.text(anchor) is None:
        return np.full(len(items), np.nan, np.float32)
    codes = column.codes[items]
    return np.where(codes < 0, np.nan, codes == column.codes[anchor]).astype(np.float32)


def same_price(columns: ItemColumns, anchor: int, items: Numbers) -> NDArray[np.float32]:
    """(n,) the smaller of two prices in units of the larger; NaN where one is unknown or the currencies differ."""
    column, currency = columns.column("price"), columns.column("currency")
    found = np.full(len(items), np.nan, np.float32)
    if not isinstance(column, NumberColumn) or anchor >= len(column.values):
        return found
    own, other = column.values[anchor], column.values[items]
    comparable = (other > 0) & bool(own > 0)
    if isinstance(currency, TextColumn):
        comparable &= currency.codes[items] == currency.codes[anchor]
    found[comparable] = np.minimum(own, other[comparable]) / np.maximum(own, other[comparable])
    return found


def sold_on_shelf(
    worth: NDArray[np.float32], category: NDArray[np.float32], best: float | None = None
) -> NDArray[np.float32]:
    """(n,) ln(1 + worth) in units of the best seller's; NaN off the shelf and where nothing sold.

    Args:
        worth: (n,) decayed events of each item, see Popularity. category: (n,) of same_category.
        best: worth of the best seller of the shelf; None for that of these.
    """
    most = float(worth[category > 0].max(initial=0.0)) if best is None else best
    if most <= 0:
        return np.full(len(worth), np.nan, np.float32)
    return np.where(category > 0, np.log1p(worth) / np.log1p(most), np.nan).astype(np.float32)


def best_sold(columns: ItemColumns, anchor: int, worth: NDArray[np.float32], allowed: NDArray[np.bool_]) -> float:
    """Most worth of what may be shown on the anchor's shelf, 0 where nothing is there.

    Args:
        worth: (size,) or more, by item number. allowed: (size,).
    """
    there = np.flatnonzero(allowed)
    near = same_category(columns, anchor, there) > 0
    return float(worth[there[near]].max(initial=0.0))


def _nearness(path: str, column: TextColumn) -> NDArray[np.float32]:
    """(v,) by code of the column."""
    worth = np.zeros(len(column.vocabulary), np.float32)
    above, _, last = path.rpartition(STEP)
    if last and above:
        shelf_of, shelves = _shelves(column.vocabulary)
        worth[shelf_of == shelves[above]] = ABOVE
        if above in column.index:
            worth[column.index[above]] = ABOVE
    worth[column.index[path]] = 1.0
    return worth


@lru_cache(maxsize=4)
def _shelves(vocabulary: tuple[str, ...]) -> tuple[NDArray[np.int64], dict[str, int]]:
    """(v,) which path without its last step each path has, by number, and the numbers: an answer need not look
    through thousands of names."""
    numbers: dict[str, int] = {}
    found = [numbers.setdefault(path.rpartition(STEP)[0], len(numbers)) for path in vocabulary]
    return np.array(found, np.int64), numbers
