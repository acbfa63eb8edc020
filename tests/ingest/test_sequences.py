"""Sequences as events."""

import polars as pl

from shopmind.ingest.sequences import sequences_to_events


def test_places_become_days_and_the_rows_say_that_times_are_made_up() -> None:
    frame = pl.DataFrame(
        {"user_id": ["u", "v"], "item_ids": [["a", "b"], []]}, schema_overrides={"item_ids": pl.List(str)}
    )
    events = sequences_to_events(frame, first_ms=0)
    assert events.select("user_id", "item_id", "timestamp", "source").rows() == [
        ("u", "a", 0, "sequence"),
        ("u", "b", 86_400_000, "sequence"),
    ]
    assert events["event_id"].n_unique() == 2
