"""Writing rows, one and many, and what the next answer makes of them."""

from __future__ import annotations

from typing import Any

import httpx

from shopmind.shop import Shop

NDJSON = {"content-type": "application/x-ndjson"}


def statuses(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["status"] for row in answer.json()["rows"]]


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [hit["item"]["item_id"] for hit in answer.json()["hits"]]


def test_one_event_answers_201_and_the_same_again_200(api: httpx.Client) -> None:
    event = {"event_id": "e-1", "type": "click", "user_id": "u01", "item_id": "tea-01"}
    first, again = api.post("/v1/events", json=event), api.post("/v1/events", json=event)
    assert (first.status_code, first.json()["status"], first.json()["id"]) == (201, "accepted", "e-1")
    assert (again.status_code, again.json()["status"]) == (200, "duplicate")


def test_one_wrong_event_answers_an_error_that_names_the_field(api: httpx.Client) -> None:
    answer = api.post("/v1/events", json={"type": "clack", "user_id": "u01", "item_id": "tea-01"})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "type"
    assert "did you mean 'click'" in answer.json()["error"]["message"]


def test_an_event_without_an_id_is_given_one(api: httpx.Client) -> None:
    event = {"type": "click", "session_id": "s", "item_id": "tea-01"}
    first, again = api.post("/v1/events", json=event), api.post("/v1/events", json=event)
    assert first.json()["id"] != again.json()["id"]
    assert again.status_code == 201


def test_good_lines_get_in_whatever_the_others_are_like(api: httpx.Client, shop: Shop) -> None:
    lines = [
        b'{"type": "view", "session_id": "s", "item_id": "tea-01"}',
        b"{not json",
        b"",
        b'["a", "list"]',
        b'{"type": "view", "session_id": "s", "item_id": "nowhere"}',
        b'{"type": "view", "session_id": "\xff", "item_id": "tea-01"}',
        b'{"type": "view", "session_id": "s", "item_id": "tea-02"}\r',
    ]
    before = shop.events.count()
    answer = api.post("/v1/events", content=b"\n".join(lines), headers=NDJSON)
    assert statuses(answer) == ["accepted", "rejected", "rejected", "rejected", "rejected", "accepted"]
    body = answer.json()
    assert [row["row"] for row in body["rows"]] == list(range(6))
    assert all(row["reason"] for row in body["rows"] if row["status"] == "rejected")
    assert (body["accepted"], body["duplicate"], body["rejected"]) == (2, 0, 4)
    assert shop.events.count() == before + 2


def test_an_array_answers_for_each_row(api: httpx.Client) -> None:
    rows: list[Any] = [{"item_id": "new-1", "title": "A"}, 7, {"title": "nameless"}]
    assert statuses(api.post("/v1/items", json=rows)) == ["accepted", "rejected", "rejected"]


def test_a_written_item_can_be_read_changed_and_removed(api: httpx.Client) -> None:
    item = {"item_id": "a/b c", "title": "Slash & space", "price": "9.99", "currency": "JPY", "colour": "red"}
    assert api.post("/v1/items", json={**item, "price": "1299"}).status_code == 201
    found = api.get("/v1/items/a%2Fb%20c").json()
    assert (found["item_id"], found["price"], found["price_minor"]) == ("a/b c", 1299, 1299)
    assert found["attributes"] == {"colour": "red"}
    assert api.delete("/v1/items/a%2Fb%20c").json()["removed"] is True
    assert api.get("/v1/items/a%2Fb%20c").status_code == 404
    assert api.delete("/v1/items/a%2Fb%20c").status_code == 404


def test_a_written_item_is_found_once_indexed(api: httpx.Client, shop: Shop) -> None:
    api.post("/v1/items", json={"item_id": "zither-1", "title": "Concert zither", "stock": 3})
    shop.index()
    assert ids(api.get("/v1/search?q=zither")) == ["zither-1"]


def test_an_event_changes_the_very_next_answer(api: httpx.Client) -> None:
    question = {"user": "someone-new", "n": 10}
    before = ids(api.post("/v1/recommend/home", json=question))
    for _ in range(3):
        event = {"type": "purchase", "user_id": "someone-new", "item_id": before[0]}
        assert api.post("/v1/events", json=event).status_code == 201
    after = ids(api.post("/v1/recommend/home", json=question))
    assert after != before
    assert before[0] not in after
    assert before[0] in ids(api.post("/v1/recommend/buy_again", json=question))


def test_a_forgotten_user_is_unknown_and_forgetting_again_is_allowed(api: httpx.Client) -> None:
    assert api.get("/v1/users/u01").status_code == 200
    first = api.delete("/v1/users/u01")
    assert first.status_code == 200
    assert first.json()["receipt"]
    assert api.get("/v1/users/u01").status_code == 404
    assert api.delete("/v1/users/u01").status_code == 200
    assert ids(api.post("/v1/recommend/buy_again", json={"user": "u01"})) == []


def test_a_user_is_read_by_the_shops_id_and_answered_by_pseudonym(api: httpx.Client) -> None:
    found = api.get("/v1/users/u01").json()
    assert found["user_id"] != "u01"
    assert found["attributes"]["city"]


def test_links_need_both_ends(api: httpx.Client) -> None:
    rows = [
        {"type": "covers", "source_id": "promo-tea", "target_id": "tea-02"},
        {"type": "covers", "source_id": "promo-tea", "target_id": "nowhere"},
        {"type": "hates", "source_id": "promo-tea", "target_id": "tea-02"},
    ]
    assert statuses(api.post("/v1/links", json=rows)) == ["accepted", "rejected", "rejected"]
