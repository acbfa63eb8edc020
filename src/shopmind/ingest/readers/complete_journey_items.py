"""Items of the demo: products, stores, campaigns and coupons as raw item rows."""

from __future__ import annotations

import polars as pl

from shopmind.text.abbreviations import expand

_DAY_MS = 86_400_000


def shop_item_id() -> pl.Expr:
    """The item id of a store."""
    return pl.format("store-{}", "store_id")


def campaign_item_id() -> pl.Expr:
    """The item id of a campaign."""
    return pl.format("campaign-{}", "campaign_id")


def coupon_id() -> pl.Expr:
    """The item id of a coupon: one code may be in several campaigns."""
    return pl.format("coupon-{}-{}", "campaign_id", "coupon_upc")


def prices(transactions: pl.LazyFrame) -> pl.DataFrame:
    """product_id and the median price of a piece over its sales of at least one."""
    paid = transactions.filter((pl.col("quantity") > 0) & (pl.col("sales_value") > 0))
    piece = (pl.col("sales_value") / pl.col("quantity")).median().round(2).alias("price")
    found = transactions.select("product_id").unique()
    return found.join(paid.group_by("product_id").agg(piece), "product_id", "left").sort("product_id").collect()


def products(table: pl.DataFrame, price: pl.DataFrame) -> pl.DataFrame:
    """One row a product, the unlisted ones that were sold included; a price below half a cent is unknown."""
    rows = table.join(price, "product_id", "full", coalesce=True).sort("product_id")
    titles = [
        _title(kind, category, department, size)
        for kind, category, department, size in rows.select(
            "product_type", "product_category", "department", "package_size"
        ).iter_rows()
    ]
    paths = [
        [expand(name) for name in dict.fromkeys(path) if name]
        for path in rows.select("department", "product_category", "product_type").iter_rows()
    ]
    return rows.select(
        pl.col("product_id").cast(pl.String).alias("item_id"),
        pl.lit("product").alias("kind"),
        pl.Series("title", titles),
        pl.Series("categories", paths, dtype=pl.List(pl.String)),
        "brand",
        pl.when(pl.col("price") >= 0.005).then("price").alias("price"),
        pl.lit("USD").alias("currency"),
        pl.lit("en").alias("language"),
        pl.col("manufacturer_id").cast(pl.String).alias("manufacturer"),
        pl.col("package_size").str.to_lowercase().alias("size"),
    )


def shops(transactions: pl.LazyFrame) -> pl.DataFrame:
    """One row a store."""
    found = transactions.group_by("store_id").agg(pl.col("basket_id").n_unique().alias("receipts"))
    return (
        found.sort("store_id")
        .select(
            shop_item_id().alias("item_id"),
            pl.lit("shop").alias("kind"),
            pl.format("Store {}", "store_id").alias("title"),
            pl.lit("en").alias("language"),
            pl.col("receipts").cast(pl.Int64),
        )
        .collect()
    )


def campaigns(descriptions: pl.DataFrame, shift_ms: int) -> pl.DataFrame:
    """One row a campaign."""
    return descriptions.sort("campaign_id").select(
        campaign_item_id().alias("item_id"),
        pl.lit("promotion").alias("kind"),
        pl.format("Campaign {} ({})", "campaign_id", "campaign_type").alias("title"),
        pl.lit("en").alias("language"),
        *_period(shift_ms),
    )


def coupons(table: pl.DataFrame, products: pl.DataFrame, descriptions: pl.DataFrame, shift_ms: int) -> pl.DataFrame:
    """One row a coupon of a campaign, with a title made of the categories it covers most."""
    covered = table.join(products.select("product_id", "product_category"), "product_id", "left").unique()
    counts = (
        covered.group_by("campaign_id", "coupon_upc", "product_category")
        .agg(pl.len().alias("count"))
        .sort("campaign_id", "coupon_upc", "count", "product_category", descending=[False, False, True, False])
        .group_by("campaign_id", "coupon_upc", maintain_order=True)
        .agg(pl.col("product_category").drop_nulls(), pl.col("count").sum().cast(pl.Int64).alias("covers"))
        .join(descriptions, "campaign_id", "left")
    )
    titles = [_coupon_title(names) for names in counts["product_category"].to_list()]
    return counts.select(
        coupon_id().alias("item_id"),
        pl.lit("promotion").alias("kind"),
        pl.Series("title", titles),
        pl.Series("categories", [[expand(n) for n in names[:1]] for names in counts["product_category"].to_list()]),
        pl.lit("en").alias("language"),
        campaign_item_id().alias("campaign"),
        pl.col("covers"),
        *_period(shift_ms),
    )


def _title(kind: str | None, category: str | None, department: str | None, size: str | None) -> str:
    if kind is None and category is None:
        return f"Unlisted product ({expand(department)})" if department else "Unlisted product"
    name = expand(kind or category or "")
    if kind and category and not _words(name) & _words(expand(category)):
        name = f"{name} ({expand(category)})"
    return f"{name}, {size.lower()}" if size else name


def _words(text: str) -> set[str]:
    """First five letters of each longer word: enough to see that cheese is said twice."""
    return {word[:5] for word in text.lower().replace("/", " ").replace("-", " ").split() if len(word) > 2}


def _coupon_title(categories: list[str]) -> str:
    if not categories:
        return "Coupon: unlisted products"
    first = expand(categories[0]).lower()
    more = len(categories) - 1
    return f"Coupon: {first}" + (f" and {more} more" if more else "")


def _period(shift_ms: int) -> tuple[pl.Expr, pl.Expr]:
    """Epoch milliseconds; a campaign ends with its last day."""
    starts = pl.col("start_date").dt.epoch("ms") + shift_ms
    ends = pl.col("end_date").dt.epoch("ms") + shift_ms + _DAY_MS
    return starts.alias("starts_at"), ends.alias("ends_at")
