"""What an answer leaves in the log: the slate as a record, and impressions when the shop wants them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from shopmind.domain import Event, Query, Slate, Tried
from shopmind.kit.clock import Clock
from shopmind.stores.ports import Events, Records
from shopmind.stores.write_behind import WriteBehind


class SlateLog:
    """Writes slates shortly after they were answered, off the request's path.

    Args:
        impressions: "served" writes an impression for each hit, "off" leaves that to the client.
    """

    def __init__(
        self, records: Records, events: Events, clock: Clock, *, impressions: Literal["off", "served"]
    ) -> None:
        self._records = records
        self._events = events
        self._clock = clock
        self._impressions = impressions
        self._behind = WriteBehind(self._write)
        self.flush, self.close = self._behind.flush, self._behind.close

    def put(self, query: Query, slate: Slate) -> None:
        """Queues one answer; `flush` waits until all are written, `close` also ends the thread."""
        self._behind.put((query, slate, self._clock()))  # written later, but it was answered now

    def _write(self, answered: Sequence[tuple[Query, Slate, int]]) -> None:
        rows = [
            (slate.request_id, slate_record(query, slate, at_ms), query.user_id) for query, slate, at_ms in answered
        ]
        self._records.put_many("slate", rows)
        if self._impressions == "served":
            self._events.append([each for answer in answered for each in impressions(*answer)])


def slate_record(query: Query, slate: Slate, now_ms: int) -> dict[str, Any]:
    """What is kept of an answer: enough for training and off-policy evaluation."""
    return {
        "scenario": slate.scenario,
        "at_ms": now_ms,
        "user_id": query.user_id,
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
        "took_ms": round(slate.took_ms, 3),
        "degraded": list(slate.degraded),
        "rules": [[rule.rule_id, rule.version] for rule in slate.applied_rules],
        **({"teams": list(slate.teams)} if slate.teams else {}),
        **({"explored": [_explored(each) for each in slate.tried]} if slate.tried else {}),
    }


def _explored(tried: Tried) -> dict[str, Any]:
    told: dict[str, Any] = {"position": tried.position, "by": tried.by, "chance": tried.chance, "lifted": tried.lifted}
    return {**told, "features": dict(tried.features)} if tried.features else told


def impressions(query: Query, slate: Slate, now_ms: int) -> list[Event]:
    """One impression for each hit, with position and propensity; its id follows from the request.

    The variant of an interleaved hit is the one that brought it.
    """
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
            variant=team,
        )
        for hit, team in zip(slate.hits, slate.teams or [slate.variant] * len(slate.hits), strict=True)
    ]
