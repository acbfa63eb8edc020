"""What became of one item: shown, clicked, bought, day by day and place by place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from shopmind.domain import EVENT_TYPES
from shopmind.kit.clock import DAY_MS, format_time
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.shop import Shop

MOST_DAYS = 366
PLACES = 20


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day: event type → how often."""

    day: str
    events: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item over a period.

    Attributes:
        events: event type → how often.
        customers: different signed-in people who did something with it.
        revenue_minor: money of its purchases in the shop's currency.
        days: every day of the period, oldest first.
        places: scenario → impressions that came with its name, the most first.
    """

    item_id: str
    since_ms: int
    until_ms: int
    events: Mapping[str, int]
    customers: int
    revenue_minor: int
    currency: str
    days: tuple[Day, ...]
    places: Mapping[str, int]


def item_figures(shop: Shop, item_id: str, days: int = 30) -> ItemFigures:
    """The figures of whole UTC days, today the last of them.

    Raises:
        NotFoundError: it is not in the shop.
        InputError: days out of range.
    """
    (number,) = shop.catalogue.numbers([item_id]).tolist()
    if number < 1 or shop.catalogue.get([number])[0] is None:
        raise NotFoundError(f"item {item_id!r} is not in this shop", field="item_id")
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"days: {days} asked; it must lie in 1..{MOST_DAYS}", field="days")
    now_ms = shop.folder.clock()
    until_ms = (now_ms // DAY_MS + 1) * DAY_MS
    since_ms = until_ms - days * DAY_MS
    events = shop.events.table(since_ms=since_ms, until_ms=until_ms, whole=True).filter(pl.col("item") == number)
    events = events.with_columns(day=pl.col("timestamp_ms") // DAY_MS)
    counted = events.group_by("day", "type").len().rows()
    by_day: dict[int, dict[str, int]] = {since_ms // DAY_MS + place: {} for place in range(days)}
    for day, code, count in counted:
        by_day[day][EVENT_TYPES[code]] = count
    bought = events.filter(
        pl.col("type") == EVENT_TYPES.index("purchase"),
        pl.col("currency").fill_null(shop.settings.currency) == shop.settings.currency,
    )
    shown = events.filter(pl.col("type") == EVENT_TYPES.index("impression"), pl.col("scenario").is_not_null())
    places = shown.group_by("scenario").len().sort("len", "scenario", descending=[True, False]).head(PLACES)
    total = {
        EVENT_TYPES[code]: count
        for code, count in sorted(events.group_by("type").len().rows(), key=lambda row: -int(row[1]))
    }
    return ItemFigures(
        item_id=item_id,
        since_ms=since_ms,
        until_ms=min(until_ms, now_ms),
        events=total,
        customers=events["user"].drop_nulls().n_unique(),
        revenue_minor=int(bought["value_minor"].sum() or 0),
        currency=shop.settings.currency,
        days=tuple(Day(format_time(day * DAY_MS)[:10], found) for day, found in by_day.items()),
        places=dict(places.rows()),
    )
