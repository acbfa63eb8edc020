"""What one visit of a page is measured by, whichever face it is of."""

from __future__ import annotations

import statistics
from typing import Any

PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
NOW = "() => performance.now()"
VIEWPORT: Any = {"width": 1280, "height": 900}


def middle(visits: list[dict[str, Any]]) -> dict[str, Any]:
    """The middle of each figure that the visits have, the slowest, and the most requests that left the machine."""
    told: dict[str, Any] = {
        name: round(statistics.median(visit[name] for visit in visits), 1) for name in ("first_paint_ms", "complete_ms")
    }
    told["complete_ms_most"] = round(max(visit["complete_ms"] for visit in visits), 1)
    counted = [name for name in ("requests", "bytes") if name in visits[0]]
    told |= {name: int(statistics.median(visit[name] for visit in visits)) for name in counted}
    return {**told, "outside_requests": max(visit["outside"] for visit in visits)}
