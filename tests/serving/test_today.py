from __future__ import annotations

import math
from itertools import pairwise

from tests.serving.conftest import Served

from shopmind.kit.clock import DAY_MS, HOUR_MS
from shopmind.operations.overview import hours
from shopmind.serving.figures import Figures
from shopmind.serving.requests_told import requests_told
from shopmind.shop import Shop


def test_today_tells_what_was_shown_bought_and_asked(serve: Served, shop: Shop) -> None:
    api = serve(role="viewer")
    writer = serve(role="admin")
    before = api.get("/v1/insights/today").json()
    slate = writer.post("/v1/recommend/home", json={"user": "u01"}).json()
    shop.flush()
    said = {"item_id": slate["hits"][0]["item"]["item_id"], "user_id": "u01", "request_id": slate["request_id"]}
    writer.post("/v1/events", json={"type": "click", **said})
    writer.post("/v1/events", json={"type": "purchase", **said, "value": 12.5, "quantity": 1})
    writer.get("/v1/items/nowhere")
    after = api.get("/v1/insights/today").json()
    assert after["today"]["clicks"] == before["today"]["clicks"] + 1
    assert after["today"]["revenue"]["USD"] == before["today"]["revenue"].get("USD", 0) + 12.5
    assert {line["scenario"] for line in after["lines"]} >= {"home"}
    assert len(after["hours"]) == 24
    assert after["hours"][-1]["purchases"] >= 1
    assert after["requests"]["failed"] == 0
    assert next(each for each in after["freshness"] if each["what"] == "traffic")["behind"] == 0
    assert all(each["state"] != "ok" for each in after["alerts"])
    assert "u01" not in str(after)
    assert serve(role="public").get("/v1/insights/today").status_code == 403


def test_what_nobody_led_to_converts_no_click(serve: Served, shop: Shop) -> None:
    writer = serve(role="admin")
    slate = writer.post("/v1/recommend/home", json={"user": "u02"}).json()
    shop.flush()
    item_id = slate["hits"][0]["item"]["item_id"]
    writer.post(
        "/v1/events", json={"type": "click", "item_id": item_id, "user_id": "u02", "request_id": slate["request_id"]}
    )
    for place in range(50):
        bought = {"type": "purchase", "item_id": item_id, "user_id": f"till-{place}", "value": 2.0}
        writer.post("/v1/events", json=bought)
    told = serve(role="viewer").get("/v1/insights/today").json()
    led = [line for line in told["lines"] if line["scenario"]]
    assert told["today"]["purchases"] >= 50
    assert told["today"]["conversion"] == sum(each["purchases"] for each in led) / sum(each["clicks"] for each in led)
    mapped = serve(role="viewer").get("/v1/insights/map?days=1").json()["root"]["figures"]
    assert mapped["purchases"] >= 50
    assert mapped["conversion"] == told["today"]["conversion"]


def test_the_doctor_is_heard_over_http(serve: Served) -> None:
    findings = serve(role="viewer").get("/v1/doctor").json()["findings"]
    assert {"versions", "database", "disk", "secret key"} <= {each["name"] for each in findings}
    assert serve(role="public").get("/v1/doctor").status_code == 403


def test_hours_are_the_last_24_and_those_without_events_are_there(shop: Shop) -> None:
    span = shop.events.time_range()
    assert span is not None
    found = hours(shop, span[1] + DAY_MS)
    assert [later.since_ms - each.since_ms for each, later in pairwise(found)] == [HOUR_MS] * 23
    assert sum(each.impressions + each.clicks + each.purchases for each in found[1:]) == 0


def test_requests_are_summed_by_status_without_those_about_health() -> None:
    """Worked by hand: of 98 + 2 requests half end inside (1, 2] ms, where 98 of 100 are: 1 + 50/98 ms; the 99th lies in
    the middle of the bin (80, 150]."""
    figures = Figures()
    for _ in range(97):
        figures.request("POST", "/v1/search", 200, 0.0015)
    figures.request("POST", "/v1/search", 422, 0.0015)
    figures.request("POST", "/v1/search", 500, 0.1)
    figures.request("POST", "/v1/search", 200, 0.1)
    figures.request("GET", "/health/ready", 503, 9.0)
    told = requests_told(figures.text())
    assert (told.answered, told.refused, told.failed) == (98, 1, 1)
    assert told.p50_ms is not None
    assert told.p99_ms is not None
    assert math.isclose(told.p50_ms, 1 + 50 / 98, abs_tol=0.001)
    assert math.isclose(told.p99_ms, 115.0, abs_tol=0.001)
    empty = requests_told(Figures().text())
    assert (empty.answered, empty.p50_ms) == (0, None)
