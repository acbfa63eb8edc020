"""Keeps the counters up to the log: what is new is counted, what it changes is counted again, all in one commit.

The counts and the mark (how far the log is counted) are written in the same transaction. A kill leaves both as they
were, and the same events are counted again by who comes next; two processes that count at once cannot both commit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from shopmind.evaluation.slates import places_of
from shopmind.insights.traffic.affected import affected
from shopmind.insights.traffic.tally import Counts, less, tally, tally_answers
from shopmind.shop import Shop
from shopmind.stores.columns import TextColumn

BLOCK_EVENTS = 200_000
SERVING_BLOCK = 20_000
"""In a process that answers customers meanwhile: each block keeps them waiting a little."""
BLOCK_SLATES = 50_000
VERSION = 1
"""Of what the counts mean: others are forgotten and counted anew."""

_turn = threading.Lock()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the counters have come.

    Attributes:
        counted: events that this call counted.
        behind: events in the log that are not counted yet, at most.
        mark: number of the newest event that is counted.
    """

    counted: int
    behind: int
    mark: int


def count(shop: Shop, *, patience_s: float | None = None, block: int = BLOCK_EVENTS) -> Progress:
    """Counts what is new in the log, and what it changes of what was counted.

    Args:
        patience_s: no new block is begun after so long; None counts all.
        block: events that are counted and committed at once.
    """
    deadline = None if patience_s is None else time.monotonic() + patience_s
    begun = None
    with _turn:
        while True:
            before = _before(shop)
            mark = _mark(shop, before, block)
            begun = before["events"] if begun is None else begun
            if mark["events"] > before["events"] or mark["slates"] > before["slates"]:
                known = before if "version" in before else None
                shop.folder.database.counters.add(_changes(shop, before, mark), known, mark)
            last = shop.events.last_number()
            done = last <= mark["events"] and shop.records.last_number("slate") <= mark["slates"]
            if done or (deadline is not None and time.monotonic() > deadline):
                return Progress(max(0, mark["events"] - begun), max(0, last - mark["events"]), mark["events"])


def recount(shop: Shop) -> Progress:
    """Forgets all counters and counts the whole log as it is now: without who was erased and what was pruned."""
    shop.folder.database.counters.clear()
    return count(shop)


def batch(shop: Shop) -> Counts:
    """All counts from the whole log at once, nothing of the counters used: what they must be equal to."""
    events = shop.events.table(whole=True)
    slates = shop.records.numbered("slate", 0, shop.records.last_number("slate"))
    shown = places_of(slates, shop.catalogue, shop.users)
    return tally(events, shown, **_asked(shop)) | _answers(shop, slates)


def _before(shop: Shop) -> dict[str, Any]:
    """The mark; counts by another rule or of another version are forgotten."""
    found = shop.folder.database.counters.mark()
    rules = {"version": VERSION, **_asked(shop)}
    if found is not None and {name: found.get(name) for name in rules} != rules:
        shop.folder.database.counters.clear()
        found = None
    return {"events": 0, "slates": 0} if found is None else found


def _mark(shop: Shop, before: Mapping[str, Any], block: int) -> dict[str, Any]:
    return {
        **before,
        "version": VERSION,
        **_asked(shop),
        "events": min(shop.events.last_number(), before["events"] + block),
        "slates": min(shop.records.last_number("slate"), before["slates"] + BLOCK_SLATES),
    }


def _asked(shop: Shop) -> dict[str, Any]:
    settings = shop.settings
    return {
        "rule": settings.attribution,
        "window_days": settings.attribution_days,
        "currency": settings.currency,
    }


def _changes(shop: Shop, before: Mapping[str, Any], mark: Mapping[str, Any]) -> Counts:
    slates = shop.records.numbered("slate", before["slates"], mark["slates"])
    found = affected(shop, before, mark, [request_id for _, request_id, _ in slates])
    asked = {name: mark[name] for name in ("rule", "window_days", "currency")}
    answers = _answers(shop, slates)
    if found.numbers.is_empty():
        return answers
    held = {request_id for _, request_id, _ in slates}
    others = [each for each in found.requests if each not in held]
    named = shop.records.named("slate", others, upto=before["slates"]) if before["slates"] and others else []
    shown = places_of([*named, *slates], shop.catalogue, shop.users)
    new = tally(found.events, shown, **asked, numbers=found.numbers)
    counted = found.numbers.filter(found.numbers <= before["events"])
    if counted.is_empty():
        return new | answers
    old_events = found.events.filter(pl.col("number") <= before["events"])
    old_shown = shown.filter(pl.col("record") <= before["slates"])
    return less(new, tally(old_events, old_shown, **asked, numbers=counted)) | answers


def _answers(shop: Shop, slates: list[tuple[int, str, dict[str, Any]]]) -> Counts:
    ids = list(dict.fromkeys(item for _, _, body in slates for item in body["items"]))
    numbers = dict(zip(ids, shop.catalogue.numbers(ids).tolist(), strict=True)) if ids else {}
    category = shop.catalogue.columns().column("category")
    codes = category.codes if isinstance(category, TextColumn) else np.full(1, -1, np.int32)
    return tally_answers([body for _, _, body in slates], numbers, codes)
