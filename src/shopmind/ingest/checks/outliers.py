"""Prices far from those of their category: often a missing decimal point."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from shopmind.ingest.checks.check import Finding, Known, Remark, Verdict, none

FACTOR = 50.0
LEAST_PRICES = 10


class Outliers:
    """Remarks on prices more than 50 times above or below the median of a category with at least ten prices."""

    tables: ClassVar = ("items",)
    field: ClassVar = "price"
    words: ClassVar = f"price is {FACTOR:.0f} times above or below the median of its category"
    specimen: ClassVar = tuple(
        {"item_id": f"pin-{i}", "price": 900 if i == 10 else 1, "categories": ["Pins"]} for i in range(11)
    )
    verdict: Verdict = "remark"

    def __init__(self, known: Known) -> None:
        self._prices: list[pl.DataFrame] = []

    def look(self, frame: pl.DataFrame) -> Finding:
        """See Check."""
        priced = frame.filter(pl.col("price") > 0).select("item_id", "category", "price")
        self._prices.append(priced.drop_nulls())
        return Finding(none(frame))

    def close(self) -> Remark:
        """The farthest first."""
        if not self._prices:
            return Remark()
        median = pl.col("price").median().over("category")
        far = (
            pl.concat(self._prices)
            .with_columns(median.alias("median"), pl.len().over("category").alias("count"))
            .with_columns(((pl.col("price") / pl.col("median")).log().abs()).alias("distance"))
            .filter((pl.col("count") >= LEAST_PRICES) & (pl.col("distance") > pl.lit(FACTOR).log()))
            .sort("distance", "item_id", descending=[True, False])
        )
        worst = far.head(5).select("item_id", "price", "median", "category").iter_rows()
        return Remark(far.height, [f"{i}: {price:g} where {median:g} is usual in {c}" for i, price, median, c in worst])
