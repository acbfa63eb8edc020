"""The policy that is asked about, beside a table: every arm alike, or chances read from a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from shopmind.evaluation.estimators.logged import Target
from shopmind.evaluation.policy_table import NAMES, READERS, Table
from shopmind.kit.errors import InputError, NotFoundError

SLACK = 0.01
"""How far chances of one row may add up beside 1."""


def uniform(table: Table) -> Target:
    """Every arm of the log alike."""
    return Target.uniform(len(table), len(table.arms))


def from_file(table: Table, path: Path) -> tuple[Target, Table]:
    """Chances of a file: columns arm and probability, and any columns of the log that say for which rows they hold.

    The file may name arms the log never shows; the table that comes back knows them too.

    Raises:
        NotFoundError: there is no such file.
        InputError: a column is missing or unknown, chances are no chances or do not add up, or rows have none.
    """
    if not path.is_file():
        raise NotFoundError(f"{path}: there is no such file", field="target")
    if path.suffix not in READERS:
        raise InputError(
            f"{path.name}: a target is uniform, a .toml, or chances in .parquet, .csv, .ndjson", field="target"
        )
    chances = READERS[path.suffix](path)
    return from_frame(table, chances, path.name)


def from_frame(table: Table, chances: pl.DataFrame, where: str) -> tuple[Target, Table]:
    """As `from_file`."""
    chances = _named(table, chances, where)
    keys = [name for name in chances.columns if name not in ("arm", "probability")]
    unknown = [name for name in keys if name not in table.frame.columns]
    if unknown:
        raise InputError(
            f"{where}: column {unknown[0]!r} is none of the log's; beside arm and probability it may hold "
            f"{', '.join(name for name in table.frame.columns if name != 'arm')}",
            field="target",
        )
    p = pl.col("probability")
    bad = chances.filter(p.is_null() | p.is_nan() | (p < 0) | (p > 1))
    if bad.height:
        raise InputError(
            f"{where}: {bad.height} probabilities are not within 0..1, the first: {bad.row(0)}", field="target"
        )
    if chances.select(pl.struct("arm", *keys).is_duplicated().any()).item():
        raise InputError(
            f"{where}: an arm has two probabilities for the same {' and '.join(keys) or 'row'}", field="target"
        )
    arms = (*table.arms, *sorted(set(chances["arm"].unique().to_list()) - set(table.arms)))
    chances = chances.with_columns(pl.col(name).cast(pl.String).fill_null("") for name in keys)
    if keys:
        groups = chances.select(keys).unique(maintain_order=True).with_row_index("_group")
        chances = chances.join(groups, on=keys)
        rows = table.frame.select(pl.col(name).cast(pl.String).fill_null("") for name in keys)
        of_rows = rows.join(groups, on=keys, how="left", maintain_order="left")["_group"]
        if of_rows.null_count():
            first = rows.row(int(of_rows.is_null().arg_true()[0]), named=True)
            raise InputError(
                f"{where}: {of_rows.null_count()} rows of the log have no probabilities, the first: {first}"
            )
        codes, count = of_rows.cast(pl.Int64).to_numpy(), groups.height
    else:
        chances = chances.with_columns(pl.lit(0).alias("_group"))
        codes, count = np.zeros(len(table), np.int64), 1
    places = table.codes(chances["arm"], arms)
    made = csr_array(
        (chances["probability"].to_numpy(), (chances["_group"].to_numpy(), places)), shape=(count, len(arms))
    )
    sums = np.asarray(made.sum(axis=1)).ravel()
    off = np.flatnonzero(np.abs(sums - 1) > SLACK)
    if len(off):
        raise InputError(
            f"{where}: probabilities of {len(off)} groups do not add up to 1; the first to {sums[off[0]]:.4f}"
        )
    scaled = csr_array(made.multiply(1 / sums[:, None]))
    known = Table(table.frame, arms, table.features, table.left_out, table.notes, table.names)
    return Target(scaled, codes), known


def _named(table: Table, chances: pl.DataFrame, where: str) -> pl.DataFrame:
    """The columns under the names of the table."""
    known = {
        "arm": (*NAMES["arm"], table.names.get("arm", "arm")),
        "probability": ("probability", "prob", "propensity"),
    }
    for name, names in known.items():
        there = [each for each in names if each in chances.columns]
        if not there:
            raise InputError(f"{where}: no column {name}; it has {', '.join(chances.columns)}", field="target")
        chances = chances.rename({there[0]: name}) if there[0] != name else chances
    told = {
        found: name for name, found in table.names.items() if found in chances.columns and name not in chances.columns
    }
    return chances.rename(told).with_columns(pl.col("arm").cast(pl.String), pl.col("probability").cast(pl.Float64))
