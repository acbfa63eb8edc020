"""A set, cut: what every system is given, and apart from it what is right.

A cut is a folder. `given/test` holds the known events and the histories that are asked; `given/valid` the same for
tuning, with what is right beside it. What is right for the test lies in `kept`, which no system's process is told of.
The cutting itself is that of `shopmind evaluate recommend`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.recommend import logs
from benchmarks.recommend.logs import CACHE, END_MS, LOGS, Log
from shopmind.domain import EVENT_TYPES
from shopmind.evaluation import sequences, split
from shopmind.evaluation.protocol import WORDS, Fit, Part, SplitName
from shopmind.evaluation.sequences import NumbersOf, split_instances, split_sequences
from shopmind.evaluation.split import Cases, Split, split_events
from shopmind.kit.seeds import generator, hash64_all
from shopmind.stores.ports import EVENT_TABLE

PROTOCOLS: tuple[SplitName, ...] = ("leave-one-out", "time")
FITS: tuple[Fit, ...] = ("train", "refit")
MOST_VALID = 5_000
"""Cases of the validation part that options are chosen by, at most; by hash of the user."""

BY_TIME = (
    "fitted on everything before the cutoff; options chosen on an equal window before it, by what came before that"
)
PARTS: tuple[Part, Part] = ("validation", "test")


@dataclass(frozen=True)
class Parts:
    """The split that options are chosen on, and the one that is asked."""

    valid: Split
    test: Split
    told: str


@dataclass(frozen=True)
class Cut:
    """A cut on disk.

    Attributes:
        name: of the set.
        path: its folder.
        about: what about.json says.
    """

    name: str
    path: Path
    about: Mapping[str, Any]

    @property
    def items(self) -> int:
        """How many items are ranked."""
        return int(self.about["items"])

    @property
    def valid(self) -> Path:
        """What tuning is given."""
        return self.path / "given" / "valid"

    @property
    def test(self) -> Path:
        """What the final answers are given."""
        return self.path / "given" / "test"

    @property
    def kept(self) -> Path:
        """What is right for the test."""
        return self.path / "kept"


def prepare(name: str, protocol: SplitName, fit: Fit, seed: int) -> Cut | None:
    """The cut of a set, made when first asked for; None where its data are not here or have no times to cut at.

    It is made again when the code that cuts has changed; answers to a cut that came out otherwise count no more.
    """
    folder = CACHE / "cuts" / f"{name}-{protocol}-{fit}-{seed}"
    about, code = folder / "about.json", _code()
    if not about.is_file() or json.loads(about.read_text()).get("code") != code:
        log = LOGS[name](seed)
        if log is None or (protocol == "time" and not log.timed):
            return None
        told = {"protocol": protocol, "fit": fit if log.instances is None else "valid", "seed": seed, "code": code}
        fresh = folder.with_name(f"{folder.name}.new")
        write(log, parts(log, protocol, fit, seed), fresh, told)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    return Cut(name, folder, json.loads(about.read_text()))


def parts(log: Log, protocol: SplitName, fit: Fit, seed: int) -> Parts:
    """Cuts a log; item number = 1 + row of the item."""
    rows = {item_id: row for row, item_id in enumerate(log.items["item_id"].to_list(), start=1)}

    def numbers(ids: Sequence[str]) -> NDArray[np.int64]:
        return np.array([rows.get(each, -1) for each in ids], np.int64)

    if log.instances is not None:
        return _instances(log.instances, numbers)
    if log.timed:
        table = events(log.lists, rows, seed)
        valid, test = (split_events(table, protocol, fit, part=each, seed=seed) for each in PARTS)
    else:
        frame = log.lists.select("user_id", "item_ids")
        valid, test = (split_sequences(frame, numbers, fit, part=each, end_ms=END_MS, seed=seed) for each in PARTS)
    return Parts(valid, test, BY_TIME if protocol == "time" else WORDS[fit])


def events(lists: pl.DataFrame, rows: Mapping[str, int], seed: int) -> pl.DataFrame:
    """EVENT_TABLE of one purchase for each place of each list; users are numbered from 1 in the lists' order.

    Equal times of a user are put into an order drawn by seed and kept apart by a millisecond each, so that the order
    is one and the same in the known events, the histories and every system. Events of one time are one order.
    """
    lines = lists.with_row_index("user", offset=1).select("user", "item_ids", "times_ms")
    lines = lines.explode("item_ids", "times_ms", keep_nulls=False, empty_as_null=False)
    chance = generator(seed, "order of equal times").permutation(len(lines))
    lines = lines.with_columns(pl.Series("chance", chance)).sort("user", "times_ms", "chance")
    lines = lines.with_columns(
        order=pl.struct("user", "times_ms").rle_id() + 1,
        timestamp_ms=pl.col("times_ms") + pl.int_range(pl.len()).over("user", "times_ms"),
    )
    lines = lines.sort("timestamp_ms", "chance").with_columns(
        number=pl.int_range(1, pl.len() + 1),
        type=pl.lit(EVENT_TYPES.index("purchase")),
        item=pl.col("item_ids").replace_strict(dict(rows), return_dtype=pl.Int64),
    )
    blank = [pl.lit(None, kind).alias(name) for name, kind in EVENT_TABLE.items() if name not in lines.columns]
    return lines.with_columns(blank).select(pl.col(name).cast(kind) for name, kind in EVENT_TABLE.items())


def _instances(frame: pl.DataFrame, numbers: NumbersOf) -> Parts:
    """The fit sees the valid part alone, options are chosen on users held out of it, the test part is asked.

    Rows of the test part whose item the user had before are not asked.
    """
    had = (pl.col("split") == "test") & pl.col("history").list.contains(pl.col("item_id"))
    asked = frame.filter(~had)
    valid, test = (split_instances(asked, numbers, "valid", part=each, end_ms=END_MS) for each in PARTS)
    left_out = {**test.left_out, "targets_the_user_had": len(frame) - len(asked)}
    return Parts(valid, replace(test, left_out=left_out), WORDS["valid"])


def write(log: Log, found: Parts, folder: Path, told: Mapping[str, Any]) -> None:
    """Writes the folder of a cut; about.json comes last, so that half a cut is made again."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, part, cases in (
        ("valid", found.valid, _some(found.valid.cases)),
        ("test", found.test, found.test.cases),
    ):
        place = folder / "given" / name
        place.mkdir(parents=True)
        part.known.write_parquet(place / "known.parquet")
        if name == "test" and part.held is not None:
            part.held.write_parquet(place / "held.parquet")
        cases.history.write_parquet(place / "history.parquet")
        asked = {"user": cases.users, "now_ms": cases.now_ms}
        pl.DataFrame(asked).write_parquet(place / "cases.parquet")
        right = place if name == "valid" else folder / "kept"
        right.mkdir(exist_ok=True)
        targets = {"case": cases.target_cases, "row": cases.target_items - 1}
        pl.DataFrame(targets).write_parquet(right / "truth.parquet")
        log.items.write_parquet(place / "items.parquet")
        (place / "now.json").write_text(str(part.now_ms))
    test = found.test
    about = {
        "told": log.told,
        "items": len(log.items),
        "users": int(test.known["user"].drop_nulls().n_unique()),
        "events": len(test.known),
        "cases": len(test.cases),
        "valid_cases": min(len(found.valid.cases), MOST_VALID),
        "fitted": found.told,
        "order": "of the events, equal times by seed" if log.timed else "of the lists, no times",
        "same_known": test.known.equals(found.valid.known),
        "left_out": dict(test.left_out),
        "digest": _digest(sorted(file for file in folder.rglob("*") if file.is_file())),
        **told,
    }
    (folder / "about.json").write_text(json.dumps(about, indent=1))


def _code() -> str:
    return _digest([Path(module.__file__ or "") for module in (logs, sequences, split, sys.modules[__name__])])


def _digest(files: Sequence[Path]) -> str:
    found = hashlib.sha256()
    for file in files:
        found.update(file.name.encode() + file.read_bytes())
    return found.hexdigest()[:16]


def _some(cases: Cases) -> Cases:
    """At most MOST_VALID cases, by hash of user and case."""
    if len(cases) <= MOST_VALID:
        return cases
    chance = hash64_all(f"{user}/{row}" for row, user in enumerate(cases.users.tolist()))
    return cases.take(np.sort(np.argsort(chance)[:MOST_VALID]))
