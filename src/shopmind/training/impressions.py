"""What stood where in the answers of a scenario, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, Candidates
from shopmind.training.credit import in_time

ANSWERS: dict[str, Any] = {
    "request_id": pl.String,
    "timestamp_ms": pl.Int64,
    "user_id": pl.String,
    "session_id": pl.String,
    "anchors": pl.List(pl.String),
    "text": pl.String,
    "filter": pl.String,
    "offset": pl.Int64,
    "items": pl.List(pl.Int64),
    "propensities": pl.List(pl.Float64),
}
"""Schema of answers: who asked what and when, the item numbers of the slate, best first, and the chance with which each
stood there, null where it is not known."""

OBJECTIVES: Mapping[str, tuple[str, ...]] = {
    "click": ("click", "view", "favourite", "add_to_cart", "purchase"),
    "cart": ("add_to_cart", "purchase"),
    "purchase": ("purchase",),
}
"""Objective → event types that reach it: who put something into the cart has looked at it."""


@dataclass(frozen=True)
class Replay:
    """A scenario whose order is learned from its own impressions.

    Attributes:
        answers: schema ANSWERS, oldest first.
        weights: objective → what it counts in the scenario's order.
        candidates: (answers, moment) → for each answer its candidates as the engine would find them again for who asked
            then, with every column and the items of the slate among them; as scores those of the ranking that needs no
            impressions. Everything fitted is fitted on what came before the moment.
        ranker: part that orders the scenario, which is also the name of what is learned for it.
    """

    answers: pl.DataFrame
    weights: Mapping[str, float]
    candidates: Callable[[pl.DataFrame, int], Iterator[Candidates]]
    ranker: str = "objectives"


def labelled(answers: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """One row for each item that was shown: answer (row of `answers`), item, position, propensity, and 1 or 0 for each
    objective.

    Where the log holds impressions of a request, only those items were seen; else all of the slate. An event belongs to
    an impression by request and item, see credit.in_time.
    """
    table = answers.with_row_index("answer").select(
        "answer", "request_id", "timestamp_ms", "offset", "items", "propensities"
    )
    table = table.explode("items", "propensities").drop_nulls("items")
    table = table.rename({"items": "item", "propensities": "propensity"})
    table = table.with_columns(position=pl.col("offset") + pl.int_range(pl.len()).over("answer")).filter(
        pl.col("item") > 0
    )
    echoed = events.filter(pl.col("request_id").is_not_null() & pl.col("item").is_not_null())
    echoed = echoed.join(answers.select("request_id"), on="request_id", how="semi")
    seen = echoed.filter(pl.col("type") == EVENT_TYPES.index("impression")).select("request_id", "item").unique()
    reported = pl.col("request_id").is_in(seen["request_id"].unique().implode())
    table = pl.concat(
        [table.filter(~reported), table.filter(reported).join(seen, on=["request_id", "item"], how="semi")]
    )
    when = answers.select("request_id", asked_ms="timestamp_ms")
    late = pl.col("timestamp_ms") - pl.col("asked_ms")
    after = echoed.join(when, on="request_id").filter(in_time(late))
    for name, kinds in OBJECTIVES.items():
        codes = [EVENT_TYPES.index(kind) for kind in EVENT_TYPES if kind in kinds]
        reached = after.filter(pl.col("type").is_in(codes)).select("request_id", "item").unique()
        reached = reached.with_columns(pl.lit(1.0).alias(name))
        table = table.join(reached, on=["request_id", "item"], how="left").with_columns(pl.col(name).fill_null(0.0))
    return table.sort("answer", "position").select(
        pl.col("answer").cast(pl.Int64), "item", pl.col("position").cast(pl.Int64), "propensity", *OBJECTIVES
    )


def places_in(items: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """(w,) where each wanted item stands in `items` (some, each once, in any order); -1 where it does not."""
    order = np.argsort(items, kind="stable")
    found = np.minimum(np.searchsorted(items, wanted, sorter=order), len(items) - 1)
    places: NDArray[np.int64] = order[found].astype(np.int64)
    places[items[places] != wanted] = -1
    return places
