"""Time as an argument: epoch milliseconds, UTC."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from shopmind.kit.errors import InputError

Clock = Callable[[], int]
"""Returns now as epoch milliseconds."""

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS

EARLIEST_MS = 0
LATEST_MS = 4_102_444_800_000  # 2100-01-01: later is a unit mistake, not a date


def system_clock() -> int:
    """Now, epoch milliseconds."""
    return time.time_ns() // 1_000_000


def format_time(milliseconds: int) -> str:
    """RFC 3339 in UTC, with milliseconds only where there are any."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds" if milliseconds % 1000 else "seconds").replace("+00:00", "Z")


def parse_time(text: str, *, where: str = "time") -> int:
    """Epoch milliseconds of an RFC 3339 time; a naive one is UTC.

    Raises:
        InputError: not a time, or outside 1970–2100.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(f"{where}: {text!r} is not an RFC 3339 time such as 2026-01-31T12:00:00Z") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    milliseconds = round(moment.timestamp() * 1000)
    if not EARLIEST_MS <= milliseconds < LATEST_MS:
        raise InputError(f"{where}: {text!r} is outside 1970–2100")
    return milliseconds
