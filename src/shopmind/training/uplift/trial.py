"""A trial: who was given what by chance, what came of it, and what was known of them before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.kit.errors import InputError
from shopmind.training.uplift.encoding import Column, columns_of, typed

Floats = NDArray[np.float64]
NEEDED = ("user_id", "treatment", "outcome")
APART = (*NEEDED, "propensity", "value")
CONTROLS = ("0", "control", "none", "no", "false", "placebo")
"""What the arm that is given nothing may be called, whatever the case."""
LEAST = 30
"""People in an arm below which nothing is told of it."""
SHOWN = 5
"""Rows that an error names."""
UNLIKELY = 0.01
"""Chances of an arm below this make single rows weigh more than a hundred: it is told."""


@dataclass(frozen=True)
class Trial:
    """A trial that was read and checked.

    Attributes:
        arms: the control arm first, then the others by name.
        arm: (n,) place in `arms`.
        outcome: (n,) what came of it; `binary` says whether it is 0 or 1 throughout.
        value: (n,) money it brought, as the file writes it; None where the file has none.
        chance: (n,) of the arm that the row got.
        frame: the features as read, numbers and texts.
        columns: how they become numbers.
        people: (n,) whose row it is, 0.. in order of first sight.
        ids: (people,) the user ids; they go no further than the folds.
        left_out: why → rows left out.
        notes: what a reader must know of how it was read.
        known_chance: whether the file says chances; else they are the arms' shares.
    """

    arms: tuple[str, ...]
    arm: NDArray[np.int64]
    outcome: Floats
    value: Floats | None
    chance: Floats
    frame: pl.DataFrame
    columns: tuple[Column, ...]
    people: NDArray[np.int64]
    ids: tuple[str, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    known_chance: bool = False

    def __len__(self) -> int:
        return len(self.arm)

    @property
    def binary(self) -> bool:
        """Whether every outcome is 0 or 1."""
        return bool(np.isin(self.outcome, (0, 1)).all())


def read_trial(
    frame: pl.DataFrame, where: str, *, control: str | None = None, leave_out: bool = False, least: int = LEAST
) -> Trial:
    """A frame as a Trial.

    Args:
        where: the file's name, for errors.
        control: name of the arm that was given nothing, where it is none of CONTROLS.
        leave_out: bad rows are left out and counted instead of being an error.
        least: people in an arm, at the least.

    Raises:
        InputError: a column or an arm is missing, rows are bad, or a person is in two arms; the message names them.
    """
    lacking = [name for name in NEEDED if name not in frame.columns]
    if lacking:
        raise InputError(
            f"{where}: no column {', '.join(lacking)}; it has {', '.join(frame.columns) or 'none'}; a trial has "
            "user_id, treatment, outcome, and may have propensity, value and features",
            field=lacking[0],
        )
    frame = _typed(frame.with_row_index("_row", offset=1))
    left_out: dict[str, int] = {}
    frame = _sound(frame, where, left_out, leave_out=leave_out)
    arms = _arms(frame, where, control, least)
    ids, people = _people(frame, where)
    arm = np.array([arms.index(each) for each in frame["treatment"]], np.int64)
    chance, notes = _chances(frame, arm, arms)
    features = frame.drop("_row", *(name for name in APART if name in frame.columns))
    columns, useless = columns_of(features)
    if useless:
        notes.append(f"columns that say nothing and are not read: {', '.join(useless)}")
    notes += [
        f"{column.name}: {column.unknown} unknown; unknown is a value of its own"
        for column in columns
        if column.unknown
    ]
    return Trial(
        arms,
        arm,
        frame["outcome"].to_numpy(),
        frame["value"].to_numpy() if "value" in frame.columns else None,
        chance,
        features,
        columns,
        people,
        ids,
        left_out,
        tuple(notes),
        "propensity" in frame.columns,
    )


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    """Numbers as numbers, whatever the file's format; ids and arms as texts: 1, 1.0, "1" and true are one arm."""
    numbers = {name: pl.col(name).cast(pl.Float64, strict=False) for name in ("outcome", "propensity", "value")}
    given = frame["treatment"]
    if given.dtype == pl.Boolean or given.dtype.is_numeric():
        given = given.cast(pl.Float64).map_elements(lambda each: f"{each:g}", return_dtype=pl.String)
    arms = given.cast(pl.String).str.strip_chars().str.replace(r"^(-?\d+)\.0+$", "$1")
    arms = arms.replace({"true": "1", "True": "1", "false": "0", "False": "0"})
    kept = [name for name in numbers if name in frame.columns]
    said = [pl.col(name).cast(pl.String).alias(f"_{name}") for name in ("treatment", *kept)]
    features = [typed(frame[name]) for name in frame.columns if name not in (*APART, "_row")]
    return frame.with_columns(*said).with_columns(
        *(numbers[name] for name in kept), arms.alias("treatment"), pl.col("user_id").cast(pl.String), *features
    )


