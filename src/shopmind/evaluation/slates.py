"""The slates of a shop's log as the frame that attribution reads."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from shopmind.evaluation.attribution import SHOWN
from shopmind.shop import Shop
from shopmind.stores.ports import Catalogue, Numbers, Users

_OF_SLATE: dict[str, Any] = {**SHOWN, "user": pl.String}
_MORE: dict[str, Any] = {"record": pl.Int64, "offset": pl.Int64, "n": pl.Int64}

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
    each: dict[str, list[Any]] = {name: [] for name in ("request_id", "timestamp_ms", "user", "session", "scenario")}
    more: dict[str, list[Any]] = {"record": [], "offset": [], "n": []}
    items: list[str] = []
    propensities: list[float | None] = []
    variants: list[str | None] = []
    for number, request_id, body in slates:
        n = len(body["items"])
        for held, value in zip(
            (*each.values(), *more.values()),
            (
                request_id,
                int(body["at_ms"]),
                body.get("user_id"),
                body.get("session_id"),
                body.get("scenario"),
                number,
                int(body.get("offset") or 0),
                n,
            ),
            strict=True,
        ):
            held.append(value)
        items += body["items"]
        propensities += body.get("propensities") or [None] * n
        variants += body.get("teams") or [body.get("variant")] * n
    slate = pl.DataFrame({**each, **more}, schema={**{name: _OF_SLATE[name] for name in each}, **_MORE})
    slate = slate.with_columns(user=_numbered(slate["user"], users.numbers))
    lengths = slate["n"].to_numpy()
    rows = np.repeat(np.arange(slate.height), lengths)
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
    frame = slate[rows].with_columns(
        item=_numbered(pl.Series(items, dtype=pl.String), catalogue.numbers),
        propensity=pl.Series(propensities, dtype=pl.Float64),
        variant=pl.Series(variants, dtype=pl.String),
        position=pl.col("offset") + pl.Series(np.arange(len(rows)) - starts),
    )
    return frame.filter(pl.col("item").is_not_null()).select(
        *(pl.col(name).cast(kind) for name, kind in SHOWN.items()), "record"
    )


def _numbered(ids: pl.Series, numbers: Callable[[Sequence[str]], Numbers]) -> pl.Series:
    """The numbers of ids, null for unknown ones."""
    known = ids.drop_nulls().unique().to_list()
    if not known:
        return pl.Series([None] * len(ids), dtype=pl.Int64)
    found = ids.replace_strict(known, numbers(known).tolist(), default=None, return_dtype=pl.Int64)
    return found.set(found <= 0, None)
