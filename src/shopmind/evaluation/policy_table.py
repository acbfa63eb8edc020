"""A table of choices made by chance: which arm, how likely it was, what came of it, and what was known before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.evaluation import policy_features
from shopmind.evaluation.estimators.logged import Logged, Target
from shopmind.kit.errors import InputError, NotFoundError

NAMES: Mapping[str, tuple[str, ...]] = {
    "arm": ("arm", "action", "item_id", "treatment", "variant"),
    "propensity": ("propensity", "propensity_score", "pscore", "probability", "prob"),
    "reward": ("reward", "click", "outcome", "conversion"),
    "position": ("position",),
    "request_id": ("request_id",),
    "kind": ("kind",),
}
"""What a column is for → names it is known by; the first three are needed."""

NEEDED = ("arm", "propensity", "reward")
IDS = ("event_id", "impression_id", "row_id", "id")
"""Columns that name a row: the same name twice is the same row twice."""
PEOPLE = ("user_id", "session_id")
TIMES = ("timestamp", "time", "date", "timestamp_ms")
READERS = {
    ".parquet": pl.read_parquet,
    ".csv": lambda path: pl.read_csv(path, infer_schema_length=None),
    ".ndjson": pl.read_ndjson,
}
SHOWN = 5
"""Rows that an error names."""


@dataclass(frozen=True)
class Table:
    """A log that was read and checked.

    Attributes:
        frame: columns arm (String), propensity and reward (Float64), and all others as they were.
        arms: ids of the arms, sorted; codes are places in it.
        features: columns the model of rewards reads.
        left_out: why → how many rows were left out.
        notes: what a reader must know of how it was read.
        names: what a column is for → its name in the file.
    """

    frame: pl.DataFrame
    arms: tuple[str, ...]
    features: tuple[str, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.frame.height

    def codes(self, ids: Sequence[str] | pl.Series, arms: Sequence[str] | None = None) -> NDArray[np.int64]:
        """Codes of arm ids, −1 for one the log has no name for."""
        known = {each: place for place, each in enumerate(self.arms if arms is None else arms)}
        return np.array([known.get(each, -1) for each in ids], np.int64)

    def logged(self, target: Target, *, seed: int = 0) -> Logged:
        """The log beside a target over `arms`."""
        frame = self.frame
        features, _ = policy_features.matrix(frame, self.features)
        slates, places = _slates(frame)
        strata = np.zeros(len(self), np.int64)
        if "position" in frame.columns:
            strata = frame["position"].cast(pl.String).rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
        return Logged(
            arms=self.codes(frame["arm"]),
            propensities=frame["propensity"].to_numpy(),
            rewards=frame["reward"].to_numpy(),
            target=target,
            features=features,
            strata=strata,
            kinds=self._kinds(),
            slates=slates,
            places=places,
            units=_units(frame, slates),
            seed=seed,
        )

    def _kinds(self) -> NDArray[np.int64] | None:
        if "kind" not in self.frame.columns:
            return None
        of = dict(self.frame.select("arm", pl.col("kind").cast(pl.String)).unique("arm", keep="first").iter_rows())
        kinds = sorted({each or "" for each in of.values()})
        return np.array([kinds.index(of.get(arm) or "") for arm in self.arms], np.int64)


def find(folder: Path) -> Path | None:
    """The one data file that is meant: the file itself, `log`, `bandit` or `trial` in the folder, or its only one.

    Raises:
        NotFoundError: there is no such folder or file.
        InputError: several files could be meant.
    """
    if folder.is_file():
        if folder.suffix not in READERS:
            raise InputError(
                f"{folder.name}: {folder.suffix or 'no suffix'} cannot be read; allowed: .parquet, .csv, .ndjson"
            )
        return folder
    if not folder.is_dir():
        raise NotFoundError(f"{folder}: there is no such folder or file", field="folder")
    for name in ("log", "bandit", "trial"):
        for suffix in READERS:
            if (folder / f"{name}{suffix}").is_file():
                return folder / f"{name}{suffix}"
    files = sorted(path for path in folder.iterdir() if path.suffix in READERS)
    if len(files) > 1:
        told = ", ".join(path.name for path in files)
        raise InputError(f"{folder.name}: which of {told} is the log? Name it log.parquet or log.csv, or give the file")
    return files[0] if files else None


def raw(path: Path) -> pl.DataFrame:
    """The file as it is.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return READERS[path.suffix](path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path.name}: cannot be read: {str(error).splitlines()[0]}") from error


def checked(
    frame: pl.DataFrame, where: str, columns: Mapping[str, str] | None = None, *, leave_out: bool = False
) -> Table:
    """A frame as a Table.

    Args:
        where: the file's name, for errors.
        columns: what a column is for (NAMES) → its name in the file, where it is not one of those known.
        leave_out: rows with a bad propensity or reward are left out and counted instead of being an error.

    Raises:
        InputError: a column is missing, or rows are bad; the message names them.
    """
    names = _names(frame, where, columns or {})
    told = {found: name for name, found in names.items()}
    clash = [name for name, found in names.items() if name != found and name in frame.columns]
    frame = frame.drop(clash).rename(told).with_row_index("_row", offset=1)
    frame = frame.with_columns(
        *(pl.col(name).cast(pl.String).alias(f"_{name}") for name in NEEDED),
        pl.col("arm").cast(pl.String),
        pl.col("propensity").cast(pl.Float64, strict=False),
        pl.col("reward").cast(pl.Float64, strict=False),
    )
    left_out: dict[str, int] = {}
    frame = _once(frame, where, left_out)
    frame = _sound(frame, where, left_out, leave_out=leave_out)
    if not frame.height:
        raise InputError(f"{where}: no rows are left to evaluate")
    said = ("_row", *(f"_{name}" for name in NEEDED))
    apart = {*said, *NEEDED, *IDS, *PEOPLE, *TIMES, "request_id", "kind", "policy"}
    features = tuple(name for name in frame.columns if name not in apart)
    _, useless = policy_features.matrix(frame, features)
    notes = [f"column {found!r} is taken for {name}" for name, found in names.items() if name != found]
    if useless:
        notes.append(f"columns that the model of rewards does not read: {', '.join(useless)}")
    arms = tuple(sorted(frame["arm"].unique().to_list()))
    kept = tuple(name for name in features if name not in useless)
    return Table(frame.drop(said), arms, kept, left_out, tuple(notes), names)


