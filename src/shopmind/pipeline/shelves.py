"""How near two goods stand in the shop: category, price and brand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.stores.columns import ItemColumns, NumberColumn, TextColumn
from shopmind.stores.ports import Numbers

ABOVE = 0.5
"""What the same category but for its last step is worth, the same category being worth 1."""


def same_category(columns: ItemColumns, anchor: int, items: Numbers) -> NDArray[np.float32]:
    """(n,) 1 for the anchor's whole category path, ABOVE for the path but its last step, else 0; NaN where unknown."""
    column = columns.column("categories")
    found = np.full(len(items), np.nan, np.float32)
    if not isinstance(column, TextColumn) or column.text(anchor) is None:
        return found
    path = column.text(anchor) or ""
    worth = np.array([_nearness(path, other) for other in column.vocabulary], np.float32)
    codes = column.codes[items]
    found[codes >= 0] = worth[codes[codes >= 0]]
    return found


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


def _nearness(path: str, other: str) -> float:
    if path == other:
        return 1.0
    above, _, last = path.rpartition(" > ")
    return ABOVE if last and above and (other == above or other.rpartition(" > ")[0] == above) else 0.0
