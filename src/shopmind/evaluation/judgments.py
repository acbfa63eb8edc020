"""Judged queries of a folder, as recipes read them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from shopmind.evaluation.folder import read_table
from shopmind.kit.errors import InputError
from shopmind.stores.ports import Catalogue

COLUMNS = {"queries": ("query_id", "query"), "judgments": ("query_id", "item_id", "grade")}


def read_judgments(folder: Path, catalogue: Catalogue, *, split: str | None = None) -> pl.DataFrame:
    """Columns query (String), item (Int64) and grade (Float64) of the files `queries` and `judgments` in a folder.

    Items that the catalogue does not know are left out.

    Args:
        split: only queries whose column `split` says so; a folder without that column has no splits, and gives all.

    Raises:
        InputError: a file or a column is missing.
    """
    tables = {name: read_table(folder, name) for name in COLUMNS}
    for name, needed in COLUMNS.items():
        table = tables[name]
        if table is None:
            raise InputError(f"{folder}: judgments are read from files `queries` and `judgments`; it has no {name}")
        for column in needed:
            if column not in table.columns:
                raise InputError(f"{folder}: {name} lacks {column}; it has {', '.join(table.columns)}")
    queries, judgments = tables["queries"], tables["judgments"]
    if queries is None or judgments is None:
        raise InputError(f"{folder}: no judgments")
    if split is not None and "split" in queries.columns:
        queries = queries.filter(pl.col("split") == split)
    ids = pl.col("query_id").cast(pl.String)
    asked = queries.select(ids, pl.col("query").cast(pl.String)).drop_nulls().unique("query_id", maintain_order=True)
    rows = judgments.select(ids, pl.col("item_id").cast(pl.String), pl.col("grade").cast(pl.Float64)).drop_nulls()
    rows = rows.join(asked, on="query_id", how="inner", maintain_order="left")
    rows = rows.with_columns(item=catalogue.numbers(rows["item_id"].to_list()))
    return rows.filter((pl.col("item") > 0) & (pl.col("query").str.strip_chars() != "")).select(
        "query", "item", "grade"
    )
