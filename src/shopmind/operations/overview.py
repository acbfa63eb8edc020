"""How the shop does today: traffic, how fresh everything is, and what needs a look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from shopmind.domain import EVENT_TYPES, EventType
from shopmind.insights.traffic import SERVING_BLOCK, Line, count, lines
from shopmind.kit.clock import DAY_MS, HOUR_MS
from shopmind.operations.doctor import Finding, glance
from shopmind.shop import Shop

HOURS = 24
IN_HOURS: tuple[EventType, ...] = ("impression", "click", "add_to_cart", "purchase")


@dataclass(frozen=True, slots=True)
class Hour:
    """What was reported of one hour, whatever led to it."""

    since_ms: int
    impressions: int
    clicks: int
    add_to_carts: int
    purchases: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """How up to date one thing is.

    Attributes:
        what: events, traffic, text_index, vector_index, or the name of an artifact.
        at_ms: of the newest thing in it; None where that is not known.
        behind: events or changes that it has not seen.
    """

    what: str
    at_ms: int | None
    behind: int


@dataclass(frozen=True, slots=True)
class Overview:
    """One look at the shop.

    Attributes:
        now_ms: when it was taken.
        today, yesterday: totals since midnight UTC, and of the whole day before; conversion and add_to_cart_rate of
            what an answer led to.
        lines: today by scenario and variant.
        days: the last days by day, today the last of them; days without anything are left out.
        hours: the last 24 hours, the one under way the last of them.
        alerts: what the doctor finds that is not well.
    """

    now_ms: int
    currency: str
    today: Line
    yesterday: Line
    lines: list[Line]
    days: list[Line]
    hours: list[Hour]
    freshness: list[Freshness]
    alerts: list[Finding]


def overview(shop: Shop, *, days: int = 14, patience_s: float | None = None) -> Overview:
    """Counts what is new and looks the shop over.

    Args:
        days: UTC days to tell by day.
        patience_s: how long to count before telling what is counted so far; None counts all.
    """
    behind = count(shop, patience_s=patience_s, block=SERVING_BLOCK).behind
    now_ms = shop.folder.clock()
    day = now_ms // DAY_MS
    return Overview(
        now_ms=now_ms,
        currency=shop.settings.currency,
        today=_total(shop, day),
        yesterday=_total(shop, day - 1),
        lines=lines(shop, day, day + 1, ("scenario", "variant")),
        days=lines(shop, day - days + 1, day + 1, ("day",)),
        hours=hours(shop, now_ms),
        freshness=list(_freshness(shop, behind)),
        alerts=[finding for finding in glance(shop) if finding.state != "ok"],
    )


def _total(shop: Shop, day: int) -> Line:
    """All of a day. What nobody led to converts no click: a shop that sells by other ways, too, would be told that each
    click buys many times."""
    led = [line for line in lines(shop, day, day + 1, ("scenario",)) if line.scenario]
    clicks = sum(line.clicks for line in led)

    def for_each_click(name: str) -> float | None:
        return sum(getattr(line, name) for line in led) / clicks if clicks else None

    total = lines(shop, day, day + 1)[0]
    return replace(total, conversion=for_each_click("purchases"), add_to_cart_rate=for_each_click("add_to_carts"))


def hours(shop: Shop, now_ms: int) -> list[Hour]:
    """The last 24 hours by hour, straight from the log; hours without events are there, too."""
    first = now_ms // HOUR_MS - HOURS + 1
    events = shop.events.between(IN_HOURS, first * HOUR_MS, now_ms + 1, upto=shop.events.last_number())
    counted = events.group_by((pl.col("timestamp_ms") // HOUR_MS).alias("hour"), "type").len()
    found = {(hour, EVENT_TYPES[kind]): many for hour, kind, many in counted.iter_rows()}
    return [
        Hour(hour * HOUR_MS, *(found.get((hour, kind), 0) for kind in IN_HOURS)) for hour in range(first, first + HOURS)
    ]


def _freshness(shop: Shop, uncounted: int) -> Iterator[Freshness]:
    span = shop.events.time_range()
    yield Freshness("events", None if span is None else span[1], 0)
    yield Freshness("traffic", None, uncounted)
    last, folder = shop.catalogue.last_change(), shop.folder
    yield Freshness("text_index", None, max(0, last - folder.text_index.mark()))
    if folder.encoder is not None:
        yield Freshness("vector_index", None, max(0, last - folder.vector_index.mark()))
    newest = shop.events.last_number()
    for name in sorted(shop.artifacts.current()):
        artifact = shop.artifacts.load(name)
        if artifact is not None:
            card = artifact.card
            yield Freshness(name, card.get("saved_at_ms"), max(0, newest - int(card["event_number"])))
