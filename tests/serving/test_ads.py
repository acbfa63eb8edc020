from __future__ import annotations

from importlib import resources

import httpx
from tests.serving.conftest import Served

from shopmind.client import Client
from shopmind.serving import keys
from shopmind.serving.ads_schemas import AdsAnswer
from shopmind.serving.app import create_app
from shopmind.serving.slate_schemas import SlateAnswer
from shopmind.shop import Shop
from shopmind.testing.asgi import AsgiTransport


def test_an_ad_is_disclosed_and_its_terms_are_not(api: httpx.Client) -> None:
    answer = api.post("/v1/recommend/ads", json={"anchors": ["ele-01"], "explain": True}).json()
    SlateAnswer.model_validate(answer)
    (hit,) = answer["hits"]
    assert (hit["sponsored"], hit["advertiser"], hit["score"]) == (True, "Nova", None)
    assert hit["item"]["attributes"] == {"advertiser": "Nova", "target": "ele-01"}
    assert {reason["signal"] for reason in hit["reasons"]} == {"sponsored", "ad_fit"}
    item = api.get("/v1/items/ad-nova").json()
    assert "bid" not in str(item)
    plain = api.post("/v1/recommend/home", json={}).json()
    assert not any("sponsored" in hit for hit in plain["hits"])


def test_the_report_of_ads(api: httpx.Client, serve: Served) -> None:
    answer = api.post("/v1/recommend/ads", json={"anchors": ["ele-01"]}).json()
    event = {"type": "click", "item_id": "ad-nova", "request_id": answer["request_id"]}
    assert api.post("/v1/events", json=event).status_code == 201
    told = api.get("/v1/insights/ads", params={"advertiser": "Nova"}).json()
    AdsAnswer.model_validate(told)
    assert told["advertisers"]["Nova"]["clicks"] == 1
    assert told["advertisers"]["Nova"]["spent"] > 0
    assert [line["item_id"] for line in told["ads"]] == ["ad-nova"]
    assert api.get("/v1/insights/ads", params={"advertiser": "Nobody"}).status_code == 422
    assert api.get("/v1/insights/ads", params={"days": 0}).status_code == 422
    assert serve(role="public").get("/v1/insights/ads").status_code == 403


def test_an_ad_with_wrong_terms_is_refused_in_words(api: httpx.Client) -> None:
    row = {"item_id": "x", "kind": "ad", "title": "x", "attributes": {"pricing": "cpx"}}
    refused = api.post("/v1/items", json=row)
    assert refused.status_code == 422
    assert refused.json()["error"]["field"] == "pricing"
    assert "allowed: cpa, cpc, cpm" in refused.json()["error"]["message"]


def test_the_client_hears_who_pays(shop: Shop) -> None:
    transport = AsgiTransport(create_app(shop))
    with Client("http://shop.test", keys.create(shop.records, "admin"), transport=transport) as client:
        slate = client.recommend("ads", anchors=["ele-01"])
        (hit,) = slate.hits
        assert (hit.sponsored, hit.advertiser, hit.placement) == (True, "Nova", None)
        client.did("click", "ad-nova", slate=slate)
        assert client.ads(advertiser="Nova").advertisers["Nova"].clicks == 1
        assert not any(hit.sponsored for hit in client.recommend("home").hits)


def test_the_page_marks_an_ad_as_one() -> None:
    folder = resources.files("shopmind.serving.storefront")
    assert 'if (hit.sponsored) node.append(el("p"' in (folder / "cards.js").read_text(encoding="utf-8")
    words = (folder / "words.js").read_text(encoding="utf-8")
    assert 'sponsored: "Ad"' in words
    assert 'sponsored: "广告"' in words
