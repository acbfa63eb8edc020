"""The tiny shop as a data folder: goods and links as written beside this file, users and events from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from shopmind.kit.clock import DAY_MS, MINUTE_MS, format_time
from shopmind.kit.seeds import generator
from shopmind.samples.habits import HABITS, Habit

Row = dict[str, Any]

USERS = 30
_CITIES = ("Leeds", "Hangzhou", "Porto", "Chengdu")
_AGES = ("18-29", "30-44", "45-64", "65+")


def write_tiny(folder: Path, now_ms: int) -> Path:
    """Writes items, users, events and links as NDJSON into `folder` and returns it.

    The log covers the 60 days before `now_ms` and ends an hour before it; equal `now_ms`, equal bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "items": tiny_items(now_ms),
        "users": tiny_users(now_ms),
        "events": tiny_events(now_ms),
        "links": tiny_links(),
    }
    for name, rows in tables.items():
        (folder / f"{name}.ndjson").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return folder


def tiny_items(now_ms: int) -> list[Row]:
    """52 raw item rows: 40 products (half English, half Chinese), 3 shops, 3 promotions, 4 pages, 2 ads."""
    return [_dated(row, now_ms) for row in _rows("items")]


def tiny_links() -> list[Row]:
    """62 raw links: covers, mentions, friend and follow as written, and `sells` from each product's shop."""
    sells = [
        {"type": "sells", "source_id": row["shop_id"], "target_id": row["item_id"]}
        for row in _rows("items")
        if "shop_id" in row
    ]
    return [*_rows("links"), *sells]


def tiny_users(now_ms: int) -> list[Row]:
    """30 raw user rows, u01 to u30; u29 refuses personalisation, u01 to u03 let those they know see what they chose."""
    users = []
    for i in range(USERS):
        user: Row = {
            "user_id": f"u{i + 1:02d}",
            "created_at": format_time(now_ms - (100 + i) * DAY_MS),
            "attributes": {
                "city": _CITIES[i % 4],
                "age": _AGES[(i // 2) % 4],
                "language": "zh" if i % 2 else "en",
                "taste": _habit(i).name,
            },
        }
        if i < 3:
            user["consent"] = {"social": True}
        if i >= 25:
            user["consent"] = {"personalise": i != 28}
        users.append(user)
    return users


def tiny_events(now_ms: int) -> list[Row]:
    """Some 800 raw event rows, oldest first, event_id e0001 on."""
    events = sorted(_visits(now_ms), key=lambda event: event["timestamp_ms"])
    for number, event in enumerate(events, start=1):
        event["timestamp"] = format_time(event.pop("timestamp_ms"))
        event["event_id"] = f"e{number:04d}"
    return events


def _visits(now_ms: int) -> Iterator[Row]:
    randomness = generator(7, "tiny")
    start_ms, end_ms = now_ms - 60 * DAY_MS, now_ms - 60 * MINUTE_MS
    for i in range(USERS):
        visits = 1 if i % 6 == 5 else 3
        for visit in range(visits):
            share = (visit + float(randomness.random())) / visits
            time_ms = end_ms if (i, visit) == (0, visits - 1) else int(start_ms + share * (end_ms - start_ms - DAY_MS))
            who = {"user_id": f"u{i + 1:02d}", "session_id": f"s{i + 1:02d}-{visit}"}
            yield from _visit(_habit(i), i % 2, who, time_ms, visit, randomness)
    for guest in range(8):
        time_ms = end_ms - (guest + 1) * 3 * DAY_MS
        yield from _visit(HABITS[guest % 4], guest % 2, {"session_id": f"guest-{guest}"}, time_ms, guest, randomness)


def _visit(
    habit: Habit, tongue: int, who: Mapping[str, str], end_ms: int, visit: int, randomness: np.random.Generator
) -> Iterator[Row]:
    """One visit: search, slate, click, view, sometimes a purchase; its last event is at `end_ms`."""
    key = f"{who['session_id']}"
    taste = habit.goods[tongue]
    seen = [taste[j] for j in randomness.permutation(len(taste))[:3]]
    rows: list[Row] = []
    if visit % 2 == 0:
        rows.append({"type": "search", "query": habit.queries[tongue], "scenario": "search"})
    slate = {"scenario": "search" if visit % 2 == 0 else "home", "request_id": f"r-{key}", "propensity": 1.0}
    rows += [{"type": "impression", "item_id": item, "position": place, **slate} for place, item in enumerate(seen)]
    rows.append({"type": "click", "item_id": seen[0], "request_id": f"r-{key}"})
    rows.append({"type": "view", "item_id": seen[0]})
    if "user_id" in who and visit != 1:
        rows += _order(habit.basket[tongue], f"o-{key}", habit.promotion)
    elif visit == 1:
        rows.append({"type": "view", "item_id": habit.page})
        rows.append({"type": "favourite", "item_id": seen[-1]})
        rows.append(
            {"type": "rate", "item_id": habit.basket[tongue][0][0], "value": str(3 + int(randomness.integers(3)))}
        )
    for place, row in enumerate(rows):
        yield {**row, **who, "timestamp_ms": end_ms - (len(rows) - 1 - place) * MINUTE_MS}


def _order(basket: Sequence[tuple[str, str]], order_id: str, promotion: str | None) -> list[Row]:
    rows: list[Row] = [{"type": "add_to_cart", "item_id": item, "quantity": 1} for item, _ in basket]
    if promotion is not None:
        rows.append({"type": "redeem", "item_id": promotion, "order_id": order_id})
    rows += [
        {"type": "purchase", "item_id": item, "quantity": 1, "value": price, "currency": "USD", "order_id": order_id}
        for item, price in basket
    ]
    return rows


def _habit(user: int) -> Habit:
    return HABITS[(user // 2) % 4] if user < 24 else HABITS[0]


def _dated(row: Row, now_ms: int) -> Row:
    """Ages in days as times, so that what is fresh or running stays so whenever the shop is written."""
    created_ms = now_ms - row.pop("created_days_ago") * DAY_MS
    row = {**row, "currency": "USD", "created_at": format_time(created_ms)}
    attributes = dict(row.get("attributes", {}))
    if "starts_days_ago" in row:
        attributes["starts_at"] = now_ms - row.pop("starts_days_ago") * DAY_MS
        attributes["ends_at"] = now_ms + row.pop("ends_in_days") * DAY_MS
    return {**row, "attributes": attributes}


def _rows(name: str) -> list[Row]:
    text = resources.files(__package__).joinpath(f"{name}.ndjson").read_bytes()
    return [orjson.loads(line) for line in text.splitlines()]
