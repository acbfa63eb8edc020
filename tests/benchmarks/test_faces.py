"""Visitors at work ask what the browser asked, for other people, texts and goods."""

from __future__ import annotations

import json

import pytest

from benchmarks.faces import Sent, as_asked
from benchmarks.faces_visitors import Asked, Work, varied


@pytest.mark.parametrize(
    ("asked", "kind", "wanted"),
    [
        (Asked("GET", "/v1/scenarios", ""), "scenarios", "GET /v1/scenarios HTTP"),
        (Asked("GET", "/v1/items/tea-01", ""), "items", "GET /v1/items/kit%2F01 HTTP"),
        (Asked("GET", "/v1/suggest?n=8&text=gre&session=s", ""), "suggest", "GET /v1/suggest?n=8&text=pho&session="),
        (
            Asked("POST", "/v1/recommend/home", '{"session": "s"}'),
            "recommend/home",
            '{"session":"crowd-u7","user":"u7"}',
        ),
        (Asked("POST", "/v1/search", '{"text": "tea", "n": 24}'), "search", '"text":"phone case"'),
        (
            Asked("POST", "/v1/recommend/similar", '{"anchors": ["tea-01"]}'),
            "recommend/similar",
            '"anchors":["kit/01"]',
        ),
        (
            Asked("POST", "/v1/offers/cart", '{"lines": []}'),
            "offers/cart",
            '{"lines":[{"item_id":"kit/01","quantity":1,"price_minor":199}]}',
        ),
        (Asked("POST", "/v1/events", '{"type": "view"}'), "events", '"event_id":"crowd-u7-5"'),
    ],
)
def test_a_request_is_sent_again_as_that_of_somebody_else(asked: Asked, kind: str, wanted: str) -> None:
    found, content = varied(asked, "u7", "phone case", "kit/01", 5)
    assert found == kind
    assert wanted in content.decode()
    head, _, body = content.partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head
    if body:
        json.loads(body)


def test_the_summary_is_that_of_all_requests_and_of_each_kind() -> None:
    work = Work([("search", float(n)) for n in range(1, 101)] + [("suggest", 1.0)] * 100, [10.0, 30.0], failed=1)
    told = work.summary()
    assert (told["requests"], told["failed"], told["pages"], told["page_p50_ms"]) == (200, 1, 2, 20.0)
    assert told["p99_ms_of"] == {"search": 99.01, "suggest": 1.0}
    assert told["p99_ms"] == 98.01


def test_a_request_follows_from_what_had_been_answered_when_the_browser_sent_it() -> None:
    first = Sent("GET", "/v1/items/a", "", 5.0, 5.02)
    row, next_row = Sent("POST", "/v1/recommend/a", "", 5.03, 5.06), Sent("POST", "/v1/recommend/b", "", 5.061, 5.08)
    beside, never = Sent("POST", "/v1/events", "", 5.05), Sent("GET", "/v1/suggest", "", 5.0)
    found = as_asked([first, never, row, beside, next_row])
    assert [each.heeds for each in found] == [(), (), (0,), (0,), (0, 2)]
    assert [each.after_ms for each in found] == [0.0, 0.0, 10.0, 30.0, 1.0]
