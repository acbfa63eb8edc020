"""Events of other engines through the shop's own door: what they echo is attributed."""

from __future__ import annotations

from typing import Any

import pytest

from shopmind.evaluation.attribution import attribute
from shopmind.shop import Shop

ECHOES: dict[str, Any] = {
    "ga4": {
        "client_id": "c",
        "events": [{"name": "select_item", "params": {"request_id": "R", "items": [{"item_id": "tea-02"}]}}],
    },
    "ubi": {
        "action_name": "click",
        "query_id": "R",
        "client_id": "c",
        "event_attributes": {"object": {"object_id": "tea-02"}},
    },
    "algolia": {
        "events": [
            {"eventType": "click", "eventName": "x", "objectIDs": ["tea-02"], "userToken": "c", "queryID": "R"},
        ]
    },
    "personalize": {
        "sessionId": "c",
        "eventList": [{"eventType": "click", "itemId": "tea-02", "recommendationId": "R"}],
    },
}


@pytest.mark.parametrize("engine", list(ECHOES))
def test_the_id_of_their_answer_is_ours(shop: Shop, engine: str) -> None:
    before = shop.events.last_number()
    shown = {"type": "impression", "item_id": "tea-02", "request_id": "R", "scenario": "home", "position": 4}
    (first,) = shop.track(shown)
    (second,) = shop.track(ECHOES[engine])
    assert (first.status, second.status) == ("accepted", "accepted"), second.reason
    found = attribute(shop.events.table(after=before, whole=True)).row(0, named=True)
    assert [found[name] for name in ("how", "request_id", "scenario", "position")] == ["request", "R", "home", 4]


def test_gorse_feedback_follows_the_last_touch(shop: Shop) -> None:
    before = shop.events.last_number()
    shop.track({"type": "impression", "item_id": "tea-02", "user_id": "jack", "request_id": "R", "scenario": "home"})
    (told,) = shop.track({"FeedbackType": "star", "UserId": "jack", "ItemId": "tea-02"})
    assert told.status == "accepted"
    found = attribute(shop.events.table(after=before, whole=True)).row(0, named=True)
    assert (found["how"], found["scenario"]) == ("touch", "home")


def test_a_page_view_is_taken_and_nothing_of_it_is_kept(shop: Shop) -> None:
    before = shop.events.count()
    (told,) = shop.track({"client_id": "c", "events": [{"name": "page_view", "params": {"page_title": "Home"}}]})
    assert (told.status, told.reason) == ("accepted", "events row 1: nothing in it is about goods")
    assert shop.events.count() == before


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"propensity": 0}, "propensity"),
        ({"propensity": 1.2}, "propensity"),
        ({"propensity": "often"}, "propensity"),
        ({"timestamp": "2099-01-01T00:00:00Z"}, "timestamp"),
        ({"position": -1}, "position"),
        ({"item_id": "nothing"}, "item_id"),
    ],
)
def test_a_bad_event_is_refused_by_its_field_and_its_neighbours_stay(
    shop: Shop, more: dict[str, Any], field: str
) -> None:
    row = {"type": "impression", "item_id": "tea-01", "request_id": "R", "position": 0}
    told = shop.track([row, {**row, **more}, {**row, "position": 1}])
    assert [each.status for each in told] == ["accepted", "rejected", "accepted"]
    assert told[1].field == field
    assert told[1].reason


def test_an_event_of_an_unknown_request_is_kept_and_told_apart(shop: Shop) -> None:
    before = shop.events.last_number()
    (told,) = shop.track({"type": "click", "item_id": "tea-01", "session_id": "s-new", "request_id": "never"})
    assert told.status == "accepted"
    found = attribute(shop.events.table(after=before, whole=True)).row(0, named=True)
    assert (found["echo"], found["how"]) == ("unknown", "none")


def test_an_event_sent_again_is_a_duplicate(shop: Shop) -> None:
    row = {"event_id": "once", "type": "click", "item_id": "tea-01", "request_id": "R"}
    assert [each.status for each in shop.track([row, row])] == ["accepted", "duplicate"]
    assert shop.track(row)[0].status == "duplicate"
