"""The catalogue as a list, its gaps, and what became of an item."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from shopmind.insights.quality import report
from shopmind.shop import Shop

Served = Callable[..., httpx.Client]

BARE = {"item_id": "bare", "title": "X"}
HIDDEN = {"item_id": "hidden", "title": "Hidden kettle of copper", "status": "hidden", "price": "9", "currency": "USD"}


def ids(answer: httpx.Response) -> list[str]:
    return [each["item_id"] for each in answer.json()["items"]]


def test_items_are_found_by_the_words_of_their_titles_hidden_ones_too(api: httpx.Client, shop: Shop) -> None:
    shop.put_items([HIDDEN])
    assert ids(api.get("/v1/items", params={"text": "COPPER kettle"})) == ["hidden"]
    assert ids(api.get("/v1/items", params={"text": "hidden"})) == ["hidden"]
    assert ids(api.get("/v1/items", params={"filters": 'status != "active"'}))[:1] == ["hidden"]
    assert ids(api.get("/v1/items", params={"text": "copper teapot"})) == []
    shop.catalogue.remove(["hidden"])
    assert ids(api.get("/v1/items", params={"text": "copper"})) == []


def test_pages_go_through_the_whole_list_once(api: httpx.Client, shop: Shop) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        asked: dict[str, str | int] = {"n": 7, "sort": "title", **({} if cursor is None else {"cursor": cursor})}
        answer = api.get("/v1/items", params=asked)
        seen += ids(answer)
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == answer.json()["total"]
    titles = [(item.title.casefold() if item else "") for item in shop.catalogue.get(shop.catalogue.numbers(seen))]
    assert titles == sorted(titles)
    other = api.get("/v1/items", params={"n": 7, "text": "tea"}).json()["next_cursor"]
    assert api.get("/v1/items", params={"cursor": other}).json()["error"]["field"] == "cursor"


def test_prices_sort_both_ways_and_unknown_ones_come_last(api: httpx.Client, shop: Shop) -> None:
    shop.put_items([BARE])
    for sort, sign in (("price", 1), ("-price", -1)):
        found = api.get("/v1/items", params={"sort": sort, "n": 200}).json()["items"]
        prices = [each["price"] * sign for each in found if "price" in each]
        assert prices == sorted(prices)
        assert "price" not in found[-1]


def test_gaps_are_counted_shown_by_example_and_filter_the_list(api: httpx.Client, shop: Shop) -> None:
    shop.put_items([BARE])
    report = api.get("/v1/insights/quality", params={"n": 100, "kind": "product"}).json()
    gaps = {each["gap"]: each for each in report["gaps"]}
    assert "bare" in [each["item_id"] for each in gaps["no_price"]["examples"]]
    assert (gaps["short_title"]["english"], gaps["short_title"]["chinese"]) == ("title too short", "标题太短")
    for name, gap in gaps.items():
        listed = api.get("/v1/items", params={"gap": name, "n": 200, "filters": 'kind = "product"'}).json()
        assert listed["total"] == gap["items"] <= gap["asked"]
        assert all(name in each["gaps"] for each in listed["items"])
    assert report["sound"] < report["items"]
    assert sum(each["with_gaps"] for each in report["categories"]) <= report["items"]
    shop.put_items([{**BARE, "price": "3", "currency": "USD"}])
    after = api.get("/v1/insights/quality", params={"kind": "product"}).json()
    assert next(each for each in after["gaps"] if each["gap"] == "no_price")["items"] == gaps["no_price"]["items"] - 1


def test_figures_of_an_item_tell_its_days_and_places(api: httpx.Client, shop: Shop) -> None:
    before = api.get("/v1/items/tea-01/figures").json()["events"]
    shop.track(
        [
            {"type": "impression", "user_id": "u01", "item_id": "tea-01", "scenario": "home", "request_id": "r1"},
            {"type": "purchase", "user_id": "u01", "item_id": "tea-01", "value": "12.50", "currency": "USD"},
        ]
    )
    found = api.get("/v1/items/tea-01/figures", params={"days": 30}).json()
    assert found["events"]["purchase"] == before.get("purchase", 0) + 1
    assert len(found["days"]) == 30
    assert sum(day["events"].get("purchase", 0) for day in found["days"]) == found["events"]["purchase"]
    assert found["places"]["home"] >= 1
    assert found["revenue"] >= 12.5
    assert api.get("/v1/items/none/figures").status_code == 404
    assert api.get("/v1/items/tea-01/figures", params={"days": 0}).status_code == 422


def test_wrong_questions_name_their_field(api: httpx.Client) -> None:
    for asked, field in (
        ({"gap": "no_prise"}, "gap"),
        ({"sort": "size"}, "sort"),
        ({"n": 0}, "n"),
        ({"n": 1000}, "n"),
        ({"filters": "price <"}, "filters"),
        ({"cursor": "x"}, "cursor"),
        ({"textt": "x"}, "textt"),
    ):
        answer = api.get("/v1/items", params=asked)
        assert answer.status_code == 422, asked
        assert answer.json()["error"]["field"] == field, asked
    assert api.get("/v1/insights/quality", params={"kind": "thing"}).json()["error"]["field"] == "kind"


def test_the_catalogue_is_read_by_viewers_and_not_by_public_keys(serve: Served) -> None:
    for role, status in (("viewer", 200), ("merchandiser", 200), ("public", 403), (None, 401)):
        for path in ("/v1/items", "/v1/insights/quality", "/v1/items/tea-01/figures"):
            assert serve(role=role).get(path).status_code == status
    assert serve(role="public").get("/v1/items/tea-01").status_code == 200


def test_the_list_of_a_large_catalogue_does_not_wait_for_its_gaps(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "SMALL", 1)
    assert {each["gaps"] for each in api.get("/v1/items").json()["items"]} == {None}
    api.get("/v1/insights/quality")
    assert all(isinstance(each["gaps"], list) for each in api.get("/v1/items").json()["items"])
