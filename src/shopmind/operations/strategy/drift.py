"""How differently people choose since some moment."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES
from shopmind.stores.columns import ItemColumns, TextColumn

LEAST_EVENTS = 200
"""Fewer choices on either side say nothing: their own noise is as large as a drift that would matter."""

_CHOICES = [EVENT_TYPES.index(kind) for kind in HISTORY_TYPES]


def drift(events: pl.DataFrame, after_ms: int, columns: ItemColumns) -> float:
    """Jensen-Shannon divergence, base 2, of the categories chosen up to a moment and of those chosen since.

    Args:
        events: schema EVENT_TABLE.

    Returns:
        0 (the same) to 1 (nothing in common); NaN with fewer than LEAST_EVENTS choices on a side, or no categories.
    """
    category = columns.column("categories")
    if not isinstance(category, TextColumn):
        return float("nan")
    chosen = events.filter(pl.col("type").is_in(_CHOICES) & pl.col("item").is_not_null())
    new = chosen["timestamp_ms"].to_numpy() > after_ms
    items = chosen["item"].to_numpy()
    codes = category.codes[np.minimum(items, len(category.codes) - 1)]
    size = int(codes.max(initial=-1)) + 1
    counts = [np.bincount(codes[side & (codes >= 0)], minlength=size).astype(np.float64) for side in (~new, new)]
    if min(each.sum() for each in counts) < LEAST_EVENTS:
        return float("nan")
    return divergence(counts[0] / counts[0].sum(), counts[1] / counts[1].sum())


def divergence(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """H((p + q) / 2) - (H(p) + H(q)) / 2 in bits, of two distributions over the same values.

    Source: Lin, Divergence measures based on the Shannon entropy, IEEE Transactions on Information Theory 37 (1991).
    """
    return _entropy((one + other) / 2) - (_entropy(one) + _entropy(other)) / 2


def _entropy(shares: NDArray[np.float64]) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())
