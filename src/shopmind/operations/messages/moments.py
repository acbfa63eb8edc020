"""When to write: the hour at which a person acts, never in the quiet hours."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.clock import HOUR_MS, MINUTE_MS

HOURS = 24
SPREAD_MINUTES = 50
"""Messages of one hour are spread over so much of it, so that they do not leave all at once."""

Shares = NDArray[np.float64]


def habits(times_ms: NDArray[np.int64], offset_ms: int) -> Shares:
    """(24,) how many acts fall into each hour of the local day.

    Args:
        offset_ms: of local time from UTC. One offset serves for all times: an act from before the clocks changed is
            counted an hour off.
    """
    hours = (times_ms + offset_ms) // HOUR_MS % HOURS
    return np.bincount(hours.astype(np.int64), minlength=HOURS).astype(np.float64)


def moved(counts: Shares, offset_ms: int) -> Shares:
    """(24,) counts by hour of UTC as counts by hour of the local day, to the nearest hour."""
    return np.roll(counts, round(offset_ms / HOUR_MS))


def likely(own: Shares, everybody: Shares, own_hours: float) -> Shares:
    """(24,) probability that the next act falls into each hour: (own + m * p) / (n + m).

    p is the habit of all (`shares`, moved to the same local time), and m = `own_hours`: acts of one's own that weigh as
    much. The counts of an hour are first spread over its neighbours, a half to itself and a quarter to each side:
    habits are not that exact.
    Source: smoothing towards a prior, Manning, Raghavan and Schütze, Introduction to Information Retrieval, 12.2.
    """
    found: Shares = (_spread(own) + own_hours * everybody) / (own.sum() + own_hours)
    return found


def shares(counts: Shares) -> Shares:
    """(24,) the habit that counts tell, spread over neighbours: sums to 1; even where nobody has done anything."""
    total = counts.sum()
    return _spread(counts) / total if total > 0 else np.full(HOURS, 1 / HOURS)


def is_quiet(hour: int, quiet: tuple[int, int]) -> bool:
    """Whether an hour of the local day is one of the quiet ones."""
    begin, end = quiet
    return begin <= hour < end if begin < end else begin != end and (hour >= begin or hour < end)


def best_moment(
    now_ms: int, within_hours: float, likely: Sequence[float], quiet: tuple[int, int], offset_ms: int, draw: int
) -> int | None:
    """The likeliest hour that is not quiet and begins within `within_hours`, and a minute in it; the soonest of equals.

    Args:
        likely: 24 shares by hour of the local day.
        draw: any number of 64 bits: which minute.

    Returns:
        Epoch milliseconds, None when every hour there is quiet.
    """
    first = -(-(now_ms + offset_ms) // HOUR_MS)
    best: int | None = None
    highest = -1.0
    for slot in range(first, first + min(HOURS, max(1, int(within_hours)))):
        hour = slot % HOURS
        if likely[hour] > highest and not is_quiet(hour, quiet):
            best, highest = slot, likely[hour]
    return None if best is None else best * HOUR_MS - offset_ms + draw % SPREAD_MINUTES * MINUTE_MS


def quiet_until(now_ms: int, quiet: tuple[int, int], offset_ms: int) -> int | None:
    """When the quiet hour that it is now ends; None when it is none."""
    slot = (now_ms + offset_ms) // HOUR_MS
    if not is_quiet(slot % HOURS, quiet):
        return None
    while is_quiet(slot % HOURS, quiet):
        slot += 1
    return int(slot * HOUR_MS - offset_ms)


def offset_of(zone: object, usual: str, now_ms: int) -> int:
    """Milliseconds of a zone from UTC as of a moment; a name that is none is taken for the usual zone."""
    name = zone if isinstance(zone, str) and zone in _zones() else usual
    return _offset(name, now_ms // HOUR_MS)


@lru_cache(maxsize=4_096)
def _offset(name: str, hour: int) -> int:
    moment = datetime.fromtimestamp(hour * HOUR_MS / 1000, UTC).astimezone(zoneinfo.ZoneInfo(name))
    shift = moment.utcoffset()
    return 0 if shift is None else int(shift.total_seconds() * 1000)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _spread(counts: Shares) -> Shares:
    found: Shares = _NEAR @ counts
    return found


_NEAR = 0.5 * np.eye(HOURS) + 0.25 * (np.roll(np.eye(HOURS), 1, axis=0) + np.roll(np.eye(HOURS), -1, axis=0))
