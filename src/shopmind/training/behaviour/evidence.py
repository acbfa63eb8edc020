"""The columns that behaviour is foreseen from: the same code for training and serving."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES
from shopmind.kit.clock import DAY_MS, MINUTE_MS
from shopmind.training.behaviour.doings import PURCHASE, Doings, Floats, Ints

LONG_AGO_DAYS = 3_650.0
"""Stands for "never": longer ago than any log."""
USUAL_DAYS = 28.0
"""What one gap between orders is taken for before there are any."""
WINDOWS = (1, 7, 28, 84)
"""Days before the moment in which things are counted."""
GROUPS: dict[str, tuple[str, ...]] = {
    "view": ("view", "click"),
    "favourite": ("favourite",),
    "add_to_cart": ("add_to_cart",),
    "purchase": ("purchase",),
    "review": ("review", "rate"),
    "return": ("return",),
}
"""Name of an action → the event types that are it."""

RECENCY, FREQUENCY, MONEY = ("recency", "tenure"), ("orders",), ("spent",)
"""Beginnings of the columns that are recency, frequency and money; the rest is beyond them."""


def group_codes() -> NDArray[np.int64]:
    """(len(EVENT_TYPES),) place of a type's action in GROUPS, -1 for others."""
    found = np.full(len(EVENT_TYPES), -1, np.int64)
    for place, kinds in enumerate(GROUPS.values()):
        found[[code for code, kind in enumerate(EVENT_TYPES) if kind in kinds]] = place
    return found


