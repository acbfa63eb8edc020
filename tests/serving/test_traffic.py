"""The business at the HTTP door: what was shown and what followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from shopmind.client import Client
from shopmind.client.reports import Traffic
from shopmind.client.typed import read
from shopmind.insights import told, traffic
from shopmind.serving.app import create_app
from shopmind.serving.settings import ServingSettings
from shopmind.serving.traffic_schemas import TrafficAnswer
from shopmind.shop import Shop
from shopmind.testing.asgi import AsgiTransport

Served = Callable[..., httpx.Client]


def shown_and_clicked(shop: Shop, api: httpx.Client) -> dict[str, Any]:
    slate: dict[str, Any] = api.post("/v1/recommend/home", json={"user": "u01", "n": 4}).json()
    request, items = slate["request_id"], [hit["item"]["item_id"] for hit in slate["hits"]]
    rows: list[dict[str, Any]] = [
        {"type": "impression", "user_id": "u01", "item_id": item, "request_id": request, "position": place}
        for place, item in enumerate(items)
    ]
    rows.append({"type": "click", "user_id": "u01", "item_id": items[1], "request_id": request})
    rows.append({"type": "purchase", "user_id": "u01", "item_id": items[1], "value": "12.50", "currency": "USD"})
    assert api.post("/v1/events", json=rows).json()["accepted"] == 6
    shop._slates.flush()
    return slate


def test_what_is_shown_clicked_and_bought_is_in_the_next_report(serve: Served, shop: Shop) -> None:
    api = serve()
    before = api.get("/v1/insights/traffic", params={"days": 1}).json()
    home = {line["scenario"]: line for line in before["lines"]}.get("home", {"impressions": 0, "clicks": 0})
    slate = shown_and_clicked(shop, api)
    report = api.get("/v1/insights/traffic", params={"days": 1, "by": "scenario,variant"}).json()
    TrafficAnswer.model_validate(report)
    line = next(line for line in report["lines"] if line["scenario"] == "home")
    assert line["impressions"] - home["impressions"] == len(slate["hits"])
    assert line["clicks"] - home["clicks"] == 1
    assert (line["purchases"], line["revenue"]["USD"]) == (1, 12.5)
    assert line["latency_ms"]["p50"] > 0
    assert report["behind"] == 0


def test_the_three_doors_tell_the_same(serve: Served, shop: Shop) -> None:
    shown_and_clicked(shop, serve())
    api = serve(role="merchandiser")
    asked: dict[str, str | int] = {"days": 60, "by": "day,segment", "segment": "city", "min_users": 2}
    over_http = api.get("/v1/insights/traffic", params=asked).json()
    over_http.pop("request_id")
    assert over_http == told(traffic(shop, days=60, by=("segment", "day"), segment="city", min_users=2))
    app = create_app(shop, ServingSettings(open=True))
    with Client("http://shop.test", transport=AsgiTransport(app)) as client:
        by_client = client.traffic(days=60, by=("day", "segment"), segment="city", min_users=2)
    assert by_client == read(Traffic, over_http)


def test_a_public_key_stands_in_a_page_and_does_not_see_the_business(serve: Served) -> None:
    answer = serve(role="public").get("/v1/insights/traffic")
    assert answer.status_code == 403
    assert "public key" in answer.json()["error"]["message"]
    assert serve(role="viewer").get("/v1/insights/traffic").status_code == 200


def test_a_wrong_period_or_key_is_refused_with_a_reason(api: httpx.Client) -> None:
    for params, field in (({"days": 0}, "days"), ({"by": "hour"}, "by"), ({"by": "segment"}, "segment")):
        answer = api.get("/v1/insights/traffic", params=params)
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)


def test_today_is_in_the_figures_for_prometheus(serve: Served, shop: Shop) -> None:
    api = serve()
    shown_and_clicked(shop, api)
    api.post("/v1/events", json={"type": "click", "user_id": "new", "item_id": "tea-01", "scenario": "u01's own"})
    text = api.get("/metrics").text
    assert 'shopmind_today_purchases{scenario="home",variant=""} 1.0' in text
    assert 'shopmind_today_revenue{currency="USD",scenario="home",variant=""} 12.5' in text
    assert 'shopmind_today_clicks{scenario="other",variant=""} 1.0' in text
    assert "u01" not in text
    assert "shopmind_traffic_behind 0.0" in text
    assert "shopmind_requests_total" in text


@pytest.mark.parametrize("role", ["viewer", "public"])
def test_what_was_sold_is_not_for_every_key(serve: Served, role: str) -> None:
    text = serve(role=role).get("/metrics").text
    assert "shopmind_requests_total" in text
    assert "shopmind_today" not in text
    assert "shopmind_today" in serve(role="merchandiser").get("/metrics").text
    assert "shopmind_today" in serve(role=None, open=True).get("/metrics").text
