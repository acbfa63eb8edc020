"""Events in the shapes of other engines, as rows of ours.

Sources: the public references of the GA4 Measurement Protocol and BigQuery export, OpenSearch User Behavior Insights
1.x (events and queries), Gorse feedback, Algolia Insights, Amazon Personalize PutEvents and its item interactions. What
they call the id of an answer (query_id, queryID, recommendationId) is our request_id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

Row = Mapping[str, Any]

_TYPES: dict[str, str] = {
    "view_item": "view",
    "detail": "view",
    "detail_page_view": "view",
    "page_view": "view",
    "product_viewed": "view",
    "read": "view",
    "watch": "play",
    "listen": "play",
    "select_item": "click",
    "item_click": "click",
    "product_click": "click",
    "select_promotion": "click",
    "view_item_list": "impression",
    "view_promotion": "impression",
    "impression": "impression",
    "add_to_wishlist": "favourite",
    "favorite": "favourite",
    "like": "favourite",
    "star": "favourite",
    "cart": "add_to_cart",
    "addtocart": "add_to_cart",
    "buy": "purchase",
    "order": "purchase",
    "conversion": "purchase",
    "refund": "return",
    "rating": "rate",
    "on_search": "search",
    "view_search_results": "search",
}


def recognise(row: Row) -> list[dict[str, Any]]:
    """Our rows for one row of another engine; the row itself where it has none of their shapes.

    A row of theirs with several items (an order, a list that was seen) becomes one of ours for each item.
    """
    for told_by, turn in _SHAPES:
        if told_by(row):
            return [{key: value for key, value in each.items() if value is not None} for each in turn(row)]
    return [dict(row)]


def _ga4(row: Row) -> Iterator[dict[str, Any]]:
    """Measurement Protocol: a client with a list of events."""
    who = {"user_id": row.get("user_id"), "session_id": row.get("client_id") or row.get("app_instance_id")}
    for event in row.get("events") or ():
        params = event.get("params") or {}
        micros = event.get("timestamp_micros", row.get("timestamp_micros"))
        yield from _ga4_items(str(event.get("name")), params, {**who, "timestamp": _from_micros(micros)})


def _ga4_export(row: Row) -> Iterator[dict[str, Any]]:
    """BigQuery export: one event with its parameters as a list."""
    params = {each.get("key"): _only_value(each.get("value")) for each in row.get("event_params") or ()}
    ecommerce = row.get("ecommerce") or {}
    params |= {
        "items": row.get("items"),
        "transaction_id": ecommerce.get("transaction_id") or params.get("transaction_id"),
    }
    who = {
        "user_id": row.get("user_id"),
        "session_id": row.get("user_pseudo_id"),
        "timestamp": _from_micros(row.get("event_timestamp")),
    }
    yield from _ga4_items(str(row.get("event_name")), params, who)


def _ga4_layer(row: Row) -> Iterator[dict[str, Any]]:
    """A push to the data layer."""
    who = {name: row.get(name) for name in ("user_id", "session_id", "timestamp", "event_id")}
    yield from _ga4_items(str(row["event"]), row.get("ecommerce") or {}, who)


def _ga4_items(name: str, params: Row, who: Row) -> Iterator[dict[str, Any]]:
    order_id, term = params.get("transaction_id"), params.get("search_term")
    kind = _type(name)
    if kind == "search":
        yield {"type": kind, "query": term, **who}
        return
    for place, item in enumerate(params.get("items") or ()):
        price, quantity = item.get("price"), item.get("quantity")
        value = None
        if kind in ("purchase", "return") and price is not None:
            value = round(float(price) * float(1 if quantity is None else quantity), 6)
        yield {
            "type": kind,
            "item_id": item.get("item_id") or item.get("promotion_id") or params.get("promotion_id"),
            "quantity": quantity,
            "value": value,
            "currency": params.get("currency") if value is not None else None,
            "order_id": order_id,
            "position": item.get("index", place) if kind == "impression" else item.get("index"),
            "scenario": item.get("item_list_id") or params.get("item_list_id"),
            "request_id": item.get("request_id") or params.get("request_id"),
            **who,
            **_numbered(who, place),
        }


def _ubi(row: Row) -> Iterator[dict[str, Any]]:
    details = row.get("event_attributes") or {}
    thing = details.get("object") or {}
    ordinal = (details.get("position") or {}).get("ordinal")
    kind = _type(str(row["action_name"]))
    yield {
        "type": kind,
        "item_id": thing.get("object_id"),
        "session_id": row.get("session_id") or row.get("client_id"),
        "user_id": row.get("user_id"),
        "timestamp": row.get("timestamp"),
        "query": row.get("user_query") or (row.get("message") if kind == "search" else None),
        "request_id": row.get("query_id"),
        "position": _zero_based(ordinal),
    }


def _ubi_query(row: Row) -> Iterator[dict[str, Any]]:
    """A query with the hits it was answered with."""
    who = {
        "session_id": row.get("session_id") or row.get("client_id"),
        "user_id": row.get("user_id"),
        "timestamp": row.get("timestamp"),
        "query": row.get("user_query"),
        "request_id": row.get("query_id"),
    }
    if row.get("user_query"):
        yield {"type": "search", **who, "event_id": row.get("query_id")}
    for place, item_id in enumerate(row.get("query_response_hit_ids") or row.get("query_response_objects_ids") or ()):
        shown = {"type": "impression", "item_id": item_id, "position": place, **who}
        yield {**shown, **_numbered({"event_id": row.get("query_id")}, place)}


def _gorse(row: Row) -> Iterator[dict[str, Any]]:
    kind = _type(str(row["FeedbackType"]))
    yield {
        "type": kind,
        "user_id": row.get("UserId"),
        "item_id": row.get("ItemId"),
        "timestamp": row.get("Timestamp"),
        "value": row.get("Value") if kind == "rate" else None,
    }


def _algolia_batch(row: Row) -> Iterator[dict[str, Any]]:
    for event in row["events"]:
        yield from _algolia(event)


def _algolia(row: Row) -> Iterator[dict[str, Any]]:
    kind = _type(str(row.get("eventSubtype") or row["eventType"]))
    places, details = row.get("positions") or (), row.get("objectData") or ()
    for i, object_id in enumerate(row.get("objectIDs") or ()):
        detail = details[i] if i < len(details) else {}
        yield {
            "type": kind,
            "item_id": object_id,
            "user_id": row.get("authenticatedUserToken"),
            "session_id": row.get("userToken"),
            "timestamp": row.get("timestamp"),
            "request_id": detail.get("queryID") or row.get("queryID") or row.get("queryId"),
            "position": _zero_based(places[i]) if i < len(places) else None,
            "quantity": detail.get("quantity"),
            "value": _algolia_value(row, detail) if kind == "purchase" else None,
            "currency": row.get("currency") if kind == "purchase" else None,
        }


def _algolia_value(row: Row, detail: Row) -> Any:
    """What was paid for one of the objects: the price is of one piece, the event's value of all objects together."""
    price, quantity = detail.get("price"), detail.get("quantity")
    if price is None:
        return row.get("value") if len(row["objectIDs"]) == 1 else None
    return round(float(price) * float(1 if quantity is None else quantity), 6)


