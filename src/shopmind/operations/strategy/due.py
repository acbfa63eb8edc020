"""Whether a candidate is due, and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shopmind.domain import HISTORY_TYPES
from shopmind.kit.clock import HOUR_MS
from shopmind.operations.strategy.cycle import Cycle, Said
from shopmind.operations.strategy.drift import drift
from shopmind.operations.strategy.rules import Retrain
from shopmind.shop import Shop


@dataclass(frozen=True, slots=True)
class Due:
    """What was looked at.

    Attributes:
        why: reasons that hold; empty: nothing is due.
        marks: what the next look will count from, if a cycle begins now.
        figures: what was counted, by the names of the rules; NaN where it cannot be said. Drift is looked at only where
            nothing else is a reason.
    """

    why: tuple[Said, ...]
    marks: Mapping[str, int]
    figures: Mapping[str, float]


def look(shop: Shop, names: Sequence[str], rules: Retrain, last: Cycle | None) -> Due:
    """Counts what came since the last cycle, or since what is served was fitted, against the rules.

    Where neither the log nor the catalogue has changed since, nothing is due, however long ago that was.
    """
    columns, now_ms = shop.catalogue.columns(), shop.folder.clock()
    newest = shop.events.last_number()
    span = shop.events.time_range()
    now = {
        "event_number": newest,
        "last_event_ms": 0 if span is None else span[1],
        "size": columns.size,
        "change": columns.change,
        "at_ms": now_ms,
    }
    marks = last.marks if last is not None else _marks(shop, names)
    if marks is None:
        return Due((Said("nothing is trained yet", "还没有训练过"),), now, {})
    shown = np.flatnonzero(columns.shown)
    figures = {
        "hours": (now_ms - marks["at_ms"]) / HOUR_MS,
        "new_events": float(shop.events.table(HISTORY_TYPES, after=marks["event_number"]).height),
        "new_items": float((shown >= marks["size"]).mean()) if len(shown) and marks["size"] else math.nan,
    }
    same = all(marks[name] == now[name] for name in ("event_number", "change"))
    ended_ms = marks["at_ms"] if last is None else last.since_ms
    if same or (now_ms - ended_ms) / HOUR_MS < rules.pause_hours:
        return Due((), now, figures)
    reached = _reached(figures, rules)
    if rules.drift is not None and not reached:  # it reads the whole log
        figures["drift"] = drift(shop.events.table(HISTORY_TYPES), marks["last_event_ms"], columns)
        reached = _reached(figures, rules)
    return Due(tuple(_said(name, figures[name], getattr(rules, name)) for name in reached), now, figures)


def _reached(figures: Mapping[str, float], rules: Retrain) -> list[str]:
    return [name for name, value in figures.items() if (limit := getattr(rules, name)) is not None and value >= limit]


def _marks(shop: Shop, names: Sequence[str]) -> dict[str, int] | None:
    """From the cards of what is served; None when none of it is."""
    cards = [artifact.card for name in names if (artifact := shop.artifacts.load(name)) is not None]
    if not cards:
        return None
    keys = {name: name for name in ("event_number", "last_event_ms", "size", "change")} | {"at_ms": "made_for_ms"}
    return {name: max(int(card.get(key) or 0) for card in cards) for name, key in keys.items()}


def _said(name: str, value: float, limit: float) -> Said:
    told = {
        "hours": (
            f"{value:.1f} hours since the last one (rule: {limit:g})",
            f"距上次已 {value:.1f} 小时(规则:{limit:g})",
        ),
        "new_events": (f"{value:,.0f} new events (rule: {limit:g})", f"新增 {value:,.0f} 条事件(规则:{limit:g})"),
        "new_items": (
            f"{value:.1%} of the goods are new (rule: {limit:g})",
            f"{value:.1%} 的商品是新的(规则:{limit:g})",
        ),
        "drift": (f"people choose differently: {value:.3f} (rule: {limit:g})", f"选择漂移 {value:.3f}(规则:{limit:g})"),
    }
    return Said(*told[name])
