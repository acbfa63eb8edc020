"""What a sent message leaves in the log: its slate, under the message's id, as an answer leaves one."""

from __future__ import annotations

from collections.abc import Sequence

from shopmind.domain import Event
from shopmind.shop import Shop
from shopmind.stores.outbox import Message


def log_sent(shop: Shop, messages: Sequence[Message]) -> None:
    """Writes the slates, and impressions where the shop counts what it serves. Clicks and purchases that carry the
    message's id as `request_id` are then credited to its scenario. Writing one again changes nothing."""
    if not messages:
        return
    now_ms = shop.folder.clock()
    rows = []
    for each in messages:
        body = each.body
        items = list(body.get("items", ()))
        slate = {
            "scenario": body.get("scenario", "messages"),
            "at_ms": now_ms,
            "user_id": each.user_id,
            "session_id": None,
            "text": "",
            "filter": "",
            "anchors": [],
            "items": items,
            "scores": list(body.get("scores", ())),
            "propensities": _propensities(each),
            "offset": 0,
            "model_version": body.get("model_version", ""),
            "variant": body.get("variant"),
            "took_ms": 0.0,
            "degraded": [],
            "rules": list(body.get("rules", ())),
            "campaign": [each.campaign, each.run, each.channel],
        }
        rows.append((each.message_id, slate, each.user_id))
    shop.records.put_many("slate", rows)
    if shop.settings.impressions == "served":
        shop.events.append([event for each in messages for event in _impressions(each, now_ms)])


def _impressions(each: Message, now_ms: int) -> list[Event]:
    chances = _propensities(each)
    return [
        Event(
            event_id=f"{each.message_id}:{place}",
            type="impression",
            timestamp_ms=now_ms,
            user_id=each.user_id,
            item_id=item,
            scenario=str(each.body.get("scenario", "messages")),
            request_id=each.message_id,
            position=place,
            propensity=chances[place],
            variant=each.body.get("variant"),
        )
        for place, item in enumerate(each.body.get("items", ()))
    ]


def _propensities(each: Message) -> list[float | None]:
    return list(each.body.get("propensities", [1.0] * len(each.body.get("items", ()))))
