"""Contacts, stops, unsubscribing and audiences over HTTP."""

from __future__ import annotations

import httpx
from tests.serving.conftest import Served

from shopmind.shop import Shop

ROW = {"user_id": "u01", "channel": "email", "address": "ann@mail.example"}


def test_contacts_are_written_row_by_row_and_never_read_back(api: httpx.Client, shop: Shop) -> None:
    answer = api.post("/v1/contacts", json=[ROW, {**ROW, "channel": "fax"}])
    assert [row["status"] for row in answer.json()["rows"]] == ["accepted", "rejected"]
    assert "mail.example" not in answer.text
    assert "mail.example" not in api.get("/v1/users/u01").text
    held = shop.postbox.outbox.contacts([shop.pseudonyms.user("u01")], "email")
    assert [each.address for each in held.values()] == ["ann@mail.example"]


def test_one_click_ends_messages_without_a_key_and_a_look_alone_does_not(serve: Served, shop: Shop) -> None:
    serve().post("/v1/contacts", json=ROW)
    pseudonym = shop.pseudonyms.user("u01")
    token = shop.postbox.token(pseudonym, "email")
    stranger = serve(role=None)
    page = stranger.get(f"/unsubscribe/{token}")
    assert (page.status_code, "<form" in page.text) == (200, True)
    assert shop.postbox.outbox.stopped([pseudonym], "email") == {}
    done = stranger.post(f"/unsubscribe/{token}", content=b"List-Unsubscribe=One-Click")
    assert (done.status_code, "<form" in done.text) == (200, False)
    assert shop.postbox.outbox.stopped([pseudonym], "email") == {pseudonym: "unsubscribed"}
    assert stranger.post(f"/unsubscribe/{token}").status_code == 200
    assert stranger.post(f"/unsubscribe/{token[:-1]}0x").status_code == 404
    shop.forget("u01")
    assert stranger.post(f"/unsubscribe/{token}").status_code == 200  # an old mail of a person who is gone
    assert shop.postbox.outbox.stopped([pseudonym], "email") == {}


def test_stops_are_heeded_and_wrong_ones_refused(api: httpx.Client, shop: Shop) -> None:
    rows = [{"user_id": "u01"}, {"user_id": "u02", "channel": "sms", "why": "bounced"}, {"channel": "sms"}]
    answer = api.post("/v1/stops", json=[*rows, {"user_id": "u03", "why": "because"}, {"user_id": "u03", "x": 1}])
    assert [row["status"] for row in answer.json()["rows"]] == ["accepted"] * 2 + ["rejected"] * 3
    first, second = (shop.pseudonyms.user(name) for name in ("u01", "u02"))
    assert shop.postbox.outbox.stopped([first, second], "push") == {first: "asked"}
    assert shop.postbox.outbox.stopped([first, second], "sms") == {first: "asked", second: "bounced"}


def test_how_messages_stand_is_told_without_names(api: httpx.Client) -> None:
    assert api.get("/v1/messages").json()["messages"] == []


def test_an_audience_comes_with_size_and_reasons(api: httpx.Client) -> None:
    found = api.get("/v1/insights/audience", params={"items": "tea-01,tea-02", "n": 3}).json()
    assert len(found["people"]) == 3
    assert found["size"] >= 3
    assert found["people"][0]["reasons"]
    assert api.get("/v1/insights/audience").status_code == 422
    assert api.get("/v1/insights/audience", params={"brand": "none"}).status_code == 404
