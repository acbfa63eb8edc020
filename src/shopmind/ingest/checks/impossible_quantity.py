"""Nothing, less than nothing, or more than a ship holds."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from shopmind.ingest.checks.check import Finding, RowCheck, where
from shopmind.ingest.fields import LARGEST_QUANTITY


class ImpossibleQuantity(RowCheck):
    """Rejects the event."""

    tables: ClassVar = ("events",)
    field: ClassVar = "quantity"
    words: ClassVar = f"quantity is not above 0 to {LARGEST_QUANTITY:,}"
    specimen: ClassVar = ({"type": "purchase", "item_id": "tea-01", "quantity": 0},)

    def look(self, frame: pl.DataFrame) -> Finding:
        """See Check."""
        return Finding(where(frame, (pl.col("quantity") <= 0) | (pl.col("quantity") > LARGEST_QUANTITY)))
