"""An item without an id, or an event that needs an item and names none."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from shopmind.ingest.checks.check import Finding, RowCheck, where


class MissingId(RowCheck):
    """Rejects the row: nobody could ever speak of it."""

    tables: ClassVar = ("items", "events")
    field: ClassVar = "item_id"
    words: ClassVar = "item_id is missing"
    specimen: ClassVar = ({"item_id": " ", "title": "Nameless"},)

    def look(self, frame: pl.DataFrame) -> Finding:
        """See Check. A search has no item."""
        missing = pl.col("item_id").is_null()
        if self.known.table == "events":
            missing &= pl.col("type") != "search"
        return Finding(where(frame, missing))