def _sound(frame: pl.DataFrame, where: str, left_out: dict[str, int], *, leave_out: bool) -> pl.DataFrame:
    """Rows of which everything is known that must be."""
    p, y = pl.col("propensity"), pl.col("outcome")
    checks: dict[str, tuple[pl.Expr, str]] = {
        "user_id": (pl.col("user_id").is_null() | (pl.col("user_id") == ""), "missing"),
        "treatment": (pl.col("treatment").is_null() | (pl.col("treatment") == ""), "missing"),
        "outcome": (y.is_null() | ~y.is_finite(), "not a number"),
    }
    if "propensity" in frame.columns:
        bad = p.is_null() | p.is_nan() | (p <= 0) | (p >= 1)
        checks["propensity"] = (bad, "not a chance above 0 and below 1 (who could get one arm only is of no trial)")
    if "value" in frame.columns:
        checks["value"] = (pl.col("value").is_null() | ~pl.col("value").is_finite(), "not a number")
    for name in frame.columns:
        if not name.startswith("_") and name not in APART and frame[name].dtype == pl.Float64:
            checks[name] = (~pl.col(name).is_finite().fill_null(True), "NaN or infinite (leave it empty if unknown)")
    for name, (bad, what) in checks.items():
        rows = frame.filter(bad)
        if not rows.height:
            continue
        if not leave_out:
            raise InputError(
                f"{where}: {name} is {what} in {rows.height} of {frame.height} rows: {_named(rows, name)}; mend them, "
                "or leave them out with --leave-out",
                field=name,
            )
        left_out[f"bad {name}"] = rows.height
        frame = frame.filter(~bad)
    return frame.drop(*(f"_{name}" for name in APART if f"_{name}" in frame.columns))


def _named(rows: pl.DataFrame, name: str) -> str:
    said = f"_{name}" if f"_{name}" in rows.columns else name
    told = [f"row {row} ({value})" for row, value in rows.select("_row", said).head(SHOWN).iter_rows()]
    return ", ".join(told) + (" …" if rows.height > SHOWN else "")


def _arms(frame: pl.DataFrame, where: str, control: str | None, least: int) -> tuple[str, ...]:
    if not frame.height:
        raise InputError(f"{where}: no rows are left")
    sizes = dict(frame.group_by("treatment").agg(pl.col("user_id").n_unique()).sort("treatment").iter_rows())
    told = ", ".join(f"{name!r} ({size} people)" for name, size in sizes.items())
    found = [name for name in sizes if name == control or (control is None and name.casefold() in CONTROLS)]
    if len(sizes) < 2:
        raise InputError(f"{where}: there is one arm only, {told}; an effect is told from two", field="treatment")
    if len(found) != 1:
        raise InputError(
            f"{where}: which arm was given nothing? There are {told}; call it 0 or control, or name it with --control",
            field="treatment",
        )
    small = [f"{name!r} has {size}" for name, size in sizes.items() if size < least]
    if small:
        raise InputError(f"{where}: too few people in an arm: {', '.join(small)}; at least {least}", field="treatment")
    return (found[0], *(name for name in sizes if name != found[0]))


def _people(frame: pl.DataFrame, where: str) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    both = (
        frame.group_by("user_id", maintain_order=True)
        .agg(pl.col("treatment").n_unique())
        .filter(pl.col("treatment") > 1)
    )
    if both.height:
        some = ", ".join(map(repr, both["user_id"].head(SHOWN)))
        raise InputError(f"{where}: {both.height} users are in two arms: {some}; keep one", field="user_id")
    place: dict[str, int] = {}
    people = np.array([place.setdefault(each, len(place)) for each in frame["user_id"]], np.int64)
    return tuple(place), people


def _chances(frame: pl.DataFrame, arm: NDArray[np.int64], arms: Sequence[str]) -> tuple[Floats, list[str]]:
    """(n,) the chance of the arm that each row got, and how it was read."""
    if "propensity" not in frame.columns:
        share = np.bincount(arm, minlength=len(arms)) / len(arm)
        return share[arm], ["no propensities: everybody is taken to have had the same chances, the arms' shares"]
    said = frame["propensity"].to_numpy()
    if len(arms) > 2:
        return said, [*_far(said), "propensity is read as the chance of the arm that the row got"]
    treated = arm > 0
    own = np.where(treated, said, 1 - said)
    of_own, of_treated = _miscalled(treated, np.where(treated, said, 1 - said)), _miscalled(treated, said)
    if of_treated < of_own:
        return own, [*_far(own), "propensity is read as the chance of being treated: the arms' shares bear it out"]
    return said, [*_far(said), "propensity is read as the chance of the arm that the row got"]


def _miscalled(treated: NDArray[np.bool_], chance: Floats) -> float:
    """How far a reading of the chances of being treated is from what happened: Σ over tenths (treated − chance)²."""
    order = np.argsort(chance, kind="stable")
    _, tie = np.unique(chance[order], return_inverse=True)
    parts = np.minimum(tie * 10 // (tie.max() + 1), 9)
    gaps = np.bincount(parts, treated[order] - chance[order])
    return float((gaps**2).sum())


def _far(chance: Floats) -> list[str]:
    low = float(chance.min())
    return [f"the smallest chance is {low:.2g}: such rows weigh {1 / low:.0f} times"] if low < UNLIKELY else []
