"""Baskets as flat arrays: what baselines are fitted on and asked with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, EventType


@dataclass(frozen=True, slots=True)
class Baskets:
    """One entry for each item of each basket of each row (a row is a user or a case), by row, newest basket last.

    Attributes:
        rows: (m,) row of the entry.
        items: (m,) item numbers.
        ranks: (m,) 0 for the row's newest basket, 1 for the one before it …
        times_ms: (m,) when the basket began.
        baskets: (m,) one number a basket, from 0 without gaps.
        users: (n,) user number of each row.
        counts: (n,) baskets of each row.
        size: arrays by item number have this length.
    """

    rows: NDArray[np.int64]
    items: NDArray[np.int64]
    ranks: NDArray[np.int64]
    times_ms: NDArray[np.int64]
    baskets: NDArray[np.int64]
    users: NDArray[np.int64]
    counts: NDArray[np.int64]
    size: int

    def __len__(self) -> int:
        return len(self.users)

    def matrix(self, weights: NDArray[np.floating]) -> sp.csr_array:
        """(n, size) float32: the weights of entries, summed by row and item."""
        shape = (len(self.users), self.size)
        return sp.csr_array(sp.coo_array((weights.astype(np.float32), (self.rows, self.items)), shape=shape))


def baskets_of(
    table: pl.DataFrame, row: str, users: NDArray[np.int64], events: Iterable[EventType], size: int
) -> Baskets:
    """The baskets of a table of EVENT_TABLE columns.

    Args:
        row: column with the row of each event, 0 … len(users) − 1; events with a null or other row are left out.
        events: types that count.
    """
    codes = [EVENT_TYPES.index(kind) for kind in events]
    lines = (
        table.select(pl.col(row).alias("row"), "order", "item", "timestamp_ms", "type")
        .filter(pl.col("type").is_in(codes) & pl.col("item").is_between(1, size - 1))
        .filter(pl.col("row").is_between(0, len(users) - 1))
        .group_by("row", "order", "item")
        .agg(pl.col("timestamp_ms").min())
        .with_columns(start=pl.col("timestamp_ms").min().over("row", "order"))
        .sort("row", "start", "order", "item")
    )
    rows, orders = lines["row"].to_numpy(), lines["order"].fill_null(-1).to_numpy()
    starts = np.ones(len(rows), np.bool_)
    starts[1:] = (rows[1:] != rows[:-1]) | (orders[1:] != orders[:-1])
    baskets = np.cumsum(starts) - 1
    counts = np.bincount(rows[starts], minlength=len(users)).astype(np.int64)
    ranks = np.cumsum(counts)[rows] - 1 - baskets
    return Baskets(
        rows.astype(np.int64),
        lines["item"].to_numpy(),
        ranks,
        lines["start"].to_numpy(),
        baskets,
        users,
        counts,
        size,
    )
