"""What a system is given, as arrays: in numpy and polars alone, for it is read in environments of other packages."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

Rows = NDArray[np.int64]
"""Rows of the items file, 0 … items − 1."""


@dataclass(frozen=True)
class Lists:
    """n lists of items, each oldest first.

    Attributes:
        starts: (n + 1,) where each begins.
        rows: (m,) items.
        times_ms: (m,) when; made of the order where a set has no times.
        items: how many items there are.
        asked_ms: (n,) when each is asked; 0 where nothing is asked.
        orders: (m,) equal where items were taken at once.
    """

    starts: NDArray[np.int64]
    rows: Rows
    times_ms: NDArray[np.int64]
    items: int
    asked_ms: NDArray[np.int64]
    orders: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def owners(self) -> NDArray[np.int64]:
        """(m,) whose list each place is of."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def each(self) -> list[Rows]:
        """One array a list."""
        return [self.rows[a:b] for a, b in pairwise(self.starts)]

    def take(self, chosen: NDArray[np.int64]) -> Lists:
        """Only these lists, in this order."""
        lengths = np.diff(self.starts)[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.repeat(self.starts[chosen] - starts[:-1], lengths) + np.arange(starts[-1])
        times_ms, orders = self.times_ms[places], self.orders[places]
        return Lists(starts, self.rows[places], times_ms, self.items, self.asked_ms[chosen], orders)


@dataclass(frozen=True)
class Truth:
    """(m,) case and item row of each target."""

    cases: NDArray[np.int64]
    rows: Rows


def known(folder: Path) -> Lists:
    """What the fit may see: one list a user."""
    table = pl.read_parquet(folder / "known.parquet", columns=["number", "user", "item", "timestamp_ms", "order"])
    table = table.filter(pl.col("user").fill_null(0) > 0).sort("user", "timestamp_ms", "number")
    _, counts = np.unique(table["user"].to_numpy(), return_counts=True)
    return _lists(table, counts, folder, np.zeros(len(counts), np.int64))


def asked(folder: Path) -> Lists:
    """The histories that are asked: one list a case."""
    table = pl.read_parquet(folder / "history.parquet")
    now_ms = pl.read_parquet(folder / "cases.parquet")["now_ms"].to_numpy()
    return _lists(table, np.bincount(table["case"].to_numpy(), minlength=len(now_ms)), folder, now_ms)


def truth(folder: Path) -> Truth:
    """What is right."""
    table = pl.read_parquet(folder / "truth.parquet")
    return Truth(table["case"].to_numpy(), table["row"].to_numpy())


def write_lists(ranked: Rows, file: Path) -> None:
    """(n, k) rows, best first, −1 where nothing stands, as one list a case."""
    pl.DataFrame({"rows": [row[row >= 0] for row in ranked]}, schema={"rows": pl.List(pl.Int64)}).write_parquet(file)


def read_lists(file: Path, k: int) -> Rows:
    """(n, k) what write_lists wrote."""
    lists = pl.read_parquet(file)["rows"].to_list()
    found = np.full((len(lists), k), -1, np.int64)
    for case, rows in enumerate(lists):
        found[case, : len(rows[:k])] = rows[:k]
    return found


def _lists(table: pl.DataFrame, counts: NDArray[np.int64], folder: Path, asked_ms: NDArray[np.int64]) -> Lists:
    items = pl.scan_parquet(folder / "items.parquet").select(pl.len()).collect().item()
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    times_ms = table["timestamp_ms"].to_numpy()
    orders = table["order"].fill_null(table["timestamp_ms"]).to_numpy()
    return Lists(starts, table["item"].to_numpy() - 1, times_ms, int(items), asked_ms, orders)
