"""What readers yield."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from shopmind.kit.errors import InputError

BATCH_ROWS = 50_000
LONGEST_LINE = 1 << 20
"""Bytes of one row of text; the longest allowed description is a tenth of it."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that holds no row.

    Attributes:
        text: its beginning, never shown where it may name a customer.
        reason: a name to count by; `message` says it in words.
    """

    line: int
    reason: str
    message: str
    text: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one file.

    Attributes:
        frame: raw columns, of whatever types the file has; mixed ones are of type Object.
        lines: (n,) 1-based line of each row in the file; in a Parquet file the 1-based row.
        bad: lines between them that hold no row.
        mended: name → rows the reader put right (another encoding than the file's, for instance).
    """

    frame: pl.DataFrame
    lines: Sequence[int]
    bad: Sequence[BadLine] = ()
    mended: tuple[tuple[str, int], ...] = ()


class Reader(Protocol):
    """Reads one file, in order; every line is in a frame or among the bad ones."""

    def read(self, path: Path, *, batch_rows: int = BATCH_ROWS) -> Iterator[Batch]: ...


class Source(Protocol):
    """Brings tables: items, users, events, links.

    Attributes:
        time_shift_ms: how far its times are moved, known once it is made.
    """

    @property
    def time_shift_ms(self) -> int: ...

    def tables(self) -> Sequence[str]:
        """Which of the tables it has, in the order to store them."""
        ...

    def file(self, table: str) -> str:
        """The name of a table's file, for people."""
        ...

    def digest(self, table: str) -> str:
        """A digest of the table's content: a changed file is another file."""
        ...

    def rows(self, table: str) -> int | None:
        """How many rows to expect; None when unknown."""
        ...

    def notes(self) -> Sequence[str]:
        """Sentences on what was made up or left out, for the report."""
        ...

    def read(self, table: str) -> Iterator[Batch]: ...


def text_columns(header: Sequence[str], columns: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    """A frame of texts."""
    return pl.DataFrame(
        {name: pl.Series(values, dtype=pl.String) for name, values in zip(header, columns, strict=True)}
    )


def any_column(name: str, values: list[Any]) -> pl.Series:
    """A series of whatever type fits: text, boolean, integer, float, or Object for the rest."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float} and any(abs(value) > 2**53 for value in values if isinstance(value, int)):
        return pl.Series(name, values, dtype=pl.Object)
    for allowed, dtype in _DTYPES:
        if kinds <= allowed:
            try:
                return pl.Series(name, values, dtype=dtype)
            except (OverflowError, pl.exceptions.PolarsError, TypeError):
                break
    return pl.Series(name, values, dtype=pl.Object)


_DTYPES: tuple[tuple[set[type], Any], ...] = (
    ({str}, pl.String),
    ({bool}, pl.Boolean),
    ({int}, pl.Int64),
    ({float, int}, pl.Float64),
)


def unreadable(path: Path, why: object) -> InputError:
    """The file as a whole cannot be read."""
    return InputError(f"{path.name}: cannot be read: {why}")
