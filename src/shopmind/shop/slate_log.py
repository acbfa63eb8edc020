"""What an answer leaves in the log: the slate as a record, and impressions when the shop wants them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from shopmind.domain import Event, Query, Slate, Tried
from shopmind.kit.clock import Clock
from shopmind.stores.traces import Moment, Trace, Traces
from shopmind.stores.write_behind import WriteBehind


class SlateLog:
    """Writes slates shortly after they were answered, off the request's path.

    Whose erasure was begun or done meanwhile, here or in another process, is left out.

    Args:
        impressions: "served" writes an impression for each hit, "off" leaves that to the client.
    """

    def __init__(self, traces: Traces, clock: Clock, *, impressions: Literal["off", "served"]) -> None:
        self._traces = traces
        self._clock = clock
        self._impressions = impressions
        self._behind = WriteBehind(self._write)
        self.flush, self.close = self._behind.flush, self._behind.close

    def begin(self, query: Query) -> Moment | None:
        """To be asked before the answer is made: from then on an erasure of its user keeps it out of the log."""
        return None if query.user_id is None else self._traces.moment()

    def put(self, query: Query, slate: Slate, since: Moment | None) -> None:
        """Queues one answer; `flush` waits until all are written, `close` also ends the thread."""
        self._behind.put((query, slate, self._clock(), since))  # written later, but it was answered now

    def _write(self, answered: Sequence[tuple[Query, Slate, int, Moment | None]]) -> None:
        traces = []
        for query, slate, at_ms, since in answered:
            events = impressions(query, slate, at_ms) if self._impressions == "served" else []
            traces.append(Trace(slate.request_id, slate_record(query, slate, at_ms), query.user_id, events, since))
        self._traces.leave("slate", traces)


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
