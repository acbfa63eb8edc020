"""Events on their way into the table: columns of plain values, keys and order numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import polars as pl

from shopmind.domain import EVENT_TYPES, Event
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError, not_allowed
from shopmind.kit.seeds import hash64
from shopmind.stores.ports import EVENT_FRAME
from shopmind.stores.sqlite.item_rows import json_text

Columns = dict[str, list[Any]]
"""The names of EVENT_FRAME with type codes for types, plus `key` and `order_number`: lists of equal length."""

_CODES = {name: code for code, name in enumerate(EVENT_TYPES)}


def columns_of_events(events: Sequence[Event]) -> Columns:
    """Columns of event objects."""
    columns: Columns = {name: [getattr(event, name) for event in events] for name in EVENT_FRAME}
    columns["attributes"] = [json_text(dict(held)) if held else None for held in columns["attributes"]]
    orders = (
        order_key(*row)
        for row in zip(
            *(columns[name] for name in ("order_id", "user_id", "session_id", "event_id", "timestamp_ms")), strict=True
        )
    )
    columns["order_number"] = [order_number(key) for key in orders]
    return _finished(columns)


def columns_of_frame(frame: pl.DataFrame) -> Columns:
    """Columns of a frame of schema EVENT_FRAME.

    Raises:
        InputError: a column is missing, or its values do not fit its type.
    """
    missing = [name for name in EVENT_FRAME if name not in frame.columns]
    if missing:
        raise InputError(f"events: the frame has no column {', '.join(missing)}")
    try:
        frame = frame.select(pl.col(name).cast(kind) for name, kind in EVENT_FRAME.items())
    except pl.exceptions.PolarsError as error:
        raise InputError(f"events: {error}") from error
    columns: Columns = {name: frame[name].to_list() for name in EVENT_FRAME}
    day = (pl.col("timestamp_ms") // DAY_MS).cast(pl.String)
    keys = frame.select(
        pl.coalesce(
            "o" + pl.col("order_id"),
            "u" + pl.col("user_id") + " " + day,
            "s" + pl.col("session_id") + " " + day,
            "e" + pl.col("event_id"),
        ).alias("key")
    )["key"].to_list()
    known: dict[str, int] = {}
    for key in keys:
        if key not in known:
            known[key] = order_number(key)
    columns["order_number"] = [known[key] for key in keys]
    return _finished(columns)


def order_key(
    order_id: str | None, user_id: str | None, session_id: str | None, event_id: str, timestamp_ms: int
) -> str:
    """What makes events one order: the order id, or else the user (or session) and the UTC day."""
    if order_id is not None:
        return f"o{order_id}"
    if user_id is not None:
        return f"u{user_id} {timestamp_ms // DAY_MS}"
    if session_id is not None:
        return f"s{session_id} {timestamp_ms // DAY_MS}"
    return f"e{event_id}"


def order_number(key: str) -> int:
    """63 bits of the key's hash."""
    return hash64(key) >> 1


def _finished(columns: Columns) -> Columns:
    ids = columns["event_id"]
    if None in ids:
        raise InputError(f"events: row {ids.index(None)} has no event_id", field="event_id")
    try:
        columns["type"] = [_CODES[name] for name in columns["type"]]
    except KeyError as error:
        raise not_allowed("events: type", error.args[0], EVENT_TYPES, field="type") from error
    prefixes: dict[str, bytes] = {}
    columns["key"] = [event_key(event_id, prefixes) for event_id in ids]
    return columns


def event_key(event_id: str, prefixes: dict[str, bytes]) -> bytes:
    """16 bytes that are equal for equal ids.

    The ids of a file's rows are PREFIX-NUMBER: theirs keep the number behind the prefix's hash, so that neighbours in
    the file are neighbours in the index of keys, which makes writing them a third cheaper and half the bytes.

    Args:
        prefixes: hashes of prefixes seen, filled here.
    """
    prefix, dash, digits = event_id.rpartition("-")
    if dash and len(digits) < 15 and digits.isascii() and digits.isdigit() and (digits[0] != "0" or digits == "0"):
        if prefix not in prefixes:
            prefixes[prefix] = _hashed(prefix, 10)
        return prefixes[prefix] + int(digits).to_bytes(6, "big")
    return _hashed(event_id, 16)


def _hashed(text: str, size: int) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()
