"""Parquet, in slices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from shopmind.ingest.readers.batch import BATCH_ROWS, Batch, unreadable


class ParquetReader:
    """Reads a Parquet file; columns of bytes (pictures) are left out."""

    def read(self, path: Path, *, batch_rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """See Reader."""
        try:
            scan = pl.scan_parquet(path, glob=False)
            schema = scan.collect_schema()
            height = int(scan.select(pl.len()).collect().item())
            for start in range(0, height, batch_rows):
                wanted = [name for name, dtype in schema.items() if dtype != pl.Binary]
                frame = scan.select(wanted).slice(start, batch_rows).collect()
                yield Batch(plain(frame), range(start + 1, start + 1 + frame.height))
        except (pl.exceptions.PolarsError, OSError) as error:
            raise unreadable(path, error) from error


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Categories as texts, decimals as floats, small numbers as large ones: fewer types for the checks to know."""
    casts = []
    for name, dtype in frame.schema.items():
        if dtype == pl.Categorical or isinstance(dtype, pl.Enum):
            casts.append(pl.col(name).cast(pl.String))
        elif dtype.is_integer() and dtype != pl.Int64:
            casts.append(pl.col(name).cast(pl.Int64, strict=False))
        elif dtype == pl.Float32:
            casts.append(pl.col(name).cast(pl.String).cast(pl.Float64))  # 0.1 stays 0.1
        elif dtype.is_decimal():
            casts.append(pl.col(name).cast(pl.String))
    return frame.with_columns(casts)
