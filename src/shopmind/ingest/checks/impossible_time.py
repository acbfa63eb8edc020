"""Before computers, after 2100, or tomorrow."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from shopmind.ingest.checks.check import Finding, RowCheck, where
from shopmind.ingest.fields import FUTURE_MS
from shopmind.kit.clock import EARLIEST_MS


class ImpossibleTime(RowCheck):
    """Rejects the event; clocks may run ahead by a day."""

    tables: ClassVar = ("events",)
    field: ClassVar = "timestamp"
    words: ClassVar = "timestamp is before 1970 or more than a day ahead of now"
    specimen: ClassVar = ({"type": "view", "item_id": "tea-01", "timestamp": "2099-12-31T00:00:00Z"},)

    def look(self, frame: pl.DataFrame) -> Finding:
        """See Check."""
        time = pl.col("timestamp_ms")
        return Finding(where(frame, (time < EARLIEST_MS) | (time > self.known.now_ms + FUTURE_MS)))
