"""A price or a value that no thing has."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from shopmind.ingest.checks.check import Finding, RowCheck, where
from shopmind.ingest.fields import LARGEST_AMOUNT


class ImpossiblePrice(RowCheck):
    """Rejects the row. Only a return may have a value below zero; NaN is an unknown price, which is allowed."""

    tables: ClassVar = ("items", "events")
    field: ClassVar = "price"
    words: ClassVar = f"the price or value is below 0 or above {LARGEST_AMOUNT:,}"
    specimen: ClassVar = ({"item_id": "debt", "price": -1},)

    def look(self, frame: pl.DataFrame) -> Finding:
        """See Check."""
        if self.known.table == "items":
            price = pl.col("price")
            return Finding(where(frame, (price < 0) | (price > float(LARGEST_AMOUNT))))
        return Finding(where(frame, (pl.col("value_minor") < 0) & (pl.col("type") != "return")))
