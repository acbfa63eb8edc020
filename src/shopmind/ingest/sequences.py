"""Sequences without times, as public research sets have them, as events: for evaluation only."""

from __future__ import annotations

import polars as pl

from shopmind.kit.clock import DAY_MS, EARLIEST_MS

SOURCE = "sequence"


def sequences_to_events(sequences: pl.DataFrame, *, first_ms: int = EARLIEST_MS + 30 * 365 * DAY_MS) -> pl.DataFrame:
    """One purchase for each place of each sequence, as raw event rows.

    The times are made up: the i-th item of every user is bought on the i-th day after `first_ms`. Only their order
    within one user means anything, and `attributes.source` says so on every row.

    Args:
        sequences: columns user_id and item_ids (a list).
    """
    placed = sequences.select("user_id", "item_ids").explode("item_ids", keep_nulls=False, empty_as_null=False)
    place = pl.int_range(pl.len()).over("user_id")
    return placed.with_columns(place.alias("place")).select(
        pl.format("sequence-{}-{}", "user_id", "place").alias("event_id"),
        pl.lit("purchase").alias("type"),
        "user_id",
        pl.col("item_ids").alias("item_id"),
        (first_ms + pl.col("place") * DAY_MS).alias("timestamp"),
        pl.lit(SOURCE).alias("source"),
    )
