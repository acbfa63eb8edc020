"""Files that are a split of their own: sequences (user_id, item_ids) and next_item (split, user_id, history, item_id).

They have an order and no times. Times are made from the order: one step is one day, and every user's last step is at
the same moment, so that no recency counts between users and none is invented beyond the order within one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES
from shopmind.evaluation.protocol import Fit
from shopmind.evaluation.split import HISTORY, Cases, Split, split_events
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError
from shopmind.stores.ports import EVENT_TABLE, Numbers

TIMES = "made from the order in the file: one event a day, all users end at the same moment"
NumbersOf = Callable[[Sequence[str]], Numbers]
"""Item ids to item numbers, -1 for an unknown id."""


def split_sequences(frame: pl.DataFrame, numbers: NumbersOf, fit: Fit, *, end_ms: int, seed: int = 0) -> Split:
    """Leave-one-out over sequences: the last item of each is the test, the one before the validation.

    Args:
        frame: user_id, item_ids (a list, oldest first).
        end_ms: the moment every sequence ends at.
    """
    _require(frame, ("user_id", "item_ids"), "sequences")
    table, unknown = _table(frame["item_ids"], np.arange(1, len(frame) + 1), numbers, end_ms)
    found = split_events(table, "leave-one-out", fit, seed=seed)
    return _counted(found, unknown)


def split_instances(frame: pl.DataFrame, numbers: NumbersOf, fit: Fit, *, end_ms: int) -> Split:
    """A file of instances (history → item); its `split` column says valid or test.

    One user may have several instances, each a step further than the one before. The fit sees each user's shortest
    history among the instances that are asked (so no target of the file is in it), and of users who are not asked the
    longest one; `refit` adds their validation items.

    Raises:
        InputError: the file has no instance of the part that is asked.
    """
    _require(frame, ("split", "user_id", "history", "item_id"), "next_item")
    asked = frame.filter(pl.col("split") == ("valid" if fit == "valid" else "test"))
    if not len(asked):
        raise InputError("evaluate: next_item has no row of the split that is asked", field="split")
    own = asked.sort(pl.col("history").list.len()).unique("user_id", keep="first", maintain_order=True)
    others = frame.filter((pl.col("split") == "valid") & ~pl.col("user_id").is_in(asked["user_id"].implode()))
    if fit == "valid":
        others = others.clear()
    elif fit == "refit":
        others = others.with_columns(pl.concat_list("history", "item_id").alias("history"))
    others = others.sort(pl.col("history").list.len()).unique("user_id", keep="last", maintain_order=True)
    lists = pl.concat([own["history"], others["history"]])
    known, unknown = _table(lists, np.arange(1, len(lists) + 1), numbers, end_ms)

    user_of = dict(zip(own["user_id"].to_list(), range(1, len(own) + 1), strict=True))
    targets = numbers(asked["item_id"].to_list())
    users = np.array([user_of[each] for each in asked["user_id"].to_list()], np.int64)
    history, _ = _table(asked["history"], np.arange(1, len(asked) + 1), numbers, end_ms)
    history = history.select(HISTORY).with_columns(case=pl.col("user") - 1)
    usable = (targets > 0) & (np.bincount(history["case"].to_numpy(), minlength=len(asked)) > 0)
    now_ms = np.full(len(asked), end_ms + DAY_MS, np.int64)
    cases = Cases(users, now_ms, history, np.arange(len(asked)), targets).take(np.flatnonzero(usable))
    found = Split(known, cases, end_ms + 1, ("purchase",))
    return _counted(found, unknown, unusable=int((~usable).sum()))


def _require(frame: pl.DataFrame, columns: tuple[str, ...], name: str) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise InputError(f"evaluate: {name} lacks {', '.join(missing)}; it has {', '.join(frame.columns)}")


def _counted(split: Split, unknown: int, unusable: int = 0) -> Split:
    counts = {"events_of_unknown_items": unknown, "instances_without_history_or_known_item": unusable}
    left_out = {**split.left_out, **{name: count for name, count in counts.items() if count}}
    return replace(split, left_out=left_out)


def _table(lists: pl.Series, users: NDArray[np.int64], numbers: NumbersOf, end_ms: int) -> tuple[pl.DataFrame, int]:
    """EVENT_TABLE of one purchase a list element, and how many elements no item is known for."""
    lists = lists.list.drop_nulls()
    lengths = lists.list.len().fill_null(0).to_numpy().astype(np.int64)
    ids = lists.explode(empty_as_null=False) if lengths.sum() else pl.Series([], dtype=pl.String)
    names = ids.cast(pl.String)
    distinct = names.unique(maintain_order=True)
    by_name = pl.DataFrame({"name": distinct, "item": numbers(distinct.to_list())}, schema_overrides={"item": pl.Int64})
    items = pl.DataFrame({"name": names}).join(by_name, on="name", how="left", maintain_order="left")["item"]
    back = np.concatenate([np.arange(n - 1, -1, -1) for n in lengths]) if len(lengths) else np.empty(0, np.int64)
    table = pl.DataFrame(
        {
            "number": np.arange(1, len(items) + 1),
            "type": np.full(len(items), EVENT_TYPES.index("purchase"), np.int8),
            "timestamp_ms": end_ms - back * DAY_MS,
            "user": np.repeat(users, lengths),
            "item": items,
            "order": np.arange(1, len(items) + 1),
        }
    )
    blank = [pl.lit(None, dtype).alias(name) for name, dtype in EVENT_TABLE.items() if name not in table.columns]
    table = table.with_columns(blank).select(pl.col(name).cast(dtype) for name, dtype in EVENT_TABLE.items())
    known = table.filter(pl.col("item") > 0)
    return known, len(table) - len(known)
