"""What a page sends as it closes has no headers: a public key in the address, and lines as plain text."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from shopmind.serving import keys
from shopmind.shop import Shop

Served = Callable[..., httpx.Client]

ORIGIN = "https://shop.example"
LINE = b'{"event_id": "b1", "type": "click", "session_id": "s", "item_id": "tea-01"}'
PLAIN = {"content-type": "text/plain;charset=UTF-8", "origin": ORIGIN}


def test_a_beacon_with_a_public_key_is_taken(serve: Served, shop: Shop) -> None:
    key = keys.create(shop.records, "public", (ORIGIN,))
    told = serve(role=None).post("/v1/events", params={"key": key}, content=LINE, headers=PLAIN)
    assert (told.status_code, told.json()["accepted"]) == (200, 1)
    assert told.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_other_keys_may_not_stand_in_an_address(serve: Served, shop: Shop, role: str) -> None:
    key = keys.create(shop.records, role)
    told = serve(role=None).post("/v1/events", params={"key": key}, json={"type": "click", "item_id": "tea-01"})
    assert told.status_code == 403
    assert "only a public key" in told.json()["error"]["message"]


def test_a_page_of_another_origin_is_refused(serve: Served, shop: Shop) -> None:
    key = keys.create(shop.records, "public", (ORIGIN,))
    headers = {**PLAIN, "origin": "https://elsewhere.example"}
    assert serve(role=None).post("/v1/events", params={"key": key}, content=LINE, headers=headers).status_code == 403


def test_plain_text_without_a_key_in_the_address_is_not_read(serve: Served) -> None:
    client = serve(role=None, open=True)
    told = client.post("/v1/events", content=LINE, headers=PLAIN)
    assert told.status_code == 403, "else the page of any site could write into an open shop"
    told = client.post("/v1/events", content=LINE, headers={"content-type": PLAIN["content-type"]})
    assert told.status_code == 415


def test_the_script_may_be_loaded_by_any_page_without_a_key(serve: Served) -> None:
    told = serve(role=None).get("/track.js", headers={"origin": ORIGIN})
    assert (told.status_code, told.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert told.headers["access-control-allow-origin"] == "*"
    assert "sendBeacon" in told.text
