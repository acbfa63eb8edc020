"""A small data folder of search: twelve goods, three queries, vectors of hashed pieces."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from benchmarks.search import vectors
from benchmarks.search.sets import Folder

TITLES = (
    "red leather shoe",
    "blue leather shoe",
    "red cotton shirt",
    "green tea 100 g",
    "black tea 50 bags",
    "glass teapot 1 l",
    "coffee beans 500 g",
    "steel kettle 2 l",
    "wooden spoon",
    "steel spoon",
    "paper cup",
    "tea cup of glass",
)


@pytest.fixture
def goods_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Two graded queries and one whose judged item nobody finds by words."""
    monkeypatch.setenv("SHOPMIND_ENCODER", "hash")
    folder = tmp_path / "goods"
    folder.mkdir()
    ids = [f"i{row}" for row in range(len(TITLES))]
    pl.DataFrame({"item_id": ids, "kind": "product", "title": TITLES}).write_parquet(folder / "items.parquet")
    queries = {"query_id": ["a", "b", "c"], "query": ["red shoe", "tea", "zzz"]}
    pl.DataFrame(queries).write_parquet(folder / "queries.parquet")
    rows = [("a", "i0", 3.0), ("a", "i1", 1.0), ("a", "i2", 0.0), ("b", "i3", 2.0), ("b", "i8", 0.0), ("c", "i9", 1.0)]
    judgments = pl.DataFrame(rows, schema=["query_id", "item_id", "grade"], orient="row")
    judgments.write_parquet(folder / "judgments.parquet")
    (folder / "timed.json").write_text(json.dumps([f"{title} {row}" for row, title in enumerate(TITLES)] * 2))
    vectors.make(folder)
    return Folder("goods", folder, "made for a test", 0.0, True, len(TITLES), 3)
