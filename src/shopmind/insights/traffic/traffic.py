"""The business of a period, asked in one call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from shopmind.insights.traffic.count import BLOCK_EVENTS, SERVING_BLOCK, count
from shopmind.insights.traffic.customers import Customers, customers
from shopmind.insights.traffic.report import MIN_USERS, Echoes, Line, checked, echoes, lines
from shopmind.kit.clock import DAY_MS, format_time
from shopmind.kit.errors import InputError
from shopmind.shop import Shop

COUNTED = (
    "impressions",
    "clicks",
    "views",
    "favourites",
    "add_to_carts",
    "purchases",
    "unknown",
    "not_shown",
    "late",
)


@dataclass(frozen=True, slots=True)
class Traffic:
    """The counters of whole UTC days.

    Attributes:
        since_ms, until_ms: midnights, the second exclusive: tonight's, so that today is in it as far as it is counted.
        lines: told by what was asked, in that order of keys.
        total: the same over all lines.
        behind: events in the log that are not counted yet.
        rule, window_days, currency: by which outcomes are credited and thousands are told.
    """

    since_ms: int
    until_ms: int
    total: Line
    lines: list[Line]
    customers: Customers
    echoes: Echoes
    behind: int
    rule: str
    window_days: float
    currency: str


def traffic(
    shop: Shop,
    *,
    days: int = 30,
    by: Iterable[str] = ("scenario",),
    segment: str = "",
    min_users: int = MIN_USERS,
    until_ms: int | None = None,
    patience_s: float | None = None,
) -> Traffic:
    """Counts what is new and tells the last days, today included.

    Args:
        days: UTC days, the last of which is today or the day that ends at `until_ms`.
        by: what the lines are told for: day, scenario, variant, segment.
        segment: the attribute of customers whose values are the segments, or "signed_in".
        until_ms: the midnight after the last day; None is tonight's.
        patience_s: how long to count before telling what is counted so far; None counts all.

    Raises:
        InputError: days below 1, or something else to tell by.
    """
    if days < 1:
        raise InputError(f"traffic: days = {days}, at least 1 is needed", field="days")
    until_day = (shop.folder.clock() if until_ms is None else until_ms - 1) // DAY_MS + 1
    since_day = until_day - days
    asked = list(by)
    checked(asked, segment)
    progress = count(shop, patience_s=patience_s, block=BLOCK_EVENTS if patience_s is None else SERVING_BLOCK)
    settings = shop.settings
    return Traffic(
        since_ms=since_day * DAY_MS,
        until_ms=until_day * DAY_MS,
        total=lines(shop, since_day, until_day)[0],
        lines=lines(shop, since_day, until_day, asked, segment=segment, min_users=min_users) if asked else [],
        customers=customers(shop, since_day, until_day),
        echoes=echoes(shop, since_day, until_day),
        behind=progress.behind,
        rule=settings.attribution,
        window_days=settings.attribution_days,
        currency=settings.currency,
    )


def told(report: Traffic) -> dict[str, Any]:
    """The report as plain data for JSON: times in RFC 3339, counts that are whole as whole numbers."""
    data = asdict(report)
    since, until = data.pop("since_ms"), data.pop("until_ms")
    return {
        "since": format_time(since),
        "until": format_time(until),
        **data,
        "total": told_line(data["total"]),
        "lines": [told_line(each) for each in data["lines"]],
        "echoes": told_line(data["echoes"]),
        "customers": {
            **data["customers"],
            "cohorts": [
                {**each, "since": format_time(each["since"]), "stayed": list(each["stayed"])}
                for each in data["customers"]["cohorts"]
            ],
        },
    }


def told_line(line: dict[str, Any]) -> dict[str, Any]:
    """A line as plain data for JSON; also whatever else counts under these names."""
    counts = {name: int(line[name]) for name in COUNTED if name in line and float(line[name]).is_integer()}
    day = {} if line.get("day") is None else {"day": format_time(line["day"])[:10]}
    return {**line, **counts, **day}
