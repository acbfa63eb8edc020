"""What every check offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

import polars as pl

Verdict = Literal["reject", "mend", "remark"]

ITEM_VIEW = ("item_id", "title", "description", "brand", "category", "price")
"""Columns of items that checks see: texts, and the price as Float64 in major units; null where it is no number."""


@dataclass(frozen=True, slots=True)
class Known:
    """What checks may know beside the frame.

    Attributes:
        table: items or events.
        has_items: which of these item ids the catalogue holds.
        has_users: which of these raw user ids are in the users table.
        drop_duplicates: whether the mapping says `duplicates = "drop"`.
    """

    table: str
    now_ms: int
    has_items: Callable[[Sequence[str]], Sequence[bool]]
    has_users: Callable[[Sequence[str]], Sequence[bool]]
    drop_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found in one frame.

    Attributes:
        rows: (n,) Boolean, never null.
        mended: columns to put in place of those of the same name.
    """

    rows: pl.Series
    mended: Sequence[pl.Series] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """What a check found over the whole table, beside single rows."""

    count: int = 0
    examples: Sequence[str] = field(default_factory=tuple)


class Check(Protocol):
    """One kind of fault. It is made anew for each table of each run and may count over its frames.

    Attributes:
        tables: whose frames it looks at: "items" (ITEM_VIEW) or "events" (EVENT_FRAME without attributes).
        verdict: what becomes of the rows it finds.
        field: the column at fault.
        words: what is wrong, in words.
        specimen: raw rows of the first of `tables` that show the fault when they are added to a sound shop.
    """

    tables: ClassVar[tuple[str, ...]]
    field: ClassVar[str]
    words: ClassVar[str]
    specimen: ClassVar[tuple[Mapping[str, Any], ...]]

    def __init__(self, known: Known) -> None: ...

    @property
    def verdict(self) -> Verdict: ...

    def look(self, frame: pl.DataFrame) -> Finding:
        """What is wrong in the next frame."""
        ...

    def close(self) -> Remark:
        """What is wrong with the table as a whole."""
        ...


def none(frame: pl.DataFrame) -> pl.Series:
    """(n,) False."""
    return pl.repeat(False, frame.height, eager=True)


def where(frame: pl.DataFrame, rows: pl.Expr) -> pl.Series:
    """(n,) True where the expression is true; unknown is not a fault."""
    return frame.select(rows.fill_null(False).alias("rows")).to_series()


class RowCheck:
    """A check that looks at single rows and remembers nothing."""

    verdict: Verdict = "reject"

    def __init__(self, known: Known) -> None:
        self.known = known

    def close(self) -> Remark:
        """Nothing."""
        return Remark()
