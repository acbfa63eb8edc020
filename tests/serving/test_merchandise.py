"""A merchandiser at the HTTP door, in English and Chinese."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from shopmind.shop import Shop

Served = Callable[..., httpx.Client]


@pytest.fixture
def merchandiser(serve: Served) -> httpx.Client:
    return serve(role="merchandiser")


def search(api: httpx.Client, text: str, **ask: Any) -> dict[str, Any]:
    answer: dict[str, Any] = api.post("/v1/search", json={"text": text, **ask}).json()
    return answer


def ids(answer: dict[str, Any]) -> list[str]:
    return [hit["item"]["item_id"] for hit in answer["hits"]]


@pytest.mark.parametrize("text", ["green tea", "绿茶"])
def test_a_rule_works_in_the_very_next_answer_until_it_is_removed_and_comes_back(
    merchandiser: httpx.Client, text: str
) -> None:
    before = search(merchandiser, text)
    assert "applied_rules" not in before
    written = merchandiser.post("/v1/rules", json={"rule_id": "p", "action": "pin", "items": ["kit-02"], "query": text})
    assert (written.status_code, written.json()["status"]) == (201, "accepted")
    after = search(merchandiser, text)
    assert ids(after) == ["kit-02", *ids(before)]
    assert after["applied_rules"] == [{"rule_id": "p", "version": 1, "action": "pin", "items": ["kit-02"]}]
    assert after["hits"][0]["score"] is None
    assert merchandiser.delete("/v1/rules/p").json()["rule"]["removed"] is True
    assert ids(search(merchandiser, text)) == ids(before)
    back = merchandiser.post("/v1/rules/p/rollback", json={"version": 1}).json()["rule"]
    assert (back["version"], back["removed"]) == (3, False)
    assert ids(search(merchandiser, text))[0] == "kit-02"
    told = merchandiser.get("/v1/rules/p").json()
    assert [each["version"] for each in told["history"]] == [3, 2, 1]
    assert all(len(each["changed_by"]) == 12 for each in told["history"])
    assert merchandiser.get("/v1/rules").json()["rules"] == [told["rule"]]


def test_pinned_pages_fit_together_by_cursor(merchandiser: httpx.Client) -> None:
    merchandiser.post("/v1/rules", json={"rule_id": "p", "action": "pin", "items": ["tea-02", "kit-02"], "place": 4})
    whole = ids(search(merchandiser, "tea", n=50))
    pages, cursor = [], None
    while True:
        answer = search(merchandiser, "tea", n=3, cursor=cursor)
        pages += ids(answer)
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert pages == whole
    assert whole[3:5] == ["tea-02", "kit-02"]


def test_bulk_rows_have_a_status_each_and_warnings(merchandiser: httpx.Client) -> None:
    lines = (
        '{"rule_id": "h", "action": "hide", "items": ["tea-01"]}\n'
        '{"rule_id": "p", "action": "pin", "items": ["tea-01", "nobody"]}\n'
        '{"rule_id": "q", "action": "pin"}\n'
        '{"rule_id": "h", "acti\n'
    )
    answer = merchandiser.post("/v1/rules", content=lines.encode(), headers={"content-type": "application/x-ndjson"})
    told = answer.json()
    assert (told["accepted"], told["rejected"]) == (2, 2)
    assert [row["status"] for row in told["rows"]] == ["accepted", "accepted", "rejected", "rejected"]
    assert "not in the catalogue: nobody" in told["rows"][1]["reason"]
    assert "stays hidden" in told["rows"][1]["reason"]
    assert told["rows"][2]["field"] == "items"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("POST", "/v1/rules", {"rule_id": "x", "action": "pinn"}, 422, "action"),
        ("GET", "/v1/rules/none", None, 404, "rule_id"),
        ("DELETE", "/v1/rules/none", None, 404, "rule_id"),
        ("DELETE", "/v1/rules/@stamp", None, 404, "rule_id"),
        ("POST", "/v1/rules/none/rollback", {"version": 1}, 404, "rule_id"),
        ("POST", "/v1/rules/none/rollback", {"version": 0}, 422, "version"),
        ("POST", "/v1/rules/preview", {"rules": [{"rule_id": "x"}], "text": "tea"}, 422, "action"),
        ("POST", "/v1/rules/preview", {"rules": [], "scenario": "serach", "text": "tea"}, 422, "scenario"),
        ("POST", "/v1/synonyms", {"kind": "two_way", "words": ["sofa"]}, 422, "words"),
        ("POST", "/v1/synonyms", {"kind": "two_way", "words": ["a b", "c"], "key": "@stamp"}, 422, "key"),
        ("DELETE", "/v1/synonyms/none", None, 404, "key"),
        ("GET", "/v1/insights/queries?min_visitors=1", None, 422, "min_visitors"),
        ("GET", "/v1/insights/queries?days=0", None, 422, "days"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(
    merchandiser: httpx.Client, method: str, path: str, body: Any, status: int, field: str
) -> None:
    answer = merchandiser.request(method, path, json=body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (status, field), answer.text


def test_a_viewer_sees_rules_words_and_reports_and_only_a_merchandiser_changes_them(serve: Served) -> None:
    viewer, public = serve(role="viewer"), serve(role="public")
    for path, status in (("rules", 200), ("rules/x", 404), ("synonyms", 200), ("insights/queries", 200)):
        assert viewer.get(f"/v1/{path}").status_code == status, path
        assert public.get(f"/v1/{path}").status_code == 403, path
    for method, path in (
        ("POST", "/v1/rules"),
        ("POST", "/v1/rules/preview"),
        ("DELETE", "/v1/rules/x"),
        ("POST", "/v1/rules/x/rollback"),
        ("POST", "/v1/synonyms"),
        ("DELETE", "/v1/synonyms/x"),
    ):
        assert viewer.request(method, path).status_code == 403, path
        assert public.request(method, path).status_code == 403, path


def test_a_preview_shows_both_answers_and_stores_nothing(merchandiser: httpx.Client) -> None:
    draft = {"rule_id": "d", "action": "pin", "items": ["tea-02", "nobody"]}
    shown = merchandiser.post("/v1/rules/preview", json={"rules": [draft], "text": "龙井茶", "n": 3}).json()
    assert ids(shown["after"])[0] == "tea-02"
    assert {"item_id": "tea-02", "before": None, "after": 0} in shown["moved"]
    assert shown["left_out"] == {"d": ["nobody"]}
    assert shown["warnings"] == {"d": ["not in the catalogue: nobody"]}
    assert ids(search(merchandiser, "龙井茶", n=3)) == ids(shown["before"])
    assert merchandiser.get("/v1/rules").json()["rules"] == []


def test_words_are_written_listed_and_removed(merchandiser: httpx.Client) -> None:
    rows = [{"kind": "two_way", "words": ["茶具", "tea set"], "key": "sets"}, {"kind": "stop_word", "words": "cheap"}]
    assert merchandiser.post("/v1/synonyms", json=rows).json()["accepted"] == 2
    listed = merchandiser.get("/v1/synonyms").json()["words"]
    assert {(each["key"] == "sets", tuple(each["words"])) for each in listed} == {
        (True, ("茶具", "tea set")),
        (False, ("cheap",)),
    }
    assert all(len(each["changed_by"]) == 12 for each in listed)
    assert merchandiser.delete("/v1/synonyms/sets").json()["removed"] is True
    assert len(merchandiser.get("/v1/synonyms").json()["words"]) == 1


def test_the_query_report_counts_and_names_nobody(merchandiser: httpx.Client, serve: Served, shop: Shop) -> None:
    public = serve(role="public")
    for visitor in ("v1", "v2", "v3"):
        found = public.post("/v1/search", json={"text": "Earl Grey", "session": visitor}).json()
        public.post("/v1/search", json={"text": "qqqzzz", "session": visitor})
    public.post(
        "/v1/events",
        json={"type": "click", "session_id": "v3", "item_id": "tea-02", "request_id": found["request_id"]},
    )
    public.post("/v1/search", json={"text": "my private words", "session": "v9"})
    shop._slates.flush()
    answer = merchandiser.get("/v1/insights/queries?days=1")
    told = answer.json()
    assert [(line["query"], line["searches"], line["visitors"]) for line in told["top"]][:2] == [
        ("earl grey", 3, 3),
        ("qqqzzz", 3, 3),
    ]
    assert told["top"][0]["click_rate"] == pytest.approx(1 / 3)
    assert [line["query"] for line in told["no_result"]] == ["qqqzzz"]
    assert told["withheld"]["queries"] >= 1
    for secret in ("my private words", shop.pseudonyms.session("v1"), "v9"):
        assert secret not in answer.text
