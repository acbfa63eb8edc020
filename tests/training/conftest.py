"""Small logs written by hand, and a made-up shop that is large enough to learn from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES
from shopmind.kit.clock import DAY_MS
from shopmind.stores.columns import NumberColumn, TextColumn
from shopmind.stores.ports import EVENT_TABLE
from shopmind.training.recipe import Tables

NOW_MS = 400 * DAY_MS
Row = tuple[str, float, int | None, int | None, int]
"""Type, age in days, user, item, order."""


@dataclass
class Shelf:
    """`size` - 1 items by number; number 0 is never used."""

    size: int
    table: dict[str, TextColumn | NumberColumn] = field(default_factory=dict)
    change: int = 1

    @property
    def shown(self) -> NDArray[np.bool_]:
        return np.arange(self.size) > 0

    @property
    def tie(self) -> NDArray[np.uint64]:
        return np.arange(self.size, dtype=np.uint64)

    def column(self, name: str) -> TextColumn | NumberColumn | None:
        return self.table.get(name)

    def kinds(self, names: tuple[str, ...]) -> NDArray[np.bool_]:
        return self.shown


def log(rows: Sequence[Row], sessions: Sequence[str | None] | None = None) -> pl.DataFrame:
    """An event table, oldest first."""
    order = sorted(range(len(rows)), key=lambda row: -rows[row][1])
    rows = [rows[row] for row in order]
    columns: dict[str, list[object]] = {name: [None] * len(rows) for name in EVENT_TABLE}
    columns["number"] = list(range(1, len(rows) + 1))
    columns["type"] = [EVENT_TYPES.index(row[0]) for row in rows]  # type: ignore[arg-type]
    columns["timestamp_ms"] = [NOW_MS - int(row[1] * DAY_MS) for row in rows]
    columns["user"], columns["item"], columns["order"] = ([row[i] for row in rows] for i in (2, 3, 4))
    columns["quantity"] = [1.0] * len(rows)
    if sessions is not None:
        columns["session"] = [sessions[row] for row in order]
    return pl.DataFrame(columns, schema=EVENT_TABLE)


def texts(values: Sequence[str | None]) -> TextColumn:
    """A text column by item number."""
    words = tuple(sorted({value for value in values if value is not None}))
    index = {word: code for code, word in enumerate(words)}
    return TextColumn(np.array([-1 if value is None else index[value] for value in values], np.int32), words, index)


def regulars(people: int = 60, items: int = 40, seed: int = 1) -> Tables:
    """A shop of regulars over 200 days: everyone has four favourites, and now and then tries what others of the same
    taste like."""
    randomness = np.random.default_rng(seed)
    rows: list[Row] = []
    order = 0
    for user in range(1, people + 1):
        half = items // 2
        shelf = np.arange(1, half + 1) if user % 2 else np.arange(half + 1, items + 1)
        favourites = randomness.choice(shelf, 4, replace=False)
        for age in np.sort(randomness.uniform(0.5, 200, 24))[::-1]:
            order += 1
            bought = set(randomness.choice(favourites, 2, replace=False)) | {randomness.choice(shelf)}
            rows += [("purchase", float(age), user, int(item), order) for item in sorted(bought)]
    half = items // 2
    paths = [None, *(["Food > Tea"] * half), *(["Food > Pans"] * (items - half))]
    brands = [None, *(f"brand {item % 3}" for item in range(items))]
    shelf_ = Shelf(items + 1, {"categories": texts(paths), "brand": texts(brands)})
    return Tables(log(rows), shelf_, NOW_MS)


@pytest.fixture(scope="session")
def make_log() -> Callable[..., pl.DataFrame]:
    return log


@pytest.fixture(scope="session")
def make_shelf() -> type[Shelf]:
    return Shelf


@pytest.fixture(scope="session")
def make_texts() -> Callable[..., TextColumn]:
    return texts


@pytest.fixture(scope="session")
def shop_of_regulars() -> Tables:
    return regulars()


@pytest.fixture(scope="session")
def three_orders() -> Tables:
    """Order 1 {1, 2, 3} of user 1, order 2 {1, 2} of user 2, order 3 {1, 4} of user 2; four items."""
    rows: list[Row] = [
        ("purchase", 30, 1, 1, 1),
        ("purchase", 30, 1, 2, 1),
        ("purchase", 30, 1, 3, 1),
        ("purchase", 20, 2, 1, 2),
        ("purchase", 20, 2, 2, 2),
        ("purchase", 10, 2, 1, 3),
        ("purchase", 10, 2, 4, 3),
    ]
    return Tables(log(rows), Shelf(5), NOW_MS)


@pytest.fixture(scope="session")
def empty_shop() -> Tables:
    return Tables(log([]), Shelf(5), NOW_MS)
