"""Search over HTTP: counts, order, pages, several at once, in English and in Chinese."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shopmind.shop import Shop


def ask(api: httpx.Client, **question: Any) -> dict[str, Any]:
    answer = api.post("/v1/search", json=question)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids(body: dict[str, Any]) -> list[str]:
    return [hit["item"]["item_id"] for hit in body["hits"]]


@pytest.mark.parametrize(("text", "top"), [("tea", "Tea"), ("茶", "茶叶")])
def test_facets_come_in_the_order_asked_with_values_and_ranges(api: httpx.Client, text: str, top: str) -> None:
    body = ask(api, text=text, facets=["category", "price"])
    category, price = body["facets"]
    assert category["values"][0]["value"] == top
    assert (category["exact"], category["ranges"], category["low"]) == (True, [], None)
    assert price["values"] == []
    assert price["ranges"][0]["low"] == price["low"]
    assert price["ranges"][-1]["high"] == price["high"]
    narrowed = ask(api, text=text, facets="category", filters=f'category = "{top}"')
    assert narrowed["facets"][0]["values"] == category["values"]
    assert narrowed["total"] >= category["values"][0]["items"]


@pytest.mark.parametrize(("text", "top"), [("tea", "Tea"), ("茶", "茶叶")])
def test_a_facet_promises_as_many_matches_as_its_filter_brings(api: httpx.Client, text: str, top: str) -> None:
    body = ask(api, text=text, facets=["category"])
    promised = {each["value"]: each["items"] for each in body["facets"][0]["values"]}
    assert body["matching"]["items"] == sum(promised.values())
    assert body["matching"]["near"] == body["total"] - body["matching"]["items"]
    narrowed = ask(api, text=text, facets=["category"], filters=f'category = "{top}"')
    assert narrowed["matching"]["items"] == promised[top]
    assert "matching" not in ask(api, text=text)


@pytest.mark.parametrize("text", ["tea", "茶"])
def test_pages_of_a_sorted_and_filtered_search_join_without_gap_or_overlap(api: httpx.Client, text: str) -> None:
    question = {"text": text, "sort": "-price", "filters": "price > 5"}
    whole = ask(api, **question, n=50)
    prices = [hit["item"]["price"] for hit in whole["hits"]]
    assert prices == sorted(prices, reverse=True)
    found, following = [], None
    while True:
        page = ask(api, **question, n=2, cursor=following, facets=["brand"] if following is None else [])
        found += ids(page)
        following = page["next_cursor"]
        if following is None:
            break
    assert found == ids(whole)


@pytest.mark.parametrize(
    "other", [{"sort": "price"}, {"filters": "price > 6"}, {"min_score": 0.1}, {"verbatim": True}, {"personal": False}]
)
def test_a_cursor_does_not_continue_another_order_or_filter(api: httpx.Client, other: dict[str, Any]) -> None:
    question = {"text": "tea", "sort": "-price", "filters": "price > 5", "n": 1}
    following = ask(api, **question)["next_cursor"]
    refused = api.post("/v1/search", json={**question, **other, "cursor": following})
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "cursor")
    assert "another question" in refused.json()["error"]["message"]


def test_the_address_takes_names_with_commas(api: httpx.Client) -> None:
    body = api.get("/v1/search?q=tea&facets=brand,price&sort=price&personal=false").json()
    assert [facet["name"] for facet in body["facets"]] == ["brand", "price"]


def test_an_answer_says_what_the_text_was_taken_for(api: httpx.Client) -> None:
    assert ask(api, text="绿茶")["understood"]["language"] == "zh"
    assert "understood" not in api.post("/v1/recommend/home", json={}).json()


def test_several_searches_answer_each_for_itself(api: httpx.Client) -> None:
    searches = [
        {"text": "green tea", "n": 2, "explain": True},
        {"text": "tea", "filters": "price <"},
        {"text": "绿茶", "sort": "price"},
        {"txt": "tea"},
        {"text": ""},
        {"text": "x" * 10_000},
    ]
    answers = api.post("/v1/search/many", json={"searches": searches}).json()["answers"]
    assert [each["status"] for each in answers] == [200, 422, 200, 422, 422, 422]
    assert ids(answers[0]["slate"]) == ids(ask(api, text="green tea", n=2))
    assert answers[0]["slate"]["hits"][0]["reasons"]
    assert answers[1]["error"]["field"] == "filters"
    assert "did you mean 'text'" in answers[3]["error"]["message"]
    assert answers[0]["slate"]["request_id"] != answers[2]["slate"]["request_id"]


def test_one_of_several_searches_can_be_paged_on_alone(api: httpx.Client) -> None:
    first = api.post("/v1/search/many", json={"searches": [{"text": "tea", "n": 1}]}).json()["answers"][0]["slate"]
    second = ask(api, text="tea", n=1, cursor=first["next_cursor"])
    assert second["hits"][0]["position"] == 1


@pytest.mark.parametrize("searches", [[], [{"text": "tea"}] * 17, "tea", ["tea"]])
def test_a_list_of_searches_has_one_to_sixteen_objects(api: httpx.Client, searches: Any) -> None:
    refused = api.post("/v1/search/many", json={"searches": searches})
    assert refused.status_code == 422
    assert refused.json()["error"]["field"].startswith("searches")


@pytest.mark.parametrize(
    ("question", "field", "words"),
    [
        ({"sort": "prise"}, "sort", "did you mean 'price'"),
        ({"facets": ["brnd"]}, "facets", "did you mean 'brand'"),
        ({"facets": ["brand"] * 21}, "facets", "at most 20"),
        ({"facets": [""]}, "facets.0", "at least 1"),
        ({"filters": "prise < 3"}, "filters", "did you mean 'price'"),
        ({"min_score": "high"}, "min_score", "valid number"),
        ({"offset": 10_000}, "offset", "narrow the question"),
    ],
)
def test_a_wrong_order_count_or_page_is_told_what_is_right(
    api: httpx.Client, question: dict[str, Any], field: str, words: str
) -> None:
    refused = api.post("/v1/search", json={"text": "tea", **question})
    assert refused.status_code == 422
    assert refused.json()["error"]["field"] == field
    assert words in refused.json()["error"]["message"]


@pytest.mark.parametrize("text", ["😀🍵", "zzzzqqqq", "!!!"])
def test_an_empty_page_has_a_word(api: httpx.Client, text: str) -> None:
    body = ask(api, text=text)
    assert body["hits"] == []
    assert any(each.startswith("words: ") for each in body["degraded"])


def test_suggestions_tell_where_they_come_from_and_whose_they_are(api: httpx.Client, shop: Shop) -> None:
    api.post("/v1/events", json={"type": "search", "query": "green glass kettle", "user_id": "u07"})
    body = api.get("/v1/suggest?q=gre&user=u07").json()
    assert body["suggestions"] == [each["text"] for each in body["details"]]
    assert body["details"][0] == {"text": "green glass kettle", "kind": "query", "own": True, "forgiven": False}
    assert "green glass kettle" not in api.get("/v1/suggest?q=gre").json()["suggestions"]
    assert "green glass kettle" not in api.get("/v1/suggest?q=gre&user=u07&personal=false").json()["suggestions"]


@pytest.mark.parametrize(("typed", "begins"), [("drgaon", "Dragon Well"), ("绿", "绿茶"), ("peppermimt", "Peppermint")])
def test_suggestions_forgive_slips_and_complete_chinese(api: httpx.Client, typed: str, begins: str) -> None:
    found = api.get("/v1/suggest", params={"q": typed}).json()["suggestions"]
    assert any(begins in text for text in found), found
