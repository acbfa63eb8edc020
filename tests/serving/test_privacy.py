"""Logs and figures know routes and times, and nobody."""

from __future__ import annotations

import logging
import sqlite3

import httpx
import orjson
import pytest

from shopmind.kit.log import JsonFormatter
from shopmind.shop import Shop

SECRETS = ("very-private-words", "user-4711", "visit-4712", "tea-01", "price")


def ask_secretly(api: httpx.Client) -> None:
    who = {"user": "user-4711", "session": "visit-4712"}
    api.post("/v1/search", json={"text": "very-private-words", "filters": "price < 3", **who})
    api.get("/v1/search?q=very-private-words&user=user-4711")
    api.post("/v1/recommend/similar", json={"anchors": ["tea-01"], **who})
    api.post("/v1/events", json={"type": "click", "user_id": "user-4711", "item_id": "tea-01"})
    api.post("/v1/search", json={"text": "very-private-words", "filters": "price <", **who})
    api.get("/v1/items/tea-01")
    api.get("/very-private-words")
    api.delete("/v1/users/user-4711")


def test_the_access_log_has_one_line_a_request_without_personal_data(
    api: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "shopmind"):
        ask_secretly(api)
    lines = [JsonFormatter().format(record) for record in caplog.records if record.name == "shopmind.serving.access"]
    entries = [orjson.loads(line) for line in lines]
    assert [entry["route"] for entry in entries] == [
        "/v1/search",
        "/v1/search",
        "/v1/recommend/{scenario}",
        "/v1/events",
        "/v1/search",
        "/v1/items/{item_id:path}",
        "unmatched",
        "/v1/users/{user_id:path}",
    ]
    assert {"method", "route", "status", "took_ms", "request_id", "key"} <= set(entries[0])
    assert len(entries[0]["key"]) == 12
    for line in lines:
        assert not any(secret in line for secret in SECRETS), line


def test_figures_count_requests_stages_and_fallbacks_without_personal_data(api: httpx.Client) -> None:
    ask_secretly(api)
    text = api.get("/metrics").text
    assert 'shopmind_requests_total{method="POST",route="/v1/search",status="200"} 1.0' in text
    assert 'shopmind_requests_total{method="POST",route="/v1/search",status="422"} 1.0' in text
    assert 'shopmind_request_seconds_bucket{le="0.01",route="/v1/search"}' in text
    assert 'stage="retrieve' in text or 'stage="' in text
    assert 'shopmind_degraded_total{part="dense",scenario="search"} 2.0' in text
    assert 'shopmind_rows_total{resource="events",status="accepted"} 1.0' in text
    assert not any(secret in text for secret in SECRETS)


def test_strange_methods_and_paths_do_not_grow_the_figures(api: httpx.Client) -> None:
    for number in range(50):
        api.request(f"M{number}", f"/nowhere/{number}")
    text = api.get("/metrics").text
    assert 'shopmind_requests_total{method="OTHER",route="unmatched",status="404"} 50.0' in text


def test_a_fault_is_logged_with_its_place_and_request_but_without_its_message(
    api: httpx.Client, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite3.connect(shop.path / "shop.db") as database:
        database.execute("DROP TABLE users")
    answer = api.get("/v1/users/user-4711")
    assert answer.status_code >= 500
    line = "\n".join(JsonFormatter().format(record) for record in caplog.records)
    assert "user-4711" not in line
    if answer.status_code == 500:
        assert answer.headers["x-request-id"] in line
        assert "no such table" not in line
        assert ".py:" in line
