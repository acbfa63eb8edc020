from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import shopmind
from shopmind.serving import keys
from shopmind.serving.app import create_app
from shopmind.serving.settings import ServingSettings
from shopmind.testing.asgi import AsgiTransport


@pytest.fixture
def exploring(shop_folder: Path) -> Iterator[httpx.Client]:
    """The tiny shop served, whose home and search explore."""
    (shop_folder / "scenarios").mkdir()
    for name in ("home", "search"):
        slots = '{part = "thompson", slots = [1, 2], head = 3, pool = 9, uniform = 1.0}'
        text = f'base = "{name}"\nrerankers = [{slots}]\n'
        (shop_folder / "scenarios" / f"{name}.toml").write_text(text, encoding="utf-8")
    with shopmind.open(shop_folder, impressions="served") as shop:
        headers = {"x-api-key": keys.create(shop.records, "admin", ())}
        transport = AsgiTransport(create_app(shop, ServingSettings()))
        with httpx.Client(transport=transport, base_url="http://shop.test", headers=headers) as client:
            yield client


def ids(body: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    return [hit["item"]["item_id"] for hit in body["hits"]]


@pytest.mark.parametrize(
    ("path", "question"), [("/v1/recommend/home", {"session": "s"}), ("/v1/search", {"text": "tea", "session": "s"})]
)
def test_a_cursor_continues_the_draw_of_its_page(path: str, question: dict[str, str], exploring: httpx.Client) -> None:
    pages = set()
    for _ in range(12):
        first = exploring.post(path, json={**question, "n": 3}).json()
        assert [each["position"] for each in first["explored"]] in (
            [1],
            [1, 2],
        )  # a search finds one more than the head, and so fills one slot
        assert 0 < first["hits"][1]["propensity"] < 1
        second = exploring.post(path, json={**question, "n": 9, "cursor": first["next_cursor"]}).json()
        assert not set(ids(first)) & set(ids(second))
        assert "explored" not in second
        pages.add(tuple(ids(first)))
    assert len(pages) > 1


def test_a_draw_cannot_be_forged_or_chosen(exploring: httpx.Client) -> None:
    first = exploring.post("/v1/recommend/home", json={"n": 3}).json()
    kept = base64.urlsafe_b64decode(first["next_cursor"])[:9]
    for draw in (b"mine.1", b"0" * 24, b"0" * 24 + b".x", b"\xff" * 26):
        wrong = base64.urlsafe_b64encode(kept + draw).decode()
        answer = exploring.post("/v1/recommend/home", json={"n": 3, "cursor": wrong})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "cursor")
    assert exploring.post("/v1/recommend/home", json={"draw": "a.1"}).status_code == 422


def test_a_request_may_ask_for_the_order_as_ranked(exploring: httpx.Client) -> None:
    answers = [exploring.post("/v1/recommend/home", json={"n": 5, "explore": False}).json() for _ in range(5)]
    assert len({tuple(ids(each)) for each in answers}) == 1
    assert all("explored" not in each for each in answers)
    assert {hit["propensity"] for each in answers for hit in each["hits"]} == {1.0}


def test_the_arms_are_told_over_http(exploring: httpx.Client) -> None:
    exploring.post("/v1/recommend/home", json={"n": 3})
    told = exploring.get("/v1/insights/arms").json()["scenarios"]
    assert [each["scenario"] for each in told] == ["home", "search"]
    one = exploring.get("/v1/insights/arms", params={"scenario": "home", "n": 5}).json()["scenarios"]
    assert [(each["scenario"], each["slots"]) for each in one] == [("home", [1, 2])]
    wrong = exploring.get("/v1/insights/arms", params={"scenario": "cart"})
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "scenario")
