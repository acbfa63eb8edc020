"""The slates of a shop's log as the frame that attribution reads."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from shopmind.evaluation.attribution import SHOWN
from shopmind.shop import Shop
from shopmind.stores.ports import Catalogue, Numbers, Users

_WIDE: dict[str, Any] = {
    "request_id": pl.String,
    "timestamp_ms": pl.Int64,
    "user": pl.String,
    "session": pl.String,
    "item": pl.List(pl.String),
    "propensity": pl.List(pl.Float64),
    "variant": pl.List(pl.String),
    "offset": pl.Int64,
    "scenario": pl.String,
    "record": pl.Int64,
}

LATE_MS = 60_000
"""Slates are written newest first up to this: several processes write theirs a moment after they answered."""


def shown(shop: Shop, since_ms: int, until_ms: int, *, most: int = 1_000_000) -> pl.DataFrame:
    """What the shop answered from the first time up to before the second, of schema attribution.SHOWN.

    Args:
        most: newest slates that are looked at.
    """
    found: list[tuple[int, str, Mapping[str, Any]]] = []
    with contextlib.closing(shop.records.stream("slate", most)) as slates:
        for request_id, body in slates:
            at_ms = int(body.get("at_ms", 0))
            if at_ms < since_ms - LATE_MS:
                break
            if since_ms <= at_ms < until_ms:
                found.append((0, request_id, body))
    return places_of(found, shop.catalogue, shop.users).drop("record")


def places_of(slates: Iterable[tuple[int, str, Mapping[str, Any]]], catalogue: Catalogue, users: Users) -> pl.DataFrame:
    """Slate records (number, request id, body) as SHOWN, one row for each item, and `record`, the record's number.

    Items that are no longer known are left out.
    """
    rows = [
        (
            request_id,
            int(body["at_ms"]),
            body.get("user_id"),
            body.get("session_id"),
            body.get("items") or [],
            body.get("propensities") or [None] * len(body.get("items") or ()),
            body.get("teams") or [body.get("variant")] * len(body.get("items") or ()),
            int(body.get("offset") or 0),
            body.get("scenario"),
            number,
        )
        for number, request_id, body in slates
    ]
    lists = ("item", "propensity", "variant")
    wide = pl.DataFrame(rows, schema=_WIDE, orient="row").filter(pl.col("item").list.len() > 0)
    wide = wide.with_columns(place=pl.int_ranges(pl.col("item").list.len()))
    frame = wide.explode(*lists, "place").with_columns(
        position=pl.col("offset") + pl.col("place"),
        item=_numbered(wide["item"].explode(), catalogue.numbers),
        user=_numbered(wide["user"], users.numbers, wide["item"].list.len()),
    )
    return frame.filter(pl.col("item").is_not_null()).select(
        *(pl.col(name).cast(kind) for name, kind in SHOWN.items()), "record"
    )


def _numbered(
    ids: pl.Series, numbers: Callable[[Sequence[str]], Numbers], repeats: pl.Series | None = None
) -> pl.Series:
    """The numbers of ids, null for unknown ones; each row as often as `repeats` says."""
    known = ids.drop_nulls().unique().to_list()
    found = numbers(known).tolist() if known else []
    whole = ids.replace_strict(known, found, default=None, return_dtype=pl.Int64) if known else ids.cast(pl.Int64)
    if repeats is not None:
        whole = pl.select(pl.lit(whole).repeat_by(pl.lit(repeats))).to_series().explode()
    return whole.set(whole <= 0, None)
