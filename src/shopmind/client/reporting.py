"""Rows of events about a slate: what was seen of it, and what was done with it, each echoing the answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shopmind.domain import EVENT_TYPES, EventType, Slate
from shopmind.kit.errors import InputError, not_allowed


def impressions(
    slate: Slate, *, user: str | None = None, session: str | None = None, positions: Iterable[int] | None = None
) -> list[dict[str, Any]]:
    """One impression for each hit of a slate that was seen.

    The id of an impression follows from its request and place, as the server's own do: reported twice, or reported by a
    shop that writes impressions itself, it is one event.

    Args:
        positions: of the hits that were seen; None is all of them.
    """
    seen = None if positions is None else set(positions)
    return [
        {
            "event_id": f"{slate.request_id}:{hit.position}",
            "type": "impression",
            "item_id": hit.item.item_id,
            "request_id": slate.request_id,
            "scenario": slate.scenario,
            "position": hit.position,
            "propensity": hit.propensity,
            "variant": slate.variant,
            **_who(user, session),
        }
        for hit in slate.hits
        if seen is None or hit.position in seen
    ]


def doing(
    kind: EventType,
    item_id: str,
    *,
    slate: Slate | None = None,
    user: str | None = None,
    session: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """What somebody did with an item, and out of which slate.

    Args:
        kind: click, view, favourite, add_to_cart, purchase or another type of event.
        slate: the answer the item was taken from; its request and place are echoed.
        more: other fields of an event: value, currency, quantity, order_id, timestamp, attributes.

    Raises:
        InputError: an unknown type, or an item that the slate does not hold.
    """
    if kind not in EVENT_TYPES:
        raise not_allowed("event: type", kind, EVENT_TYPES, field="type")
    echo: dict[str, Any] = {}
    if slate is not None:
        hit = next((hit for hit in slate.hits if hit.item.item_id == item_id or item_id in hit.variants), None)
        if hit is None:
            raise InputError(f"event: item {item_id!r} is not in the slate {slate.request_id}", field="item_id")
        item_id = hit.item.item_id
        echo = {"request_id": slate.request_id, "scenario": slate.scenario, "position": hit.position}
    return {"type": kind, "item_id": item_id, **echo, **_who(user, session), **more}


def _who(user: str | None, session: str | None) -> dict[str, str]:
    return {name: each for name, each in (("user_id", user), ("session_id", session)) if each is not None}