class Evidence:
    """Running sums over the events, from which every column is read as of any moment."""

    def __init__(self, doings: Doings) -> None:
        self._doings = doings
        bought = doings.types == PURCHASE
        places = np.flatnonzero(bought)
        same = _follows(doings.rows[places])
        opens = ~(same & _follows(doings.orders[places]))
        starts = places[opens]
        again = _follows(doings.rows[starts])
        gaps = np.zeros(len(doings.types))
        days = doings.times_ms / DAY_MS
        gaps[starts[again]] = (days[starts] - np.concatenate([days[:1], days[starts[:-1]]]))[again] if len(days) else 0
        first = np.zeros(len(doings.types), np.bool_)
        if len(places):
            pairs = np.stack([doings.rows[places], doings.items[places]])
            first[places[np.unique(pairs, axis=1, return_index=True)[1]]] = True
        is_start = np.zeros(len(doings.types), np.bool_)
        is_start[starts] = True
        is_gap = np.zeros(len(doings.types), np.bool_)
        is_gap[starts[again]] = True
        self._groups = group_codes()[doings.types]
        self._gaps = gaps
        self._last_start = _newest(is_start)
        self._last_bought = _newest(bought)
        self._first_start = np.full(len(doings), len(doings.types), np.int64)
        np.minimum.at(self._first_start, doings.rows[starts], starts)
        self._sums = {
            "orders": _sums(is_start),
            "lines": _sums(bought),
            "spent": _sums(doings.spent),
            "new": _sums(first),
            "gap": _sums(gaps),
            "gap²": _sums(gaps**2),
            "gaps": _sums(is_gap),
            "any": _sums(np.ones(len(doings.types))),
            **{name: _sums(self._groups == place) for place, name in enumerate(GROUPS) if name != "purchase"},
        }

    def columns(self, moments: Ints) -> dict[str, NDArray[np.float32]]:
        """Name → (b,) of every user as of the user's own moment, without NaN; amounts and times are logarithms.

        Columns that begin with RECENCY, FREQUENCY or MONEY come first.
        """
        doings, first = self._doings, self._doings.firsts[:-1]
        end = doings.until(moments)
        begins = {days: doings.until(moments - days * DAY_MS) for days in WINDOWS}

        def total(name: str, days: int | None = None) -> Floats:
            sums = self._sums[name]
            return np.asarray(sums[end] - sums[first if days is None else begins[days]], np.float64)

        start = _of(self._last_start, end, first)
        recency = self._days_since(start, moments)
        tenure = self._days_since(np.where(self._first_start < end, self._first_start, -1), moments)
        orders, lines, gaps = total("orders"), total("lines"), total("gaps")
        usual = (total("gap") + USUAL_DAYS) / (gaps + 1)
        spread = np.sqrt(np.maximum((total("gap²") + 2 * USUAL_DAYS**2) / (gaps + 1) - usual**2, 0))
        known = np.minimum(tenure, LONG_AGO_DAYS) * (orders > 0)
        found: dict[str, Floats] = {"recency": np.log1p(recency), "tenure": np.log1p(tenure)}
        found |= {f"orders_{days}": np.log1p(total("orders", days)) for days in (7, 28, 84)}
        found |= {"orders": np.log1p(orders)}
        found |= {f"spent_{days}": np.log1p(total("spent", days)) for days in (28, 84)}
        found |= {"spent": np.log1p(total("spent")), "spent_each": np.log1p(total("spent") / np.maximum(orders, 1))}
        found |= {
            "gap": np.log1p(usual),
            "gap_spread": np.log1p(spread),
            "gap_last": np.log1p(np.where(start >= 0, np.append(self._gaps, 0.0)[start], 0.0)),
            "overdue": np.log1p(np.minimum(recency, LONG_AGO_DAYS) / usual),
            "overdue_spread": np.tanh((recency - usual) / (spread + 1)),
            "rate": np.log1p(USUAL_DAYS * (orders + 1) / (known + USUAL_DAYS)),
            "trend": np.log1p(3 * total("orders", 28)) - np.log1p(total("orders", 84)),
            "lines": np.log1p(lines / np.maximum(orders, 1)),
            "lines_28": np.log1p(total("lines", 28)),
            "new": total("new") / np.maximum(lines, 1),
        }
        return {
            name: np.asarray(column, np.float32) for name, column in (found | self._acts(moments, end, total)).items()
        }

    def _acts(self, moments: Ints, end: Ints, total: Callable[[str, int], Floats]) -> dict[str, Floats]:
        """What was done lately besides buying, and last."""
        first = self._doings.firsts[:-1]
        last = np.where(end > first, end - 1, -1)
        since = self._days_since(last, moments) * (DAY_MS / MINUTE_MS)
        bought = _of(self._last_bought, end, first)
        cart = self._sums["add_to_cart"]
        after = np.where(bought >= 0, bought + 1, first)
        found = {"since": np.log1p(since), "cart": np.log1p(cart[end] - cart[np.minimum(after, end)])}
        found |= {f"any_{days}": np.log1p(total("any", days)) for days in (1, 7, 28)}
        for name in GROUPS:
            if name != "purchase":
                found |= {f"{name}_{days}": np.log1p(total(name, days)) for days in (1, 28)}
        newest = np.where(last >= 0, np.append(self._groups, -1)[last], -1)
        found |= {f"last_{name}": (newest == place).astype(np.float64) for place, name in enumerate(GROUPS)}
        return found

    def _days_since(self, places: Ints, moments: Ints) -> Floats:
        """(b,) LONG_AGO_DAYS where the place is -1."""
        times = np.append(self._doings.times_ms, 0)[places]
        days = np.maximum(moments - times, 0) / DAY_MS
        return np.asarray(np.where(places >= 0, days, LONG_AGO_DAYS), np.float64)


def _follows(values: Ints) -> NDArray[np.bool_]:
    """(n,) whether each value is that of its predecessor."""
    found = np.zeros(len(values), np.bool_)
    found[1:] = values[1:] == values[:-1]
    return found


def _newest(marks: NDArray[np.bool_]) -> Ints:
    """(n,) the newest marked place up to each, whoever it belongs to; -1 before the first."""
    found: Ints = (
        np.maximum.accumulate(np.where(marks, np.arange(len(marks)), -1)) if len(marks) else np.empty(0, np.int64)
    )
    return found


def _of(newest: Ints, end: Ints, first: Ints) -> Ints:
    """(b,) the newest marked place of a user before `end`, -1 without any."""
    if not len(newest):
        return np.full(len(end), -1, np.int64)
    found = newest[np.maximum(end - 1, 0)]
    return np.where((end > first) & (found >= first), found, -1)


def _sums(values: NDArray[np.generic]) -> Floats:
    """(n + 1,) running sums from 0."""
    return np.concatenate([[0.0], np.cumsum(np.asarray(values, np.float64))])
