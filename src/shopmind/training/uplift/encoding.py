"""What is known of a person as a row of numbers: the same code reads a trial and, later, who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

LEVELS = 20
"""Most values of a text column that are told apart; the rest are one."""
RARE = 0.005
"""Share of the rows below which a value is one of the rest."""


@dataclass(frozen=True, slots=True)
class Column:
    """How one attribute becomes numbers.

    Attributes:
        levels: values of a text, each a column of 0 and 1; none for a number.
        middle: what stands for an unknown number.
        unknown: rows of the trial where it was unknown; if there were any, a column says so.
    """

    name: str
    levels: tuple[str, ...] = ()
    middle: float = 0.0
    unknown: int = 0

    @property
    def width(self) -> int:
        """How many columns it becomes."""
        return (len(self.levels) or 1) + (self.unknown > 0)

    def plain(self) -> dict[str, Any]:
        """For a card."""
        return {**asdict(self), "levels": list(self.levels)}


def of_card(said: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """As `plain` wrote them."""
    return tuple(
        Column(str(each["name"]), tuple(each["levels"]), float(each["middle"]), int(each["unknown"])) for each in said
    )


def typed(column: pl.Series) -> pl.Series:
    """Float64 where every known value is a number or true/false, else text; "" is unknown."""
    if column.dtype == pl.Boolean or column.dtype.is_numeric():
        return column.cast(pl.Float64)
    if column.dtype.is_nested():
        return pl.Series(column.name, [None] * len(column), dtype=pl.Float64)
    said = column.cast(pl.String)
    said = said.set(said == "", None)
    numbers = said.cast(pl.Float64, strict=False)
    return numbers if numbers.null_count() == said.null_count() else said


def columns_of(features: pl.DataFrame) -> tuple[tuple[Column, ...], list[str]]:
    """How each feature is read, and the names of those that say nothing: constants, ids, lists."""
    found, useless = [], []
    for name in features.columns:
        column = features[name]
        unknown = column.null_count()
        if column.dtype == pl.Float64:
            if column.n_unique() < 2:
                useless.append(name)
                continue
            middle = column.drop_nulls().median()
            found.append(Column(name, (), float(middle) if isinstance(middle, float) else 0.0, unknown))
            continue
        counted = column.drop_nulls().value_counts().sort(["count", name], descending=[True, False])
        kept = counted.filter(pl.col("count") >= max(RARE * len(column), 2)).head(LEVELS)[name].to_list()
        if column.n_unique() < 2 or not kept:
            useless.append(name)
            continue
        found.append(Column(name, tuple(kept), 0.0, unknown))
    return tuple(found), useless


def matrix(columns: Sequence[Column], features: pl.DataFrame) -> NDArray[np.float32]:
    """(n, width) without NaN, of a frame whose columns are as `typed` makes them."""
    made: list[NDArray[Any]] = []
    for column in columns:
        values = features[column.name]
        if column.levels:
            made += [(values == level).fill_null(False).to_numpy() for level in column.levels]
        else:
            made.append(values.fill_null(column.middle).to_numpy())
        if column.unknown:
            made.append(values.is_null().to_numpy())
    wide = np.column_stack(made) if made else np.zeros((features.height, 1))
    return np.ascontiguousarray(wide, np.float32)


def row(columns: Sequence[Column], attributes: Mapping[str, Any]) -> NDArray[np.float32]:
    """(1, width) of one person; what is not among the attributes, or of another type, is unknown."""
    made: list[float] = []
    for column in columns:
        value = attributes.get(column.name)
        if column.levels:
            text = None if value is None else _text(value)
            made += [float(text == level) for level in column.levels]
            missing = text is None
        else:
            number = _number(value)
            missing = number is None
            made.append(column.middle if number is None else number)
        if column.unknown:
            made.append(float(missing))
    return np.array([made or [0.0]], np.float32)


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(value: object) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, bool | int | float):
        return None
    number = float(value)
    return number if np.isfinite(number) else None
