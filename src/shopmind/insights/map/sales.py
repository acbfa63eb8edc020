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
            before, read_ms = (held.sold, held.visits), held.read_ms
        else:
            events = shop.events.table(TYPES, since_ms=now_ms - days * DAY_MS, upto=upto)
            before, read_ms = (np.zeros(0), np.zeros(0)), now_ms
        bought = pl.col("type") == EVENT_TYPES.index("purchase")
        sold, visits = (
            _added(counts, events.filter(kind)) for counts, kind in zip(before, (bought, ~bought), strict=True)
        )
        periods = _HELD[shop]
        periods.pop(days, None)
        periods[days] = Sales(sold, visits, upto, read_ms)
        if len(periods) > PERIODS:
            del periods[next(iter(periods))]
        return Sales(_long(sold, size), _long(visits, size), upto, read_ms)


def _added(counts: NDArray[np.float64], events: pl.DataFrame) -> NDArray[np.float64]:
    """Also of items newer than the picture of the catalogue: it may lag behind the log, which is read only once."""
    items = events["item"].drop_nulls().to_numpy()
    more = np.bincount(items[items >= 0], minlength=len(counts)).astype(np.float64)
    return more + _long(counts, len(more))


def _long(counts: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.concatenate([counts, np.zeros(max(0, size - len(counts)))])[:size]