def _names(frame: pl.DataFrame, where: str, columns: Mapping[str, str]) -> dict[str, str]:
    """What a column is for → its name in this file."""
    for name, given in columns.items():
        if name not in NAMES:
            raise InputError(f"columns: {name!r} is not allowed; allowed: {', '.join(NAMES)}", field="columns")
        if given not in frame.columns:
            raise InputError(
                f"{where}: there is no column {given!r}; it has {', '.join(frame.columns)}", field="columns"
            )
    found = dict(columns)
    for name, known in NAMES.items():
        if name not in found:
            there = [each for each in known if each in frame.columns and each not in found.values()]
            if there:
                found[name] = there[0]
    lacking = [name for name in NEEDED if name not in found]
    if lacking:
        raise InputError(
            f"{where}: no column for {', '.join(lacking)}; it has {', '.join(frame.columns)}. Known names: "
            + "; ".join(f"{name}: {', '.join(NAMES[name])}" for name in lacking)
            + f". Or say which it is: --columns {','.join(f'{name}=NAME' for name in lacking)}",
            field="columns",
        )
    return found


def _once(frame: pl.DataFrame, where: str, left_out: dict[str, int]) -> pl.DataFrame:
    """Rows that are named twice count once; the same name for different rows is an error."""
    keys = [name for name in IDS if name in frame.columns][:1]
    if not keys and {"request_id", "position"} <= set(frame.columns):
        keys = ["request_id", "position"]
    if not keys:
        return frame
    named = frame.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in keys))
    twice = named.filter(pl.struct(keys).is_duplicated())
    if not twice.height:
        return frame
    differing = twice.unique([*keys, *NEEDED]).filter(pl.struct(keys).is_duplicated()).sort("_row")
    if differing.height:
        rows = _rows(differing)
        raise InputError(f"{where}: rows of the same {' and '.join(keys)} say different things: {rows}")
    kept = pl.concat([frame.join(named.select("_row"), on="_row", how="anti"), named.unique(keys, keep="first")])
    left_out["duplicates"] = frame.height - kept.height
    return kept.sort("_row")


def _sound(frame: pl.DataFrame, where: str, left_out: dict[str, int], *, leave_out: bool) -> pl.DataFrame:
    """Rows with a chance in (0, 1], a reward that is a number, and an arm."""
    p, r = pl.col("propensity"), pl.col("reward")
    checks = {
        "propensity": (p.is_null() | p.is_nan() | (p <= 0) | (p > 1), "not a chance above 0 and at most 1"),
        "reward": (r.is_null() | r.is_nan() | r.is_infinite(), "not a number"),
        "arm": (pl.col("arm").is_null() | (pl.col("arm") == ""), "missing"),
    }
    for name, (bad, what) in checks.items():
        rows = frame.filter(bad)
        if not rows.height:
            continue
        if not leave_out:
            raise InputError(
                f"{where}: {name} is {what} in {rows.height} of {frame.height} rows: {_rows(rows, name)}; mend them, "
                "or leave them out with --leave-out",
                field=name,
            )
        left_out[f"bad {name}"] = rows.height
        frame = frame.filter(~bad)
    return frame


def _rows(rows: pl.DataFrame, name: str | None = None) -> str:
    columns = ["_row", *([f"_{name}"] if name else [])]
    told = [
        f"row {each[0]}" + (f" ({each[1]})" if name else "") for each in rows.select(columns).head(SHOWN).iter_rows()
    ]
    return ", ".join(told) + (" …" if rows.height > SHOWN else "")


def _slates(frame: pl.DataFrame) -> tuple[NDArray[np.int64] | None, NDArray[np.int64] | None]:
    """Answer and place of each row, where the table says both and answers hold several rows."""
    if not {"request_id", "position"} <= set(frame.columns) or frame["request_id"].null_count():
        return None, None
    if frame["request_id"].n_unique() == frame.height or not frame["position"].dtype.is_integer():
        return None, None
    slates = _codes(frame["request_id"])
    return slates, frame["position"].cast(pl.Int64).to_numpy()


def _units(frame: pl.DataFrame, slates: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """Rows of one customer, session or answer are not independent."""
    for name in (*PEOPLE, "request_id"):
        if name in frame.columns and not frame[name].null_count() and frame[name].n_unique() < frame.height:
            return _codes(frame[name])
    return slates


def _codes(column: pl.Series) -> NDArray[np.int64]:
    return (column.cast(pl.String).rank("dense") - 1).cast(pl.Int64).to_numpy()
