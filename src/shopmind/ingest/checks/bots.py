"""Users and sessions that act faster than people do."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from shopmind.ingest.checks.check import Finding, Known, Remark, Verdict, none
from shopmind.kit.clock import HOUR_MS

ACTIONS = ("search", "view", "click", "play")
MOST_PER_HOUR = 500


class Bots:
    """Remarks on whoever has more than 500 searches, views, clicks and plays within an hour of the clock.

    Purchases do not count: a large basket is one moment.
    """

    tables: ClassVar = ("events",)
    field: ClassVar = "user_id"
    words: ClassVar = f"users or sessions acted more than {MOST_PER_HOUR} times within an hour"
    specimen: ClassVar = ({"type": "view", "item_id": "tea-01", "session_id": "robot"},) * (MOST_PER_HOUR + 1)
    verdict: Verdict = "remark"

    def __init__(self, known: Known) -> None:
        self._counts: list[pl.DataFrame] = []

    def look(self, frame: pl.DataFrame) -> Finding:
        """See Check."""
        who = pl.coalesce("user_id", "session_id").alias("who")
        hour = (pl.col("timestamp_ms") // HOUR_MS).alias("hour")
        acted = frame.filter(pl.col("type").is_in(ACTIONS)).select(who, hour).drop_nulls()
        self._counts.append(acted.group_by("who", "hour").agg(pl.len().cast(pl.Int64).alias("count")))
        if len(self._counts) > 16:
            self._counts = [self._together()]
        return Finding(none(frame))

    def close(self) -> Remark:
        """How many; their names stay inside."""
        if not self._counts:
            return Remark()
        fast = self._together().filter(pl.col("count") > MOST_PER_HOUR)
        highest = max(fast["count"].to_list(), default=0)
        return Remark(fast["who"].n_unique(), [f"up to {highest} within one hour"] if fast.height else ())

    def _together(self) -> pl.DataFrame:
        return pl.concat(self._counts).group_by("who", "hour").agg(pl.col("count").sum())
