"""Each user's last step, kept back: what weights and the end of a training are chosen by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES
from shopmind.kit.seeds import generator
from shopmind.training.next_item.asked import IN_ORDERS, Asked
from shopmind.training.recipe import Tables
from shopmind.training.worth import UNWANTED, wanted

FEW = 2_000
"""Users with a held step below which theirs alone would teach too little."""
DOINGS = ("number", "type", "timestamp_ms", "user", "item", "order")
"""All that is read of an event: a log is copied, sorted and joined, and its texts would weigh more than the rest."""


@dataclass(frozen=True, slots=True)
class Steps:
    """A log before each user's last step, and that step.

    Attributes:
        known: the events that statistics may be made of, EVENT_TABLE.
        asked: histories of the users who took a step, as of just before it.
        target_rows: (m,) rising row in `asked` of each target.
        target_items: (m,) what was taken, new to its user; each once in a row.
        had_rows, had_items: pairs of what the users had taken before, of the kinds that are foreseen.
    """

    known: pl.DataFrame
    asked: Asked
    target_rows: NDArray[np.int64]
    target_items: NDArray[np.int64]
    had_rows: NDArray[np.int64]
    had_items: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.asked)


def doings(events: pl.DataFrame) -> pl.DataFrame:
    """What named users did towards items and meant well, by user and time: the columns DOINGS."""
    codes = [EVENT_TYPES.index(kind) for kind in HISTORY_TYPES if kind not in UNWANTED]
    kept = events.filter(pl.col("type").is_in(codes) & (pl.col("user").fill_null(0) > 0) & pl.col("item").is_not_null())
    return kept.select(DOINGS).sort("user", "timestamp_ms", "number")


def everything(tables: Tables) -> pl.DataFrame:
    """The events and what is held."""
    return tables.events if tables.held is None else pl.concat([tables.events, tables.held])


def others_steps(tables: Tables, parts: int, newest: int, *, most: int, seed: int = 0) -> Iterator[Steps]:
    """The newest steps of everyone, each user's foreseen from what the users of other parts did.

    Where few users teach, this makes many lists of each, and none that its own statistics have seen. Yields `parts`
    times; steps as in last_steps.

    Args:
        newest: steps of a user that are foreseen, at most.
        most: steps of all parts, at most, by chance of `seed`.
    """
    whole = everything(tables)
    kinds = [EVENT_TYPES.index(kind) for kind in wanted(whole)]
    lines = doings(whole).with_row_index("row", offset=0)
    users = lines["user"].unique().sort()
    part_of = pl.DataFrame({"user": users, "part": generator(seed, "others_steps").permutation(len(users)) % parts})
    taken = lines.filter(pl.col("type").is_in(kinds))
    starts = taken.group_by("user", "order").agg(start=pl.col("row").min()).sort("user", "start")
    starts = starts.filter(pl.int_range(pl.len()).reverse().over("user") < newest).with_row_index("step", offset=1)
    starts = starts.join(part_of, on="user").with_columns(pl.col("step").cast(pl.Int64))
    for part in range(parts):
        some = starts.filter(pl.col("part") == part).drop("part")
        mine = part_of.filter(pl.col("part") == part)["user"].implode()
        step = taken.join(some.drop("start"), on=["user", "order"], nulls_equal=True)
        before = lines.join(some.drop("order"), on="user").filter(pl.col("row") < pl.col("start"))
        step, before = (each.drop("user").rename({"step": "user"}).sort("user", "row") for each in (step, before))
        yield _steps(whole.filter(~pl.col("user").is_in(mine)), before, step, kinds, most // parts, seed)


def last_steps(tables: Tables, *, most: int | None = None, seed: int = 0) -> Steps:
    """The step of `tables.held` after the events; without it, or with fewer than FEW users in it, everyone's last one.

    All recipes keep back the same steps, so that none has seen what another is weighed by.

    A step is the events of one order (or day), of the kinds that are foreseen (worth.wanted); users who took nothing
    new in it are left out, and so are users without anything before it.

    Args:
        most: at most so many users, by chance of `seed`; the known events are the same whatever it is.
    """
    held, whole = tables.held, everything(tables)
    if held is not None and held["user"].n_unique() < FEW:
        held = None
    kinds = [EVENT_TYPES.index(kind) for kind in wanted(whole)]
    lines = doings(whole).with_row_index("row", offset=0)
    if held is None:
        taken = lines.filter(pl.col("type").is_in(kinds))
        newest = taken.group_by("user").agg(pl.col("order").last())
    else:
        taken = lines.filter(pl.col("type").is_in(kinds) & pl.col("number").is_in(held["number"].implode()))
        newest = taken.group_by("user").agg(pl.col("order").first())
    step = taken.join(newest, on=["user", "order"], nulls_equal=True).sort("row")
    starts = step.group_by("user").agg(start=pl.col("row").min())
    lines = lines.join(starts, on="user", how="left", maintain_order="left")
    before = lines.filter(pl.col("row") < pl.col("start"))
    if held is None:
        later = lines.filter(pl.col("row") >= pl.col("start"))["number"]
        known = whole.filter(~pl.col("number").is_in(later.implode()))
    else:
        known = tables.events
    return _steps(known, before, step, kinds, most, seed)


def _steps(
    known: pl.DataFrame, before: pl.DataFrame, step: pl.DataFrame, kinds: list[int], most: int | None, seed: int
) -> Steps:
    had = before.filter(pl.col("type").is_in(kinds)).select("user", "item").unique()
    new = step.select("user", "item").unique().join(had, on=["user", "item"], how="anti")
    new = new.filter(pl.col("user").is_in(before["user"].unique().implode()))
    users = np.unique(new["user"].to_numpy())
    if most is not None and len(users) > most:
        users = np.sort(np.random.default_rng(seed).choice(users, most, replace=False))
    row_of = pl.DataFrame({"user": users, "place": np.arange(len(users))}, schema={"user": pl.Int64, "place": pl.Int64})
    new = new.join(row_of, on="user").sort("place", "item")
    had = had.join(row_of, on="user").sort("place", "item")
    mine = before.join(row_of, on="user").sort("row")
    mine = mine.filter(pl.int_range(pl.len()).reverse().over("place") < IN_ORDERS).sort("place", "row")
    starts = np.searchsorted(mine["place"].to_numpy(), np.arange(len(users) + 1)).astype(np.int64)
    moments = step.join(row_of, on="user").group_by("place").agg(pl.col("timestamp_ms").min()).sort("place")
    asked = Asked(
        starts,
        mine["item"].to_numpy(),
        mine["type"].to_numpy(),
        mine["timestamp_ms"].to_numpy(),
        mine["order"].fill_null(0).to_numpy(),
        moments["timestamp_ms"].to_numpy(),
    )
    return Steps(
        known,
        asked,
        new["place"].to_numpy(),
        new["item"].to_numpy(),
        had["place"].to_numpy(),
        had["item"].to_numpy(),
    )
