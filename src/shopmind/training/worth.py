"""How much an event says "I want this"."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES, EventType

WORTH: Mapping[str, float] = {
    "purchase": 1.0,
    "redeem": 1.0,
    "add_to_cart": 0.4,
    "favourite": 0.3,
    "rate": 0.3,
    "review": 0.3,
    "play": 0.2,
    "click": 0.1,
    "view": 0.1,
}
"""Event type → weight, where a recipe is not told otherwise; a type that is not named weighs nothing."""


def type_weights(weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Weight by event type code: (len(EVENT_TYPES),) float64, 0 for a type that is not named."""
    return np.array([weights.get(kind, 0.0) for kind in EVENT_TYPES])


MEANT: tuple[EventType, ...] = tuple(kind for kind in EVENT_TYPES if kind in WORTH)
"""Event types that weigh something."""

UNWANTED: frozenset[EventType] = frozenset({"remove_from_cart", "dislike", "return"})
"""Events of a user's own doing that do not say "I want this"."""


def wanted(table: pl.DataFrame) -> tuple[EventType, ...]:
    """The event types to foresee: purchases where the log has any, else whatever says "I want this"."""
    present = {EVENT_TYPES[code] for code in table["type"].unique().to_list()}
    if "purchase" in present:
        return ("purchase",)
    return tuple(kind for kind in HISTORY_TYPES if kind in present and kind not in UNWANTED)
