"""What was known before a choice, as numbers for the model of rewards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVELS = 20
"""Most values of a text column that get a column of their own; the rest are one."""
RARE = 0.005
"""Share of the rows below which a value is one of the rest."""
BENDS = 8
"""A column of numbers with more different values than this may bend at its median."""
WIDEST = 60
"""Most columns of the matrix; without bends first, then the rarest values go."""


def matrix(frame: pl.DataFrame, columns: Sequence[str]) -> tuple[Floats, list[str]]:
    """(n, d) standardised columns, and the names of what says nothing (ids, lists, constants).

    Text becomes one column a value, numbers one column and, where there are many different ones, a second that begins
    at the median. Missing is the mean of numbers, and a value of its own of texts.
    """
    plain: list[Floats] = []
    bends: list[Floats] = []
    texts: list[tuple[float, Floats]] = []
    left_out = []
    for name in columns:
        column = frame[name]
        if column.dtype.is_numeric() or column.dtype == pl.Boolean:
            values = column.cast(pl.Float64).fill_nan(None)
            if values.drop_nulls().n_unique() < 2:
                left_out.append(name)
                continue
            known = values.fill_null(values.mean()).to_numpy()
            plain.append(_scaled(known))
            if values.n_unique() > BENDS:
                bends.append(_scaled(np.maximum(known - np.median(known), 0.0)))
        elif column.dtype == pl.String or column.dtype == pl.Categorical:
            found = _levels(column.cast(pl.String))
            if not found:
                left_out.append(name)
            texts += found
        else:
            left_out.append(name)
    texts.sort(key=lambda each: -each[0])
    room = max(WIDEST - len(plain), 0)
    wide = plain + [each for _, each in texts[:room]]
    wide += bends if len(wide) + len(bends) <= WIDEST else []
    return (np.stack(wide, axis=1) if wide else np.zeros((len(frame), 0))), left_out


def _levels(column: pl.Series) -> list[tuple[float, Floats]]:
    """(share, column) of each value that is common enough but one; none when most rows differ."""
    counted = column.fill_null("").value_counts(sort=True)
    name = column.name
    if counted.height < 2 or counted.height > 0.5 * len(column):
        return []
    counted = counted.sort(["count", name], descending=[True, False])
    kept = counted.filter(pl.col("count") >= max(RARE * len(column), 2)).head(LEVELS)[name].to_list()
    if len(kept) == counted.height:
        kept = kept[:-1]
    values = column.fill_null("").to_numpy()
    return [(float((values == each).mean()), _scaled((values == each).astype(np.float64))) for each in kept]


def _scaled(values: Floats) -> Floats:
    deviation = float(values.std())
    return np.asarray((values - values.mean()) / (deviation if deviation > 0 else 1.0), np.float64)
