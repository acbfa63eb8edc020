"""Files that are a split of their own: sequences (user_id, item_ids) and next_item (split, user_id, history, item_id).

They have an order and no times. Times are made from the order: one step is one day, and every user's last step is at
the same moment, so that no recency counts between users and none is invented beyond the order within one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES
from shopmind.evaluation.protocol import Fit, Part
from shopmind.evaluation.split import HISTORY, Cases, Split, split_events
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError
from shopmind.kit.seeds import hash64_all
from shopmind.stores.ports import EVENT_TABLE, Numbers

TIMES = "made from the order in the file: one event a day, all users end at the same moment"
SETTINGS_SHARE = 0.1
"""Share of the users of a validation part that is fitted on whose targets are held back to choose settings by."""
NumbersOf = Callable[[Sequence[str]], Numbers]
"""Item ids to item numbers, -1 for an unknown id."""


def split_sequences(
    frame: pl.DataFrame, numbers: NumbersOf, fit: Fit, *, part: Part = "test", end_ms: int, seed: int = 0
) -> Split:
    """Leave-one-out over sequences: the last item of each is the test, the one before the validation.

    Args:
        frame: user_id, item_ids (a list, oldest first).
        end_ms: the moment every sequence ends at.

    Raises:
        InputError: a column is missing, or no sequence is long enough.
    """
    _require(frame, ("user_id", "item_ids"), "sequences")
    lines = _Lines(_texts(frame["item_ids"]), np.zeros(len(frame), np.int64))
    table, _, unknown = _tables(lines, numbers, end_ms)
    if not len(table):
        raise InputError(f"evaluate: sequences name no item of the catalogue ({unknown} unknown)", field="item_ids")
    return _counted(split_events(table, "leave-one-out", fit, part=part, seed=seed), events_of_unknown_items=unknown)


def split_instances(frame: pl.DataFrame, numbers: NumbersOf, fit: Fit, *, part: Part = "test", end_ms: int) -> Split:
    """A file of instances (history → item); its `split` column says train, valid or test.

    One user may have several instances, each a step further than the one before. What the fit sees:

    - with a train part: the histories and targets of it, of users who are not in it their shortest history; the
      validation targets are held, or known too (`refit`);
    - without one: of users who are asked their shortest history (so no target is in it), of the others the longest;
      the targets behind the latter are held, or known too (`refit`);
    - `valid`: the histories and targets of the validation part and nothing of the test; of a tenth of its users, chosen
      by hash, the targets are held, and they are what is asked as validation.

    Raises:
        InputError: a column is missing, the file has no instance of a part that is needed, or it has a train part and
            `valid` is asked for.
    """
    _require(frame, ("split", "user_id", "history", "item_id"), "next_item")
    rows, unusable = _rows(frame)
    if fit == "valid":
        asked, lines = _fitted_on_valid(rows, part)
    else:
        asked, lines = _fitted_before(rows, fit, part)
    known, held, unknown = _tables(lines, numbers, end_ms)
    cases, lost = _cases(asked, lines, numbers, end_ms)
    notes = () if fit != "valid" else (f"settings chosen by the targets of {lines.choosing} users of the valid part",)
    choosing = held if part == "test" and len(held) else None
    found = Split(known, cases, end_ms + 1, ("purchase",), held=choosing, notes=notes)
    return _counted(
        found, events_of_unknown_items=unknown, instances_without_history_or_known_item=lost, unusable_rows=unusable
    )


@dataclass(frozen=True)
class _Lines:
    """What each user did, as far as a fit may know.

    Attributes:
        lists: item ids, oldest first.
        held: (n,) how many at the end of each list are held.
        users: (n,) ids, in the order of user numbers from 1; empty where nobody asks.
    """

    lists: pl.Series
    held: NDArray[np.int64]
    users: pl.Series | None = None

    @property
    def choosing(self) -> int:
        """Users of whom anything is held."""
        return int(np.count_nonzero(self.held))


def _rows(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The usable instances as texts, in the order of the file, and how many are not usable."""
    rows = frame.select(
        pl.col("split").cast(pl.String),
        pl.col("user_id").cast(pl.String),
        _texts(frame["history"]).alias("history"),
        pl.col("item_id").cast(pl.String),
    )
    kept = rows.drop_nulls()
    return kept, len(rows) - len(kept)


def _of(rows: pl.DataFrame, split: str) -> pl.DataFrame:
    found = rows.filter(pl.col("split") == split)
    if not len(found):
        raise InputError(f"evaluate: next_item has no {split} row, and one is needed", field="split")
    return found


def _fitted_on_valid(rows: pl.DataFrame, part: Part) -> tuple[pl.DataFrame, _Lines]:
    if (rows["split"] == "train").any():
        raise InputError("evaluate: next_item has a train part; it is fitted with train or refit", field="fit")
    valid = _of(rows, "valid")
    walked = _walked(valid)
    users = walked["user_id"]
    choosing = np.argsort(hash64_all(users.to_list()), kind="stable")[: max(1, round(SETTINGS_SHARE * len(users)))]
    held = np.zeros(len(users), np.int64)
    held[choosing] = walked["targets"].to_numpy()[choosing]
    asked = _of(rows, "test") if part == "test" else valid.filter(pl.col("user_id").is_in(users[choosing].implode()))
    return asked, _Lines(walked["items"], held, users)


