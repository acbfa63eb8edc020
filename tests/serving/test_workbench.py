"""Answers that are looked into or compared: what the trace says, who may ask, and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest

from shopmind.domain import Item
from shopmind.kit.errors import BusyError
from shopmind.serving.service import MOST_LOOKING, Service
from shopmind.serving.settings import ServingSettings
from shopmind.shop import Shop
from shopmind.testing.processes import PATIENCE_S

Served = Callable[..., httpx.Client]

FUSED = 'base = "search"\n[ranker]\npart = "fusion"\n'


@pytest.fixture
def viewer(serve: Served) -> httpx.Client:
    return serve(role="viewer")


def ids(slate: dict[str, Any]) -> list[str]:
    return [hit["item"]["item_id"] for hit in slate["hits"]]


@pytest.mark.parametrize(("text", "first"), [("green tea", "tea-01"), ("龙井茶", "tea-06")])
def test_a_trace_shows_the_same_answer_and_how_each_stage_came_to_it(
    viewer: httpx.Client, text: str, first: str
) -> None:
    told = viewer.post("/v1/trace", json={"text": text, "n": 5}).json()
    assert ids(told["slate"])[0] == first
    assert ids(told["slate"]) == ids(viewer.post("/v1/search", json={"text": text, "n": 5}).json())
    trace = told["trace"]
    page = [each for each in trace["items"] if each["position"] is not None]
    assert [each["item_id"] for each in page] == ids(told["slate"])
    assert trace["stages"][-1] == "page"
    assert all(len(each["places"]) == len(trace["stages"]) for each in trace["items"])
    assert [each["places"][-1] for each in page] == list(range(len(page)))
    lexical = next(each for each in trace["brought"] if each["part"] == "lexical")
    assert lexical["items"] == trace["candidates"] == lexical["alone"]
    stages = [step["stage"] for step in trace["steps"]]
    assert stages == sorted(
        stages, key=["understand", "filter", "retrieve", "merge", "features", "rank", "rerank"].index
    )


def test_a_filter_tells_how_many_it_took_out_and_names_what_the_visitor_had_to_do_with(
    api: httpx.Client, viewer: httpx.Client, shop: Shop
) -> None:
    told = api.post("/v1/trace", json={"scenario": "home", "user": "u01"}).json()
    removed = {each["part"]: each for each in told["trace"]["removed"]}
    bought = shop.folder.events.history(shop.pseudonyms.user("u01"), None).of(("purchase",)).items
    names = {item.item_id for item in shop.catalogue.get(sorted(set(bought.tolist()))) if item is not None}
    assert removed["bought"]["items"] == len(names)
    assert set(removed["bought"]["examples"]) <= names
    assert removed["bought"]["examples"]
    assert not names & set(ids(told["slate"]))
    for asked in ({"user": "u01"}, {"session": "v1"}):
        seen = viewer.post("/v1/trace", json={"scenario": "home", **asked}).json()["trace"]["removed"]
        assert [each["examples"] for each in seen] == [[]] * len(seen), "what a person bought is for admins"
    nobody = viewer.post("/v1/trace", json={"scenario": "home"}).json()["trace"]["removed"]
    assert any(each["examples"] for each in nobody)


def test_what_a_rule_hides_is_told_like_what_a_filter_takes_out(serve: Served) -> None:
    api = serve(role="merchandiser")
    api.post("/v1/rules", json={"rule_id": "h", "action": "hide", "items": ["tea-01"], "query": ["tea"]})
    removed = api.post("/v1/trace", json={"text": "green tea"}).json()["trace"]["removed"]
    assert {each["part"]: each["examples"] for each in removed}["rules"] == ["tea-01"]


def test_without_a_signal_the_answer_is_another_one_and_each_signal_is_told_by_itself(viewer: httpx.Client) -> None:
    asked = {"scenario": "home", "user": "u01", "without": [{"stage": "retrieve", "part": "ease"}], "each": True}
    told = viewer.post("/v1/trace", json=asked).json()
    assert ids(told["without"]["slate"]) != ids(told["slate"])
    by_itself = {(each["stage"], each["part"]): each for each in told["each"]}
    assert by_itself["retrieve", "ease"]["moved"] == told["without"]["moved"]
    assert {(each["stage"], each["part"]) for each in told["signals"]} == set(by_itself)
    assert by_itself["retrieve", "taste"]["moved"] == []
    assert not any(stage == "filter" for stage, _ in by_itself)


def test_without_its_words_a_search_gives_up_no_condition(viewer: httpx.Client) -> None:
    asked = {"text": "tea under 20", "without": [{"stage": "retrieve", "part": "lexical"}]}
    assert viewer.post("/v1/trace", json=asked).json()["without"]["slate"]["understood"]["relaxed"] == []


def test_a_feature_that_is_off_says_nothing_of_any_item(viewer: httpx.Client) -> None:
    plain = viewer.post("/v1/trace", json={"text": "green tea"}).json()
    assert "likeness" in plain["trace"]["items"][0]["values"]
    off = viewer.post("/v1/trace", json={"text": "green tea", "without": [{"stage": "features", "part": "match"}]})
    assert off.json()["without"]["slate"]["hits"][0]["score"] != plain["slate"]["hits"][0]["score"]


def test_what_is_looked_into_leaves_nothing_in_the_log(viewer: httpx.Client, shop: Shop) -> None:
    before = shop.events.last_number(), len(shop.records.scan("slate"))
    viewer.post("/v1/trace", json={"text": "green tea", "user": "u01", "each": True})
    viewer.post("/v1/compare", json={"text": "tea", "one": {}, "other": {"scenario": "search"}})
    shop.flush()
    assert (shop.events.last_number(), len(shop.records.scan("slate"))) == before


def test_a_trace_names_nobody_and_tells_nothing_of_what_an_ad_is_worth(viewer: httpx.Client, shop: Shop) -> None:
    answer = viewer.post("/v1/trace", json={"scenario": "ads", "text": "tea", "user": "u01"})
    assert answer.status_code == 200, answer.text
    for each in answer.json()["trace"]["items"]:
        if each["kind"] == "ad":
            assert (each["score"], each["values"], each["shares"]) == (None, {}, {})
    for secret in ("u01", shop.pseudonyms.user("u01")):
        assert secret not in answer.text


def test_two_configurations_answer_side_by_side(serve: Served) -> None:
    api = serve(role="merchandiser")
    asked = {
        "text": "tea",
        "n": 4,
        "one": {},
        "other": {"scenario_toml": FUSED.replace('"search"\n', '"search"\nn = 2\n')},
    }
    told = api.post("/v1/compare", json={key: value for key, value in asked.items() if key != "n"}).json()
    assert len(ids(told["other"])) == 2
    left = {move["item_id"] for move in told["moved"] if move["after"] is None}
    assert left == set(ids(told["one"])) - set(ids(told["other"]))
    same = api.post("/v1/compare", json={"text": "tea", "one": {}, "other": {"scenario": "search"}}).json()
    assert same["moved"] == []


def test_a_text_in_the_place_of_a_file_is_for_merchandisers_and_is_kept_nowhere(serve: Served, shop: Shop) -> None:
    draft = {"scenario": "search", "scenario_toml": FUSED, "text": "tea"}
    assert serve(role="viewer").post("/v1/trace", json=draft).status_code == 403
    merchandiser = serve(role="merchandiser")
    assert merchandiser.post("/v1/trace", json=draft).json()["trace"]["stages"][0] == "rank fusion"
    plain = merchandiser.post("/v1/trace", json={"text": "tea"}).json()
    assert plain["trace"]["stages"][0] == "rank learned"
    assert not (shop.path / "scenarios").exists()


def test_more_texts_than_are_held_answer_each_by_its_own(serve: Served) -> None:
    api = serve(role="merchandiser")
    for n in (*range(1, 12), 1, 2):
        toml = f'base = "home"\nn = {n}\n'
        told = api.post("/v1/trace", json={"scenario": "home", "scenario_toml": toml}).json()
        assert len(told["slate"]["hits"]) == n


@pytest.mark.parametrize("role", ["public"])
def test_a_public_key_may_not_look_into_answers(serve: Served, role: str) -> None:
    api = serve(role=role)
    for path in ("/v1/trace", "/v1/compare", "/v1/judgements/report"):
        assert api.post(path, json={"text": "tea"}).status_code == 403, path


@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [
        ({"scenario": "serach", "text": "tea"}, 422, "scenario"),
        ({"text": "x" * 10_000}, 422, "text"),
        ({"text": "tea", "n": 51}, 422, "n"),
        ({"text": "tea", "n": 0}, 422, "n"),
        ({"scenario": "similar"}, 422, "anchors"),
        ({"text": "tea", "filters": "price <"}, 422, "filters"),
        ({"text": "tea", "colour": "blue"}, 422, "colour"),
        ({"text": "tea", "without": [{"stage": "filter", "part": "in_stock"}]}, 422, "without.0.stage"),
        ({"text": "tea", "without": [{"stage": "retrieve", "part": "crystal_ball"}]}, 422, "without"),
        ({"text": "tea", "scenario_toml": 'base = "search"\n[ranker\n'}, 422, "scenario_toml"),
        ({"text": "tea", "scenario_toml": 'base = "serach"'}, 422, "scenario_toml"),
        ({"text": "tea", "scenario_toml": 'base = "search"\ncolour = "blue"'}, 422, "scenario_toml"),
        ({"text": "tea", "scenario_toml": 'base = "search"\n[ranker]\npart = "oracle"'}, 422, "scenario_toml"),
        ({"text": "tea", "scenario_toml": "#" * 10_001}, 422, "scenario_toml"),
        (
            {
                "text": "tea",
                "scenario_toml": "\n".join(
                    ['base = "search"', "[retrievers]", *(f'r{each} = {{part = "ease"}}' for each in range(70))]
                ),
            },
            422,
            "scenario_toml",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_field(
    api: httpx.Client, asked: dict[str, Any], status: int, field: str
) -> None:
    answer = api.post("/v1/trace", json=asked)
    assert (answer.status_code, answer.json()["error"]["field"]) == (status, field), answer.text


def test_a_path_in_the_name_of_an_artifact_leads_nowhere(api: httpx.Client, shop: Shop) -> None:
    (shop.path / "elsewhere" / "v1").mkdir(parents=True)
    (shop.path / "elsewhere" / "current").write_text("v1")
    (shop.path / "elsewhere" / "v1" / "card.json").write_text('{"arrays": [], "figures": {"weights": {"ease": 1}}}')
    toml = 'base = "home"\n[ranker]\nfallback = {ease = 1}\nartifact = "../elsewhere"\npart = "weighted"\n'
    told = api.post("/v1/trace", json={"scenario": "home", "scenario_toml": toml}).json()
    assert any("not trained" in each for each in told["slate"]["degraded"])


def test_a_title_made_of_markup_is_only_a_text(api: httpx.Client, shop: Shop) -> None:
    title = '<script>alert(1)</script> zither "><img src=x onerror=alert(2)>'
    shop.catalogue.put([Item("z", title=title, stock=1)])
    shop.index()
    told = api.post("/v1/trace", json={"text": "zither"}).json()
    assert told["trace"]["items"][0]["title"] == title


def test_who_looks_into_answers_waits_for_few_and_keeps_no_customer_waiting(shop: Shop) -> None:
    async def looked() -> list[str]:
        service, done = Service(shop, ServingSettings()), threading.Event()
        said: list[str] = []

        async def look() -> None:
            try:
                await service.look(done.wait)
            except BusyError as error:
                said.append(error.code)

        async with anyio.create_task_group() as tasks:
            for _ in range(MOST_LOOKING + 2):
                tasks.start_soon(look)
            await anyio.wait_all_tasks_blocked()
            with anyio.fail_after(PATIENCE_S):
                said.append(await service.read(lambda: "answered"))
            done.set()
        return said

    assert sorted(anyio.run(looked)) == ["answered", "too_many_requests"]
