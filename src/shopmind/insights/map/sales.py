"""What sold and what was looked at of late, by item: read once, then kept up with what comes."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, EventType
from shopmind.kit.clock import DAY_MS, MINUTE_MS
from shopmind.shop import Shop

TYPES: tuple[EventType, ...] = ("purchase", "view", "click")
KEPT_MS = 10 * MINUTE_MS
"""For so long only new events are read; what falls out of the period by then is still in it."""

PERIODS = 4
"""How many lengths of a period are kept of a shop."""


@dataclass(frozen=True, slots=True)
class Sales:
    """Counts by item number.

    Attributes:
        sold, visits: (size,) float64, purchases, and views or clicks.
        upto: number of the newest event in them.
        read_ms: when the whole period was read.
    """

    sold: NDArray[np.float64]
    visits: NDArray[np.float64]
    upto: int
    read_ms: int


_LOCK = threading.Lock()
_HELD: weakref.WeakKeyDictionary[Shop, dict[int, Sales]] = weakref.WeakKeyDictionary()


def sales(shop: Shop, days: int) -> Sales:
    """The counts of the last days; arrays are as long as the catalogue has numbers now."""
    size, now_ms, upto = shop.catalogue.columns().size, shop.folder.clock(), shop.events.last_number()
    with _LOCK:
        held = _HELD.setdefault(shop, {}).get(days)
        if held is not None and 0 <= now_ms - held.read_ms < KEPT_MS and upto >= held.upto:
            events = shop.events.table(TYPES, after=held.upto, upto=upto)
            before, read_ms = (_long(held.sold, size), _long(held.visits, size)), held.read_ms
        else:
            events = shop.events.table(TYPES, since_ms=now_ms - days * DAY_MS, upto=upto)
            before, read_ms = (np.zeros(size), np.zeros(size)), now_ms
        bought = pl.col("type") == EVENT_TYPES.index("purchase")
        sold, visits = (
            counts + _counts(events.filter(kind), size) for counts, kind in zip(before, (bought, ~bought), strict=True)
        )
        periods = _HELD[shop]
        periods.pop(days, None)
        periods[days] = Sales(sold, visits, upto, read_ms)
        if len(periods) > PERIODS:
            del periods[next(iter(periods))]
        return periods[days]


def _counts(events: pl.DataFrame, size: int) -> NDArray[np.float64]:
    items = events["item"].drop_nulls().to_numpy()
    return np.bincount(items[(items >= 0) & (items < size)], minlength=size).astype(np.float64)


def _long(counts: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.concatenate([counts, np.zeros(max(0, size - len(counts)))])[:size]
