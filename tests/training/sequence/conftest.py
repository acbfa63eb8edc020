"""A made-up shop with a rule: after item A comes item A + 1, within one of four aisles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, Item
from shopmind.kit.clock import DAY_MS
from shopmind.stores.columns import NumberColumn, TextColumn
from shopmind.stores.ports import EVENT_TABLE
from shopmind.training.recipe import Tables

ITEMS, AISLE, WIDTH = 48, 12, 16


class Shelf:
    """Items by number; number 0 is never used."""

    change = 1

    def __init__(self, size: int) -> None:
        self.size = size

    @property
    def shown(self) -> NDArray[np.bool_]:
        return np.arange(self.size) > 0

    @property
    def tie(self) -> NDArray[np.uint64]:
        return np.arange(self.size, dtype=np.uint64)

    def column(self, name: str) -> TextColumn | NumberColumn | None:
        return None

    def kinds(self, names: tuple[str, ...]) -> NDArray[np.bool_]:
        return self.shown


class Goods:
    """The part of a catalogue that a recipe reads."""

    def scan(self, numbers: Sequence[int] | NDArray[np.int64] | None = None) -> Iterator[tuple[int, Item]]:
        for number in range(1, ITEMS + 1) if numbers is None else numbers:
            yield int(number), item(int(number))


def item(number: int) -> Item:
    return Item(f"i{number}", brand=f"aisle {(number - 1) // AISLE}", attributes={"tags": f"t{number % 3}; all"})


def text_vectors(numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    """Unit vectors: neighbours in an aisle are alike. Number 48 has none."""
    chance = np.random.default_rng(7)
    aisles = chance.standard_normal((ITEMS // AISLE, WIDTH))
    own = chance.standard_normal((ITEMS + 1, WIDTH)) * 0.7
    vectors = aisles[(np.maximum(numbers, 1) - 1) // AISLE % len(aisles)] + own[np.minimum(numbers, ITEMS)]
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[numbers == ITEMS] = np.nan
    return vectors.astype(np.float32)


def after(number: int) -> int:
    """The item that the rule says comes next, within its aisle."""
    start = (number - 1) // AISLE * AISLE
    return start + (number - start) % AISLE + 1


def walks(users: int = 240, steps: int = 6, seed: int = 0) -> Tables:
    """Every user starts somewhere and follows the rule; one in ten steps is chance."""
    chance = np.random.default_rng(seed)
    rows = []
    for user in range(1, users + 1):
        here = int(chance.integers(1, ITEMS + 1))
        for step in range(steps):
            rows.append((user, here, step))
            here = after(here) if chance.random() > 0.1 else int(chance.integers(1, ITEMS + 1))
    columns: dict[str, list[object]] = {name: [None] * len(rows) for name in EVENT_TABLE}
    columns["number"] = list(range(1, len(rows) + 1))
    columns["type"] = [EVENT_TYPES.index("purchase")] * len(rows)
    columns["user"], columns["item"] = [row[0] for row in rows], [row[1] for row in rows]
    columns["timestamp_ms"] = [(400 + row[2]) * DAY_MS for row in rows]
    columns["order"], columns["quantity"] = list(range(len(rows))), [1.0] * len(rows)
    events = pl.DataFrame(columns, schema=EVENT_TABLE)
    return Tables(events, Shelf(ITEMS + 1), 500 * DAY_MS, catalogue=Goods(), vectors=text_vectors)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def shop_with_a_rule() -> Tables:
    return walks()


@pytest.fixture(scope="session")
def newer_twin() -> Tables:
    """The same shop with a larger catalogue: number 49 came after the fit."""
    return replace(walks(), columns=Shelf(ITEMS + 2))