def _fitted_before(rows: pl.DataFrame, fit: Fit, part: Part) -> tuple[pl.DataFrame, _Lines]:
    asked = _of(rows, "test" if part == "test" else "valid")
    own = _shortest(asked)
    if (rows["split"] == "train").any():
        past = _walked(rows.filter(pl.col("split").is_in(["train", "valid"])))
        past = past.filter(pl.col("user_id").is_in(_of(rows, "train")["user_id"].implode()))
        late = past["valid"].to_numpy()
        own = own.filter(~pl.col("user_id").is_in(past["user_id"].implode()))
    else:
        others = rows.filter((pl.col("split") == "valid") & ~pl.col("user_id").is_in(asked["user_id"].implode()))
        past = _furthest(others if part == "test" else others.clear())
        late = np.ones(len(past), np.int64)
    if fit == "refit" and part == "test":
        late = np.zeros(len(past), np.int64)
    lists = pl.concat([own["history"], past["items"]])
    held = np.concatenate([np.zeros(len(own), np.int64), late.astype(np.int64)])
    return asked, _Lines(lists, held, pl.concat([own["user_id"], past["user_id"]]))


def _shortest(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.sort(pl.col("history").list.len(), maintain_order=True).unique("user_id", maintain_order=True)


def _furthest(rows: pl.DataFrame) -> pl.DataFrame:
    """user_id and items: the longest history and what came after it."""
    last = rows.sort(pl.col("history").list.len(), maintain_order=True)
    last = last.unique("user_id", keep="last", maintain_order=True)
    return last.select("user_id", items=pl.concat_list("history", "item_id"))


def _walked(rows: pl.DataFrame) -> pl.DataFrame:
    """user_id, items (the first history and every target after it: histories may be cut, targets are not), targets and
    valid (how many targets there are, and how many of the validation part)."""
    stage = pl.col("split") == "valid"
    ordered = rows.sort(stage, pl.col("history").list.len(), maintain_order=True)
    users = ordered.group_by("user_id", maintain_order=True).agg(
        first=pl.col("history").first(), later=pl.col("item_id"), targets=pl.len(), valid=stage.sum()
    )
    return users.select("user_id", "targets", "valid", items=pl.concat_list("first", "later"))


def _cases(asked: pl.DataFrame, lines: _Lines, numbers: NumbersOf, end_ms: int) -> tuple[Cases, int]:
    """A case for each instance that has a history and a known item, and how many have not."""
    named = [] if lines.users is None else lines.users.to_list()
    user_of = {user: place for place, user in enumerate(dict.fromkeys([*named, *asked["user_id"].to_list()]), 1)}
    users = np.array([user_of[each] for each in asked["user_id"].to_list()], np.int64)
    targets = numbers(asked["item_id"].to_list())
    history, _, _ = _tables(_Lines(asked["history"], np.zeros(len(asked), np.int64)), numbers, end_ms)
    history = history.select(HISTORY).with_columns(case=pl.col("user") - 1)
    usable = (targets > 0) & (np.bincount(history["case"].to_numpy(), minlength=len(asked)) > 0)
    now_ms = np.full(len(asked), end_ms + DAY_MS, np.int64)
    cases = Cases(users, now_ms, history, np.arange(len(asked)), targets).take(np.flatnonzero(usable))
    return cases, int((~usable).sum())


def _texts(lists: pl.Series) -> pl.Series:
    if not isinstance(lists.dtype, pl.List):
        raise InputError(
            f"evaluate: {lists.name} holds {lists.dtype}, it must hold lists of item ids", field=lists.name
        )
    return lists.cast(pl.List(pl.String))


def _require(frame: pl.DataFrame, columns: tuple[str, ...], name: str) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise InputError(f"evaluate: {name} lacks {', '.join(missing)}; it has {', '.join(frame.columns)}")


def _counted(split: Split, **counts: int) -> Split:
    return replace(split, left_out={**split.left_out, **{name: count for name, count in counts.items() if count}})


def _tables(lines: _Lines, numbers: NumbersOf, end_ms: int) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """EVENT_TABLE of one purchase a list element: what is known, what is held, and how many no item is known for.

    Users are numbered from 1 by their place. The last element that is not held is at `end_ms`.
    """
    lists = lines.lists.list.drop_nulls()
    lengths = lists.list.len().fill_null(0).to_numpy().astype(np.int64)
    names = lists.explode(empty_as_null=False).drop_nulls() if lengths.sum() else pl.Series([], dtype=pl.String)
    distinct = names.unique(maintain_order=True)
    by_name = pl.DataFrame({"name": distinct, "item": numbers(distinct.to_list())}, schema_overrides={"item": pl.Int64})
    items = pl.DataFrame({"name": names}).join(by_name, on="name", how="left", maintain_order="left")["item"]
    ends = np.repeat(np.cumsum(lengths), lengths)
    back = ends - 1 - np.arange(len(ends)) - np.repeat(np.minimum(lines.held, lengths), lengths)
    table = pl.DataFrame(
        {
            "number": np.arange(1, len(items) + 1),
            "type": np.full(len(items), EVENT_TYPES.index("purchase"), np.int8),
            "timestamp_ms": end_ms - back * DAY_MS,
            "user": np.repeat(np.arange(1, len(lists) + 1), lengths),
            "item": items,
            "order": np.arange(1, len(items) + 1),
        }
    )
    blank = [pl.lit(None, dtype).alias(name) for name, dtype in EVENT_TABLE.items() if name not in table.columns]
    table = table.with_columns(blank).select(pl.col(name).cast(dtype) for name, dtype in EVENT_TABLE.items())
    there = table["item"] > 0
    later = pl.Series(back < 0)
    return table.filter(there & ~later), table.filter(there & later), int((~there).sum())
