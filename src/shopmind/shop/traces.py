"""What an answer leaves in the log: the slate as a record, and impressions when the shop wants them."""

from __future__ import annotations

from typing import Any

from shopmind.domain import Event, Query, Slate


def slate_record(query: Query, slate: Slate, now_ms: int) -> dict[str, Any]:
    """What is kept of an answer: enough for training and off-policy evaluation."""
    return {
        "scenario": slate.scenario,
        "at_ms": now_ms,
        "session_id": query.session_id,
        "text": query.text,
        "filter": query.filter,
        "anchors": list(query.anchors),
        "items": [hit.item.item_id for hit in slate.hits],
        "scores": [round(hit.score, 6) for hit in slate.hits],
        "propensities": [hit.propensity for hit in slate.hits],
        "offset": query.offset,
        "model_version": slate.model_version,
        "variant": slate.variant,
        "degraded": list(slate.degraded),
    }


def impressions(query: Query, slate: Slate, now_ms: int) -> list[Event]:
    """One impression for each hit, with position and propensity; its id follows from the request."""
    return [
        Event(
            event_id=f"{slate.request_id}:{hit.position}",
            type="impression",
            timestamp_ms=now_ms,
            user_id=query.user_id,
            session_id=query.session_id,
            item_id=hit.item.item_id,
            query=query.text or None,
            scenario=slate.scenario,
            request_id=slate.request_id,
            position=hit.position,
            propensity=hit.propensity,
            variant=slate.variant,
        )
        for hit in slate.hits
    ]
