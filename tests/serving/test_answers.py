"""What answers carry, and how they are paged."""

from __future__ import annotations

import httpx

from shopmind.serving import cursor
from shopmind.shop import Shop


def test_an_answer_carries_what_later_events_need(api: httpx.Client) -> None:
    answer = api.post("/v1/search", json={"text": "green tea", "explain": True, "n": 3})
    body = answer.json()
    assert answer.headers["x-request-id"] == body["request_id"]
    assert body["model_version"]
    assert body["took_ms"] > 0
    assert any(part.startswith("dense") for part in body["degraded"])
    first = body["hits"][0]
    assert (first["position"], first["propensity"]) == (0, 1.0)
    assert first["source"]
    assert first["reasons"][0]["text"]


def test_reasons_come_only_when_asked_for(api: httpx.Client) -> None:
    assert "reasons" not in api.get("/v1/search?q=tea").json()["hits"][0]


def test_reasons_speak_the_language_asked_for(api: httpx.Client) -> None:
    def reason(language: str) -> str:
        question = {"text": "tea", "explain": True, "language": language, "n": 1}
        text: str = api.post("/v1/search", json=question).json()["hits"][0]["reasons"][0]["text"]
        return text

    assert reason("en").isascii() or "“" in reason("en")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in reason("zh"))


def test_the_two_ways_to_search_agree_and_old_names_are_understood(api: httpx.Client) -> None:
    def ids(answer: httpx.Response) -> list[str]:
        return [hit["item"]["item_id"] for hit in answer.json()["hits"]]

    asked = ids(api.post("/v1/search", json={"text": "tea", "filters": "price < 20", "user": "u01"}))
    assert asked
    assert ids(api.get("/v1/search", params={"q": "tea", "filter": "price < 20", "user_id": "u01"})) == asked


def test_pages_join_without_gap_or_overlap(api: httpx.Client) -> None:
    question = {"user": "u03"}
    whole = api.post("/v1/recommend/home", json={**question, "n": 12}).json()
    pages, following = [], None
    for _ in range(4):
        page = api.post("/v1/recommend/home", json={**question, "n": 3, "cursor": following}).json()
        pages += page["hits"]
        following = page["next_cursor"]
    assert [hit["item"]["item_id"] for hit in pages] == [hit["item"]["item_id"] for hit in whole["hits"]]
    assert [hit["position"] for hit in pages] == list(range(12))


def test_the_last_page_has_no_next(api: httpx.Client) -> None:
    body = api.get("/v1/search?q=tea&n=100").json()
    assert len(body["hits"]) == body["total"]
    assert body["next_cursor"] is None


def test_a_cursor_belongs_to_its_question(api: httpx.Client) -> None:
    following = api.get("/v1/search?q=tea&n=1").json()["next_cursor"]
    assert api.get("/v1/search", params={"q": "tea", "n": 5, "cursor": following}).status_code == 200
    other = api.get("/v1/search", params={"q": "phone", "cursor": following})
    assert (other.status_code, other.json()["error"]["field"]) == (422, "cursor")
    assert api.post("/v1/recommend/home", json={"cursor": following}).status_code == 422


def test_a_cursor_survives_the_round_trip() -> None:
    for offset in (0, 1, 255, 256, cursor.MAX_OFFSET):
        assert cursor.read(cursor.write(offset, "q"), "q") == (offset, "")


def test_scenarios_tell_what_they_need_and_lack(api: httpx.Client, shop: Shop) -> None:
    listed = {each["name"]: each for each in api.get("/v1/scenarios").json()["scenarios"]}
    assert set(listed) == set(shop.scenarios)
    assert listed["similar"]["needs"] == ["anchors"]
    assert not listed["search"]["ready"]
    assert any("weights" in lack for lack in listed["search"]["missing"])


def test_health_tells_an_empty_shop(api: httpx.Client) -> None:
    assert api.get("/health/live").json() == {"status": "live"}
    ready = api.get("/health/ready").json()
    assert ready["status"] == "ready"
    assert ready["items"] > 40


def test_suggestions_begin_as_typed(api: httpx.Client) -> None:
    assert any("green" in text.lower() for text in api.get("/v1/suggest?q=gre").json()["suggestions"])
    assert api.get("/v1/suggest?q=").json()["suggestions"] == []
