"""Which items few know, and what both ways of finding them are made of."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.kit.errors import NotReadyError
from shopmind.metrics.diversity import long_tail
from shopmind.training.people import people
from shopmind.training.recipe import Tables
from shopmind.training.worth import UNWANTED, type_weights


def chosen(tables: Tables, weights: dict[str, float]) -> pl.DataFrame:
    """owner, item, worth and last_ms of events that say "I want this", the strongest in the shop weighing 1.

    A visitor without a name is a session; events of nobody are left out.
    """
    by_type = type_weights({kind: weight for kind, weight in weights.items() if kind not in UNWANTED})
    kept = tables.events.filter(pl.col("type").is_in(np.flatnonzero(by_type > 0).tolist())).drop_nulls("item")
    worth = by_type[kept["type"].to_numpy()]
    worth = worth / worth.max(initial=0.0) if len(worth) else worth
    return kept.select(
        owner=pl.Series(people(kept), dtype=pl.Int64),
        item="item",
        worth=pl.Series(worth, dtype=pl.Float32),
        last_ms="timestamp_ms",
    ).filter(pl.col("owner") != 0)


def known_by(lines: pl.DataFrame, size: int) -> NDArray[np.int64]:
    """(size,) people who chose each item."""
    pairs = lines.select("owner", "item").unique()
    return np.bincount(pairs["item"].to_numpy(), minlength=size).astype(np.int64)


def tail_of(tables: Tables, lines: pl.DataFrame, head_share: float, what: str) -> NDArray[np.bool_]:
    """(size,) True for goods outside the fewest that take `head_share` of all choices; goods nobody chose are in it.

    Raises:
        NotReadyError: nobody chose anything.
    """
    if not len(lines):
        raise NotReadyError(f"{what}: nobody has chosen anything yet; it needs events")
    counts = known_by(lines, tables.columns.size)
    shown = tables.columns.shown
    tail = np.zeros(len(counts), np.bool_)
    tail[shown] = long_tail(counts[shown], head_share)
    return tail
