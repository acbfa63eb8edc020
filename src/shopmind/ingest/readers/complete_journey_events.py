"""Events of the demo as raw event rows: what was bought, where, with which coupon, and what was mailed."""

from __future__ import annotations

import polars as pl

from shopmind.ingest.readers.complete_journey_items import campaign_item_id, coupon_id, shop_item_id


def purchases(lines: pl.DataFrame, digest: str, shift_ms: int) -> pl.DataFrame:
    """One purchase a line of a receipt."""
    return lines.select(
        pl.format("{}-line-{}", pl.lit(digest[:12]), "row").alias("event_id"),
        pl.lit("purchase").alias("type"),
        pl.col("household_id").alias("user_id"),
        pl.col("product_id").alias("item_id"),
        _moment("transaction_timestamp", shift_ms),
        pl.col("quantity"),
        pl.col("sales_value").alias("value"),
        pl.lit("USD").alias("currency"),
        pl.col("basket_id").alias("order_id"),
        shop_item_id().alias("shop_id"),
    )


def visits(transactions: pl.LazyFrame, digest: str, shift_ms: int) -> pl.DataFrame:
    """One view of the store a receipt, so that stores are recommended by the same machinery as goods."""
    receipts = transactions.group_by("basket_id").agg(
        pl.col("household_id", "store_id", "transaction_timestamp").first()
    )
    return (
        receipts.sort("transaction_timestamp", "basket_id")
        .select(
            pl.format("{}-visit-{}", pl.lit(digest[:12]), "basket_id").alias("event_id"),
            pl.lit("view").alias("type"),
            pl.col("household_id").alias("user_id"),
            shop_item_id().alias("item_id"),
            _moment("transaction_timestamp", shift_ms),
            pl.col("basket_id").alias("order_id"),
        )
        .collect()
    )


def redemptions(table: pl.DataFrame, digest: str, shift_ms: int) -> pl.DataFrame:
    """One redeem a used coupon; the day is known, not the hour."""
    return table.select(
        pl.format("{}-redeem-{}", pl.lit(digest[:12]), "row").alias("event_id"),
        pl.lit("redeem").alias("type"),
        pl.col("household_id").alias("user_id"),
        coupon_id().alias("item_id"),
        _moment("redemption_date", shift_ms),
    )


def impressions(mailed: pl.DataFrame, descriptions: pl.DataFrame, digest: str, shift_ms: int) -> pl.DataFrame:
    """One impression a campaign mailed to a household, on the campaign's first day; its chance is unknown."""
    return mailed.join(descriptions, "campaign_id").select(
        pl.format("{}-mail-{}-{}", pl.lit(digest[:12]), "campaign_id", "household_id").alias("event_id"),
        pl.lit("impression").alias("type"),
        pl.col("household_id").alias("user_id"),
        campaign_item_id().alias("item_id"),
        _moment("start_date", shift_ms),
    )


def _moment(name: str, shift_ms: int) -> pl.Expr:
    return (pl.col(name).dt.epoch("ms") + shift_ms).alias("timestamp")
