"""A raw frame under our names."""

from __future__ import annotations

import polars as pl

from shopmind.ingest.mapping import FileMapping
from shopmind.kit.errors import InputError


def mapped(frame: pl.DataFrame, mapping: FileMapping, *, where: str) -> pl.DataFrame:
    """The frame with our column names, constants and event types; other columns stay and become attributes.

    Raises:
        InputError: the mapping names a column that the file does not have.
    """
    if not frame.width:
        return frame
    absent = [theirs for theirs in mapping.columns.values() if theirs not in frame.columns]
    if absent:
        has = ", ".join(frame.columns)
        raise InputError(f"{where}: the mapping names the column {absent[0]!r}; the file has {has}", field=absent[0])
    taken = set(mapping.columns.values())
    renamed = [frame[theirs].alias(ours) for ours, theirs in mapping.columns.items()]
    kept = [frame[name] for name in frame.columns if name not in taken and name not in mapping.columns]
    frame = pl.DataFrame(kept + renamed)
    for name, value in mapping.constants.items():
        if name in frame.columns and frame[name].dtype not in (pl.Object, pl.Null):
            frame = frame.with_columns(pl.col(name).fill_null(value))
        elif name not in frame.columns or frame[name].dtype == pl.Null:
            frame = frame.with_columns(pl.lit(value).alias(name))
    if mapping.type_map and "type" in frame.columns and frame["type"].dtype != pl.Object:
        frame = frame.with_columns(pl.col("type").cast(pl.String).replace(mapping.type_map))
    return frame
