"""An event of an item that is not in the catalogue."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from shopmind.ingest.checks.check import Finding, RowCheck, where


class UnknownItem(RowCheck):
    """Rejects the event: bring the item first, then run again."""

    tables: ClassVar = ("events",)
    field: ClassVar = "item_id"
    words: ClassVar = "item_id is not in the catalogue"
    specimen: ClassVar = ({"type": "view", "item_id": "nowhere"},)

    def look(self, frame: pl.DataFrame) -> Finding:
        """See Check."""
        distinct = frame["item_id"].drop_nulls().unique()
        known = pl.Series(self.known.has_items(distinct.to_list()), dtype=pl.Boolean)
        strangers = distinct.filter(~known)
        return Finding(where(frame, pl.col("item_id").is_in(strangers.implode())))
