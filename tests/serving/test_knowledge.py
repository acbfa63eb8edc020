from __future__ import annotations

import httpx
import pytest
from tests.serving.conftest import Served

from shopmind.operations.knowledge import Knowledge
from shopmind.shop import Shop


def test_a_note_is_found_at_once_in_both_languages(api: httpx.Client) -> None:
    made = api.post("/v1/knowledge", json={"title": "购物车里的多样性不要太高", "about": ["scenario:cart"]})
    assert made.status_code == 201
    for text in ("what did we learn about the cart", "购物车多样性"):
        (entry,) = api.get("/v1/knowledge", params={"text": text}).json()["entries"]
        assert (entry["key"], entry["title"]) == (made.json()["id"], "购物车里的多样性不要太高")
        assert entry["score"] > 0
        assert entry["by"]


def test_only_those_who_run_the_shop_read_it_and_write_into_it(serve: Served) -> None:
    for role, status in (("public", 403), ("viewer", 200), ("merchandiser", 200), (None, 401)):
        assert serve(role=role).get("/v1/knowledge").status_code == status
    assert serve(role="viewer").post("/v1/knowledge", json={"title": "x"}).status_code == 403


def test_each_row_stands_alone_and_the_engines_own_sorts_are_refused(api: httpx.Client, shop: Shop) -> None:
    answer = api.post("/v1/knowledge", json=[{"title": "good"}, {"title": "bad", "what": "promoted"}, {"text": "none"}])
    assert [row["status"] for row in answer.json()["rows"]] == ["accepted", "rejected", "rejected"]
    assert [row["field"] for row in answer.json()["rows"]] == [None, "what", "title"]
    assert [each.told("en").title for each in Knowledge(shop).all()] == ["good"]


@pytest.mark.parametrize("wrong", [{"what": "guessed"}, {"n": "0"}, {"language": "fr"}, {"colour": "red"}])
def test_a_question_that_is_not_allowed_names_the_field(api: httpx.Client, wrong: dict[str, str]) -> None:
    answer = api.get("/v1/knowledge", params=wrong)
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == next(iter(wrong))


def test_without_weights_the_answer_names_the_fallback(api: httpx.Client) -> None:
    assert api.get("/v1/knowledge", params={"text": "tea"}).json()["degraded"][0].startswith("meaning: ")
    assert api.get("/v1/knowledge").json()["degraded"] == []
