"""Small hand-made logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

from shopmind.domain import EVENT_TYPES
from shopmind.kit.clock import DAY_MS
from shopmind.stores.ports import EVENT_TABLE

Row = tuple[int | None, int | None, float, int]
"""user, item, day, order."""
MakeTable = Callable[..., pl.DataFrame]


def make_table(rows: Sequence[Row], types: str | Sequence[str] = "purchase") -> pl.DataFrame:
    """EVENT_TABLE of (user, item, day, order) rows in the given order."""
    kinds = [types] * len(rows) if isinstance(types, str) else list(types)
    table = pl.DataFrame(
        {
            "number": range(1, len(rows) + 1),
            "type": [EVENT_TYPES.index(kind) for kind in kinds],
            "timestamp_ms": [int(day * DAY_MS) for _, _, day, _ in rows],
            "user": [user for user, _, _, _ in rows],
            "item": [item for _, item, _, _ in rows],
            "order": [order for _, _, _, order in rows],
        },
        schema_overrides=EVENT_TABLE,
    )
    return table.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in EVENT_TABLE.items() if name not in table.columns
    ).select(list(EVENT_TABLE))


def write_sequences(folder: Path, lists: Mapping[str, list[str]], items: Sequence[str]) -> Path:
    """A data folder of sequences, user → item ids."""
    folder.mkdir()
    rows = {"item_id": list(items), "kind": ["product"] * len(items), "title": [f"soap {each}" for each in items]}
    pl.DataFrame(rows).write_ndjson(folder / "items.ndjson")
    frame = pl.DataFrame({"user_id": list(lists), "item_ids": list(lists.values())})
    frame.write_parquet(folder / "sequences.parquet")
    return folder


@pytest.fixture
def table() -> MakeTable:
    return make_table
