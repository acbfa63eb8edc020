"""From a split to what baselines are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.evaluation.baskets import Baskets, baskets_of
from shopmind.evaluation.split import Cases, Split
from shopmind.evaluation.systems import Material
from shopmind.stores.columns import ItemColumns


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who knows what, before anything is asked.

    Attributes:
        people: how many users there are.
        known_by: (size,) users who know each item.
        first_ms: (size,) when an item was first taken; the largest number where it never was.
        cold: (size,) True for items without any event in the fit, held ones included.
    """

    people: int
    known_by: NDArray[np.int64]
    first_ms: NDArray[np.int64]
    cold: NDArray[np.bool_]


def known_of(split: Split, size: int) -> Baskets:
    """One row a user of the known events."""
    users = split.known["user"].drop_nulls().unique().sort().to_numpy()
    of = np.full(int(users.max(initial=0)) + 1, -1, np.int64)
    of[users] = np.arange(len(users))
    rows = pl.Series("row", of[split.known["user"].fill_null(0).to_numpy()])
    return baskets_of(split.known.with_columns(rows), "row", users, split.events, size)


def material_of(
    split: Split,
    cases: Cases,
    columns: ItemColumns,
    allowed: NDArray[np.bool_],
    seed: int,
    known: Baskets | None = None,
) -> Material:
    """What baselines see of a split and of these cases of it."""
    asked = baskets_of(cases.history, "case", cases.users, split.events, columns.size)
    known = known_of(split, columns.size) if known is None else known
    return Material(known, asked, allowed, columns.tie, split.now_ms, seed)


def crowd_of(split: Split, known: Baskets) -> Crowd:
    """Who knows what of a split."""
    pairs = np.sort(known.rows * known.size + known.items)
    first = np.ones(len(pairs), np.bool_)
    first[1:] = pairs[1:] != pairs[:-1]
    first_ms = np.full(known.size, np.iinfo(np.int64).max)
    np.minimum.at(first_ms, known.items, known.times_ms)
    cold = np.ones(known.size, np.bool_)
    for table in (split.known, split.held):
        if table is not None:
            cold[table["item"].drop_nulls().unique().to_numpy()] = False
    return Crowd(len(known), np.bincount(pairs[first] % known.size, minlength=known.size), first_ms, cold)
