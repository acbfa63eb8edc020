"""Which items people took after which query: what synonyms and categories are learned from."""

from __future__ import annotations

import polars as pl

from shopmind.domain import EVENT_TYPES
from shopmind.kit.clock import MINUTE_MS

TAKEN = ("click", "favourite", "add_to_cart", "purchase")
PATIENCE_MS = 30 * MINUTE_MS
"""How long after a search what is taken is still taken because of it."""


def clicked(events: pl.DataFrame, people: int) -> pl.DataFrame:
    """Columns query (folded case and spaces), item, people: how many took the item after asking.

    An item belongs to the last search of the same visitor, not older than half an hour. Queries that fewer than
    `people` visitors asked are left out: they are too few to learn from, and may be about them alone.
    """
    kinds = [EVENT_TYPES.index("search"), *(EVENT_TYPES.index(name) for name in TAKEN)]
    search = pl.col("type") == kinds[0]
    rows = (
        events.filter(pl.col("type").is_in(kinds))
        .with_columns(who=pl.coalesce(pl.col("session"), pl.col("user").cast(pl.String)))
        .drop_nulls("who")
        .sort("who", "timestamp_ms", "number")
        .with_columns(
            asked=pl.when(search).then(pl.col("query")).forward_fill().over("who"),
            asked_ms=pl.when(search).then(pl.col("timestamp_ms")).forward_fill().over("who"),
        )
    )
    said = pl.col("asked").str.strip_chars().str.to_lowercase()
    visitor = pl.coalesce(pl.col("user").cast(pl.String), pl.col("who"))
    taken = rows.filter(~search & pl.col("asked").is_not_null() & pl.col("item").is_not_null())
    taken = taken.filter(pl.col("timestamp_ms") - pl.col("asked_ms") <= PATIENCE_MS)
    counted = (
        taken.select("item", query=said, who=visitor).group_by("query", "item").agg(people=pl.col("who").n_unique())
    )
    asking = rows.filter(search).select(query=said, who=visitor).group_by("query").agg(n=pl.col("who").n_unique())
    enough = asking.filter(pl.col("n") >= people).select("query")
    return counted.join(enough, on="query", how="semi").sort("query", "item")
