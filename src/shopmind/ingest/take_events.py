"""Events into the store, whole columns at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import orjson
import polars as pl

from shopmind.ingest import rows
from shopmind.ingest.aliases import recognise
from shopmind.ingest.event_frame import attributes_text, typed_events
from shopmind.ingest.fields import RowError
from shopmind.ingest.mapped import mapped
from shopmind.ingest.readers.batch import Batch
from shopmind.ingest.readers.ndjson import frame_of
from shopmind.ingest.run import Refusal, Run
from shopmind.kit.clock import LATEST_MS
from shopmind.privacy.pseudonym import Pseudonyms
from shopmind.stores.ports import EVENT_FRAME

_OTHER_SHAPES = frozenset(
    [
        "eventList",
        "events",
        "event_name",
        "event",
        "action_name",
        "query_id",
        "FeedbackType",
        "eventType",
        "ITEM_ID",
    ]
)


class _Unchanged(Pseudonyms):
    """Leaves ids as they are: pseudonyms are made for the whole frame, after the checks."""

    def __init__(self) -> None:
        super().__init__(bytes(16))

    def user(self, user_id: str) -> str:
        return user_id

    def session(self, session_id: str) -> str:
        return session_id


_LATER = _Unchanged()


def take_events(run: Run, batches: Iterable[Batch]) -> None:
    """Reads, maps, checks, pseudonymises and stores events."""
    checks = run.checks()
    for batch in batches:
        run.seen(batch)
        if batch.lines:
            batch, keys = in_our_shape(batch, run.mapping.columns)
            raw = mapped(batch.frame, run.mapping, where=run.where)
            frame = _typed(run, raw, batch.lines, keys)
            frame = run.inspect(checks, frame, raw, batch.lines)
            _store(run, frame, raw, batch.lines)
        run.advance()
    run.conclude(checks)


def latest_time(run: Run, batches: Iterable[Batch]) -> int | None:
    """The last event time of a table that is not absurd, before any shift; None when no event has one."""
    latest: int | None = None
    for batch in batches:
        batch, _ = in_our_shape(batch, run.mapping.columns)
        raw = mapped(batch.frame, run.mapping, where=run.where)
        if raw.height:
            frame = typed_events(raw, zone=run.mapping.timezone, currency=None).frame
            times = frame.filter(pl.col("timestamp_ms").is_between(0, LATEST_MS))["timestamp_ms"]
            latest = max([time for time in (latest, times.max()) if isinstance(time, int)], default=None)
    return latest


def in_our_shape(batch: Batch, columns: dict[str, str]) -> tuple[Batch, Sequence[object]]:
    """The batch with rows of other engines turned into ours, and a key of each row within its file."""
    names = set(batch.frame.columns)
    if "type" in names or "type" in columns or not names & _OTHER_SHAPES:
        return batch, batch.lines
    found: list[dict[str, Any]] = []
    lines: list[int] = []
    keys: list[object] = []
    for line, row in zip(batch.lines, batch.frame.iter_rows(named=True), strict=True):
        for place, ours in enumerate(recognise({name: value for name, value in row.items() if value is not None})):
            found.append(ours)
            lines.append(line)
            keys.append(f"{line}-{place}")
    return replace(batch, frame=frame_of(found), lines=lines), keys


def _typed(run: Run, raw: pl.DataFrame, lines: Sequence[int], keys: Sequence[object]) -> pl.DataFrame:
    """EVENT_FRAME with `index`; rows that cannot be read are refused."""
    typed = typed_events(raw, zone=run.mapping.timezone, currency=run.currency)
    attributes, wrong = attributes_text(raw)
    hard = typed.hard | wrong
    frame = typed.frame.with_columns(attributes.alias("attributes"))
    if hard.any():
        frame = pl.concat([frame.filter(~hard), _one_by_one(run, raw, hard, lines)], how="diagonal").sort("index")
    unknown = frame["timestamp_ms"].null_count()
    if unknown:
        run.report.mended["time"] += unknown
        run.report.words["time"] = "no timestamp: taken as the time of this run"
    own_ids = pl.Series(keys)
    return frame.with_columns(
        (pl.col("timestamp_ms") + run.shift_ms).fill_null(run.now_ms),
        pl.col("event_id").fill_null(
            pl.format("{}-{}", pl.lit(run.digest[:24]), own_ids.gather(frame["index"]).cast(pl.String))
        ),
    )


def _one_by_one(run: Run, raw: pl.DataFrame, hard: pl.Series, lines: Sequence[int]) -> pl.DataFrame:
    """The rows that need the row path."""
    made: list[dict[str, Any]] = []
    refusals = []
    for place in hard.arg_true().to_list():
        row = raw.row(place, named=True)
        try:
            event = rows.event(
                row,
                pseudonyms=_LATER,
                now_ms=LATEST_MS,
                default_currency=run.currency,
                where=f"{run.where} line {lines[place]}",
                zone=run.mapping.timezone,
                new_id=str,
            )
        except RowError as error:
            refusals.append(Refusal(lines[place], error.reason, error.message, error.field, row))
            continue
        values = {name: getattr(event, name) for name in EVENT_FRAME}
        values["event_id"] = event.event_id or None
        values["timestamp_ms"] = None if event.timestamp_ms == LATEST_MS else event.timestamp_ms
        values["attributes"] = orjson.dumps(dict(event.attributes)).decode() if event.attributes else None
        made.append({"index": place, **values})
    run.refuse(refusals)
    return pl.DataFrame(made, schema={"index": pl.Int64, **EVENT_FRAME})


def _store(run: Run, frame: pl.DataFrame, raw: pl.DataFrame, lines: Sequence[int]) -> None:
    sessions = frame["session_id"].drop_nulls().unique().to_list()
    users = frame["user_id"].drop_nulls().unique().to_list()
    ready = frame.with_columns(
        _replaced("user_id", {each: run.user(each) for each in users}),
        _replaced("session_id", run.pseudonyms.sessions(sessions)),
    ).select(pl.col(name).cast(dtype) for name, dtype in EVENT_FRAME.items())
    status = run.database.events.append_frame(ready).status
    run.report.accepted += status.count("accepted")
    run.report.duplicate += status.count("duplicate")
    gone = [i for i, each in enumerate(status) if each == "unknown_item"] if "unknown_item" in status else []
    places = frame["index"].gather(gone).to_list()
    run.refuse(
        Refusal(
            lines[i],
            "unknown_item",
            f"{run.where} line {lines[i]}: item_id is not in the catalogue",
            "item_id",
            raw.row(i, named=True),
        )
        for i in places
    )


def _replaced(name: str, names: dict[str, str]) -> pl.Expr:
    if not names:
        return pl.col(name)
    return pl.col(name).replace_strict(list(names), list(names.values()), default=None, return_dtype=pl.String)
