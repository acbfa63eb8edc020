"""Carts, bundles and rules over HTTP."""

from __future__ import annotations

import httpx
import pytest

from shopmind.client.answers import slate
from shopmind.shop import Shop


def test_a_bundle_is_told_with_its_price(api: httpx.Client) -> None:
    answer = api.post("/v1/recommend/bundles", json={"anchors": ["tea-01"]}).json()
    (bundle,) = answer["bundles"]
    assert (bundle["items"], bundle["price"], bundle["price_minor"], bundle["currency"]) == (
        ["tea-01", "kit-01"],
        38.9,
        3890,
        "USD",
    )
    assert bundle["share"] == pytest.approx(bundle["orders"] / 55)
    assert slate(answer).bundles[0].items == ("tea-01", "kit-01")


def test_an_answer_without_bundles_has_no_such_field(api: httpx.Client) -> None:
    assert "bundles" not in api.post("/v1/recommend/cart", json={"anchors": ["tea-01"]}).json()


@pytest.mark.parametrize("scenario", ["cart", "bundles", "substitutes"])
def test_an_empty_cart_is_an_error_and_an_unknown_one_a_named_fallback(api: httpx.Client, scenario: str) -> None:
    refused = api.post(f"/v1/recommend/{scenario}", json={"anchors": []})
    assert refused.status_code == 422
    assert refused.json()["error"]["field"] == "anchors"
    unknown = api.post(f"/v1/recommend/{scenario}", json={"anchors": ["no such item", "nor this"]})
    assert unknown.status_code == 200
    assert "anchors: 2 of 2 are not in the catalogue" in unknown.json()["degraded"]


def test_a_cart_of_two_hundred_is_answered_and_one_of_too_many_refused(api: httpx.Client, shop: Shop) -> None:
    every = [item.item_id for _, item in shop.catalogue.scan() if item.kind == "product"]
    large = every + [f"gone-{each}" for each in range(200 - len(every))]
    assert api.post("/v1/recommend/cart", json={"anchors": large}).status_code == 200
    assert api.post("/v1/recommend/cart", json={"anchors": [f"x{each}" for each in range(501)]}).status_code == 422


def test_rules_are_told_to_merchandisers(api: httpx.Client) -> None:
    report = api.get("/v1/insights/associations", params={"item": "kit-01", "by": "lift"}).json()
    assert {(tuple(rule["given"]), rule["then"]) for rule in report["rules"]} == {
        (("tea-01",), "kit-01"),
        (("kit-01",), "tea-01"),
    }
    for asked in ({"by": "size"}, {"max_q": 0}, {"n": 0}, {"min_lift": "nan"}):
        assert api.get("/v1/insights/associations", params=asked).status_code == 422, asked
    assert api.get("/v1/insights/associations", params={"item": "nowhere"}).status_code == 404