def _personalize(row: Row) -> Iterator[dict[str, Any]]:
    who = {"user_id": row.get("userId"), "session_id": row.get("sessionId")}
    for event in row["eventList"]:
        request = {"request_id": event.get("recommendationId"), "timestamp": event.get("sentAt"), **who}
        for place, item_id in enumerate(event.get("impression") or ()):
            shown = {"type": "impression", "item_id": item_id, "position": place, **request}
            yield {**shown, **_numbered({"event_id": event.get("eventId")}, f"shown-{place}")}
        kind = _type(str(event.get("eventType")))
        if event.get("itemId") is None and kind != "search":
            continue
        extra = _table(event.get("properties"))
        yield {
            "type": kind,
            "event_id": event.get("eventId"),
            "item_id": event.get("itemId"),
            "value": event.get("eventValue") if kind in ("purchase", "rate") else None,
            "attributes": extra or None,
            **request,
        }


def _personalize_row(row: Row) -> Iterator[dict[str, Any]]:
    """A row of an item interactions dataset; what was shown stands in one text, with | between."""
    request = {"user_id": row.get("USER_ID"), "timestamp": row.get("TIMESTAMP")}
    request["request_id"] = row.get("RECOMMENDATION_ID")
    for place, item_id in enumerate(filter(None, str(row.get("IMPRESSION") or "").split("|"))):
        yield {"type": "impression", "item_id": item_id, "position": place, **request}
    kind = _type(str(row.get("EVENT_TYPE") or "view"))
    value = row.get("EVENT_VALUE") if kind in ("purchase", "rate") else None
    yield {"type": kind, "item_id": row["ITEM_ID"], "value": value, **request}


_SHAPES: tuple[tuple[Callable[[Row], bool], Callable[[Row], Iterator[dict[str, Any]]]], ...] = (
    (lambda row: isinstance(row.get("eventList"), list), _personalize),
    (lambda row: "USER_ID" in row and "ITEM_ID" in row, _personalize_row),
    (lambda row: _all_have(row.get("events"), "eventType") and "type" not in row, _algolia_batch),
    (lambda row: isinstance(row.get("events"), list) and "type" not in row, _ga4),
    (lambda row: "event_name" in row and "type" not in row, _ga4_export),
    (lambda row: isinstance(row.get("event"), str) and isinstance(row.get("ecommerce"), Mapping), _ga4_layer),
    (lambda row: "action_name" in row and "type" not in row, _ubi),
    (lambda row: "query_id" in row and ("query_response_hit_ids" in row or "user_query" in row), _ubi_query),
    (lambda row: "FeedbackType" in row, _gorse),
    (lambda row: "eventType" in row and "objectIDs" in row, _algolia),
)


def _type(name: str) -> str:
    plain = "".join("_" + char.lower() if char.isupper() else char for char in name.strip())
    plain = plain.strip("_").replace("-", "_").replace(" ", "_").replace("__", "_")
    return _TYPES.get(plain, _TYPES.get(plain.replace("_", ""), plain))


def _all_have(rows: Any, name: str) -> bool:
    return isinstance(rows, list) and bool(rows) and all(isinstance(each, Mapping) and name in each for each in rows)


def _from_micros(value: Any) -> Any:
    return (
        int(value) // 1000 if isinstance(value, (int, float)) or (isinstance(value, str) and value.isdigit()) else value
    )


def _zero_based(place: Any) -> int | None:
    return max(0, int(place) - 1) if isinstance(place, (int, float)) else None


def _only_value(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return next((each for each in value.values() if each is not None), None)


def _numbered(who: Row, place: object) -> dict[str, Any]:
    return {} if who.get("event_id") is None else {"event_id": f"{who['event_id']}-{place}"}


def _table(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return {}
    return dict(value) if isinstance(value, Mapping) else {}
