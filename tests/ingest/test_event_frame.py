"""Whole columns and single rows say the same of every event."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopmind.ingest import rows
from shopmind.ingest.checks import CHECKS
from shopmind.ingest.event_frame import attributes_text, typed_events
from shopmind.ingest.fields import RowError
from shopmind.ingest.readers.ndjson import frame_of
from shopmind.ingest.take_events import _LATER
from shopmind.kit.clock import LATEST_MS
from shopmind.samples import tiny_events

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "event_id": st.sampled_from(["e1", " e2 ", "", None, 7, "x" * 201, "bad\x00"]),
    "type": st.sampled_from(["purchase", "view", "rate", "search", "return", "Add to cart", "veiw", None, 3]),
    "user_id": st.sampled_from(["u", 412, 412.0, 4.5, None, "", "\u2028"]),
    "item_id": st.sampled_from(["a", 12, None, "西湖", "x y"]),
    "timestamp": st.sampled_from(
        (
            *("2026-01-31T12:00:00Z", "2026-01-31 12:00:00.5", "2026-01-31T12:00:00.123456Z", "2026-01-31"),
            *("1769860800000", 1_769_860_800, 1.5e9, "soon", -1, None, "", "2026-01-31T12:00:00+02:00", float("nan")),
        )
    ),
    "value": st.sampled_from(["14.90", 3, 2.5, "$3", -1, 1.005, float("nan"), None, "abc", 1e15, "N/A", "1,5", 5]),
    "currency": st.sampled_from(["USD", "jpy", "KWD", None, "", "dollars"]),
    "quantity": st.sampled_from([1, 2.5, "3", 0, -1, None, "many", 1e9]),
    "query": st.sampled_from(["tea", "<b>green</b> tea", "  ", None, "q" * 1001]),
    "position": st.sampled_from([0, 5, "7", -1, None]),
    "propensity": st.sampled_from([1, 0.25, 0, 1.5, None, "0.5"]),
    "attributes": st.sampled_from([None, {"a": 1}, '{"a": [1, 2]}', "{", 5]),
    "shop": st.sampled_from(["x", None, 3]),
}
COMPARED = [name for name in rows.EVENT_FIELDS if name not in ("timestamp", "value", "attributes")]


@given(st.lists(st.fixed_dictionaries({}, optional=VALUES), min_size=1, max_size=6), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_row_that_is_not_hard_has_the_values_the_row_path_gives_it(
    table: list[dict[str, Any]], as_text: bool
) -> None:
    if as_text:
        table = [{k: v if v is None or isinstance(v, str) else str(v) for k, v in row.items()} for row in table]
    frame = frame_of([{**row, "row": str(i)} for i, row in enumerate(table)])
    typed = typed_events(frame, zone=UTC, currency="EUR")
    attributes, wrong = attributes_text(frame)
    for i, row in enumerate(frame.iter_rows(named=True)):
        if typed.hard[i] or wrong[i]:
            continue
        got = typed.frame.row(i, named=True)
        try:
            want = rows.event(row, pseudonyms=_LATER, now_ms=LATEST_MS, default_currency="EUR", new_id=str)
        except RowError as error:
            left_to_checks = error.reason in CHECKS
            assert left_to_checks, (error.reason, row)  # noqa: PT017
            continue
        for name in COMPARED:
            assert got[name] == (getattr(want, name) or None if name == "event_id" else getattr(want, name)), (
                name,
                row,
            )
        assert got["value_minor"] == want.value_minor, row
        assert (LATEST_MS if got["timestamp_ms"] is None else got["timestamp_ms"]) == want.timestamp_ms, row
        assert (orjson.loads(attributes[i]) if attributes[i] else {}) == dict(want.attributes)


def test_plain_events_never_need_the_row_path() -> None:
    frame = frame_of(tiny_events(1_790_000_000_000))
    assert not typed_events(frame, zone=UTC, currency="USD").hard.any()


@pytest.mark.parametrize("dtype", [pl.Datetime("ns"), pl.Datetime("ms", "UTC"), pl.Date])
def test_times_of_parquet_files_are_read(dtype: Any) -> None:
    time = pl.Series("timestamp", [datetime(2026, 1, 31)]).cast(dtype)
    frame = pl.DataFrame({"type": ["view"], "item_id": ["a"]}).with_columns(time)
    read = typed_events(frame, zone=ZoneInfo("Asia/Shanghai"), currency=None).frame["timestamp_ms"][0]
    offset = 0 if dtype == pl.Datetime("ms", "UTC") else 8 * 3_600_000
    assert read == 1_769_817_600_000 - offset
