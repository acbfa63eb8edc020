"""Judgements at the HTTP door: given, changed, listed, exported, removed, and held against configurations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from shopmind.evaluation.workbench import book as judgement_book
from shopmind.serving import keys
from shopmind.shop import Shop

Served = Callable[..., httpx.Client]

ONE = {"query": "green tea", "item_id": "tea-01", "grade": 3}


@pytest.fixture
def merchandiser(serve: Served) -> httpx.Client:
    return serve(role="merchandiser")


def listed(api: httpx.Client, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/v1/judgements", params=asked).json()["judgements"]
    return found


def test_a_judgement_is_kept_changed_and_taken_out(merchandiser: httpx.Client) -> None:
    first = merchandiser.post("/v1/judgements", json=ONE)
    assert (first.status_code, first.json()["status"]) == (201, "accepted")
    assert merchandiser.post("/v1/judgements", json=ONE).json()["status"] == "duplicate"
    again = merchandiser.post("/v1/judgements", json={**ONE, "query": "  Green   TEA ", "grade": 1}).json()
    assert (again["status"], again["id"]) == ("accepted", first.json()["id"])
    (only,) = listed(merchandiser)
    assert (only["grade"], only["version"], [was["grade"] for was in only["history"]]) == (1, 2, [3])
    assert merchandiser.delete(f"/v1/judgements/{only['key']}").json()["removed"] == 1
    assert listed(merchandiser) == []
    assert merchandiser.delete(f"/v1/judgements/{only['key']}").status_code == 404


def test_nobody_is_named_in_a_judgement(merchandiser: httpx.Client, shop: Shop) -> None:
    merchandiser.post("/v1/judgements", json=ONE)
    ((_, body),) = shop.records.scan("judgement")
    assert set(body) == {"set", "query", "item_id", "grade", "version", "at_ms", "history"}
    known = [each.key_id for each in keys.all_keys(shop.records)]
    assert not any(key_id in str(body) for key_id in known)


def test_sets_are_listed_filtered_paged_and_removed_whole(merchandiser: httpx.Client) -> None:
    rows = [{"query": "tea", "item_id": f"tea-0{at}", "grade": at % 4, "set": "rows"} for at in range(1, 6)]
    assert (
        merchandiser.post("/v1/judgements", json=[*rows, {"query": "绿茶", "item_id": "tea-06", "grade": 3}]).json()[
            "accepted"
        ]
        == len(rows) + 1
    )
    told = merchandiser.get("/v1/judgements", params={"set": "rows", "n": 2}).json()
    assert (told["total"], len(told["judgements"])) == (5, 2)
    assert [(each["name"], each["queries"], each["judgements"]) for each in told["sets"]] == [
        ("main", 1, 1),
        ("rows", 1, 5),
    ]
    seen, cursor = [each["item_id"] for each in told["judgements"]], told["next_cursor"]
    while cursor:
        told = merchandiser.get("/v1/judgements", params={"set": "rows", "n": 2, "cursor": cursor}).json()
        seen, cursor = seen + [each["item_id"] for each in told["judgements"]], told["next_cursor"]
    assert sorted(seen) == [row["item_id"] for row in rows]
    assert [each["set"] for each in listed(merchandiser, query="绿茶")] == ["main"]
    assert merchandiser.delete("/v1/judgements/sets/rows").json()["removed"] == 5
    assert merchandiser.delete("/v1/judgements/sets/rows").status_code == 404


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"grade": 4}, "grade"),
        ({"grade": -1}, "grade"),
        ({"grade": 1.5}, "grade"),
        ({"grade": True}, "grade"),
        ({"grade": "good"}, "grade"),
        ({"grade": float("nan")}, "grade"),
        ({"query": "x" * 10_000}, "query"),
        ({"query": "  "}, "query"),
        ({"query": 7}, "query"),
        ({"item_id": "nobody"}, "item_id"),
        ({"set": "a/b"}, "set"),
        ({"set": "x" * 61}, "set"),
        ({"author": "me"}, "author"),
    ],
)
def test_what_is_no_judgement_is_refused_with_its_field(
    merchandiser: httpx.Client, changed: dict[str, Any], field: str
) -> None:
    row = {**ONE, **changed}
    if row["grade"] != row["grade"]:
        answer = merchandiser.post(
            "/v1/judgements",
            content=b'{"query": "tea", "item_id": "tea-01", "grade": NaN}\n',
            headers={"content-type": "application/x-ndjson"},
        )
        assert answer.json()["rejected"] == 1
        return
    answer = merchandiser.post("/v1/judgements", json=row)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field), answer.text
    assert listed(merchandiser) == []


def test_a_shop_keeps_a_bounded_number(merchandiser: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judgement_book, "MOST", 2)
    rows = [{"query": "tea", "item_id": f"tea-0{at}", "grade": 1} for at in (1, 2, 3)]
    told = merchandiser.post("/v1/judgements", json=rows).json()
    assert (told["accepted"], told["rejected"]) == (2, 1)
    assert merchandiser.post("/v1/judgements", json={**rows[0], "grade": 2}).json()["status"] == "accepted"


def test_viewers_read_and_only_merchandisers_judge(serve: Served) -> None:
    serve(role="merchandiser").post("/v1/judgements", json=ONE)
    viewer, public = serve(role="viewer"), serve(role="public")
    assert viewer.get("/v1/judgements").status_code == 200
    assert viewer.get("/v1/judgements/export").status_code == 200
    assert viewer.post("/v1/judgements/report", json={}).status_code == 200
    assert viewer.post("/v1/judgements", json=ONE).status_code == 403
    assert viewer.delete("/v1/judgements/x").status_code == 403
    assert viewer.delete("/v1/judgements/sets/main").status_code == 403
    drafted = {"configurations": [{"scenario_toml": 'base = "search"'}]}
    assert viewer.post("/v1/judgements/report", json=drafted).status_code == 403
    for path in ("/v1/judgements", "/v1/judgements/export"):
        assert public.get(path).status_code == 403


def test_a_report_holds_two_configurations_against_the_judgements(merchandiser: httpx.Client) -> None:
    rows = [
        {**ONE, "query": query, "item_id": item, "grade": grade}
        for query, item, grade in (("green tea", "tea-01", 3), ("绿茶", "tea-06", 3), ("earl grey", "tea-02", 2))
    ]
    merchandiser.post("/v1/judgements", json=[*rows, {**ONE, "query": "mug", "grade": 0}])
    nothing = 'base = "search"\nfilters = [{part = "attribute", where = "price < 0"}]\n'
    asked = {"configurations": [{}, {"scenario_toml": nothing}]}
    answer = merchandiser.post("/v1/judgements/report", json=asked)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["queries"], told["asked"], told["left_out"]) == (3, 3, 1)
    ours, empty = told["systems"]
    assert ours["ndcg@10"]["value"] > 0.9
    assert empty["ndcg@10"]["value"] == 0
    assert told["difference"]["ndcg@10"]["value"] == pytest.approx(-ours["ndcg@10"]["value"])
    assert ours["ndcg@10"]["low"] <= ours["ndcg@10"]["value"] <= ours["ndcg@10"]["high"]
    assert {line["query"] for line in told["lines"]} == {"green tea", "绿茶", "earl grey"}
    only = merchandiser.post("/v1/judgements/report", json={}).json()
    assert (len(only["systems"]), only["difference"]) == (1, None)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"set": "nothing here"}, "set"),
        ({"configurations": []}, "configurations"),
        ({"configurations": [{}, {}, {}]}, "configurations"),
        ({"configurations": [{"scenario": "serach"}]}, "scenario"),
        ({"configurations": [{"scenario_toml": "[half"}]}, "scenario_toml"),
        ({"most": 501}, "most"),
    ],
)
def test_a_report_that_cannot_be_made_says_why(merchandiser: httpx.Client, asked: dict[str, Any], field: str) -> None:
    merchandiser.post("/v1/judgements", json=ONE)
    answer = merchandiser.post("/v1/judgements/report", json=asked)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field), answer.text
