"""Something that happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from shopmind.domain.item import Scalar

EventType = Literal[
    "impression",
    "search",
    "view",
    "click",
    "favourite",
    "add_to_cart",
    "remove_from_cart",
    "purchase",
    "rate",
    "review",
    "dislike",
    "redeem",
    "return",
    "play",
]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
"""The position of a type in this tuple is its code in stores and arrays: append, never reorder."""

HISTORY_TYPES: tuple[EventType, ...] = tuple(kind for kind in EVENT_TYPES if kind not in ("impression", "search"))
"""What counts as a user's own doing towards an item."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as it enters a store.

    Attributes:
        event_id: equal ids are one event; sending it again changes nothing.
        user_id: pseudonym; None for an anonymous visitor.
        session_id: pseudonym of the session; None when unknown.
        value_minor: money in integer minor units of `currency` for purchases; for `rate` the rating times 100.
        quantity: pieces; NaN never, None when unknown.
        position: 0-based place in the slate.
        propensity: probability of this item at this position under the serving policy; 1.0 deterministic, None unknown.
    """

    event_id: str
    type: EventType
    timestamp_ms: int
    user_id: str | None = None
    session_id: str | None = None
    item_id: str | None = None
    value_minor: int | None = None
    currency: str | None = None
    quantity: float | None = None
    order_id: str | None = None
    query: str | None = None
    scenario: str | None = None
    request_id: str | None = None
    position: int | None = None
    propensity: float | None = None
    variant: str | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
