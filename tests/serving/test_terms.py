"""What advertisers pay cannot be found out by asking for it."""

from __future__ import annotations

import httpx
import pytest
from tests.serving.conftest import Served

from shopmind.shop import Shop

AD = {
    "item_id": "ad-x",
    "kind": "ad",
    "title": "Phone of X",
    "currency": "USD",
    "attributes": {"advertiser": "X", "pricing": "cpc", "bid": 0.5, "budget": 10},
}


@pytest.fixture(autouse=True)
def advertised(shop: Shop) -> None:
    (status,) = shop.put_items([AD])
    assert status.status == "accepted", status.reason


def asked(api: httpx.Client, **question: object) -> list[int]:
    """The statuses of every door that takes a filter."""
    address = {name: ",".join(each) if isinstance(each, list) else str(each) for name, each in question.items()}
    doors = [
        api.post("/v1/recommend/ads", json={"anchors": ["ele-01"], **question}),
        api.post("/v1/search", json={"text": "tea", **question}),
        api.get("/v1/search", params={"text": "tea", **address}),
    ]
    many = api.post("/v1/search/many", json={"searches": [{"text": "tea", **question}]}).json()["answers"]
    return [*(each.status_code for each in doors), *(each["status"] for each in many)]


PROBES: list[dict[str, object]] = [
    {"filters": "bid > 0.4"},
    {"filters": 'kind = "ad" and (attributes.bid >= 0.5 or price < 3)'},
    {"filters": "not budget in (10, 20)"},
    {"filters": 'pricing = "cpc"'},
    {"sort": "-bid"},
    {"sort": "budget"},
    {"facets": ["pricing"]},
    {"facets": ["brand", "attributes.bid"]},
]


@pytest.mark.parametrize("question", PROBES, ids=str)
def test_readers_may_not_ask_by_terms_and_merchandisers_may(serve: Served, question: dict[str, object]) -> None:
    for role in ("public", "viewer"):
        assert asked(serve(role=role), **question) == [403] * 4, role
    assert 403 not in asked(serve(role="merchandiser"), **question)


def test_staff_who_may_only_read_cannot_ask_other_doors_either(serve: Served) -> None:
    viewer, asked_by = serve(role="viewer"), {"filters": "bid > 0.4"}
    assert viewer.get("/v1/items", params=asked_by).status_code == 403
    assert viewer.get("/v1/items", params={"sort": "bid"}).status_code in (403, 422)
    assert viewer.post("/v1/trace", json={"scenario": "ads", "anchors": ["ele-01"], **asked_by}).status_code == 403
    pair = {"one": {"scenario": "ads"}, "other": {"scenario": "home"}, "anchors": ["ele-01"], **asked_by}
    assert viewer.post("/v1/compare", json=pair).status_code == 403


def test_the_same_words_elsewhere_are_nobodys_secret(serve: Served, shop: Shop) -> None:
    viewer = serve(role="viewer")
    for question in ({"filters": 'title != "bid > 4"'}, {"filters": "advertiser = 'X'"}, {"text": "bid budget"}):
        assert viewer.post("/v1/search", json={"text": "tea", **question}).status_code == 200, question
    shop.put_items([{"item_id": "s-1", "title": "Shop", "attributes": {"hours": "9-17", "cap": 3}}])
    told = viewer.post("/v1/search", json={"text": "tea", "filters": 'hours = "9-17" and cap > 2'})
    assert told.status_code == 200, told.text
