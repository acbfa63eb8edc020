"""The page Search in a real browser: what people do not find is mended, results are judged, rules are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import shopmind
from shopmind.domain import Item
from shopmind.serving import keys
from shopmind.testing.processes import Server

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow

HOSTILE = '<script>document.body.dataset.broken=1</script>"><img src=x onerror=document.body.dataset.broken=2>'
TABS = ("queries", "workbench&text=green%20tea", "measure", "words", "rules")


@pytest.fixture(scope="module", autouse=True)
def odd(shop_folder_served: Path) -> None:
    """An item whose title wants to be more than a text; past ingest, which would take the tags out."""
    with shopmind.open(shop_folder_served) as shop:
        shop.catalogue.put([Item("odd-1", title=f"Zither green tea {HOSTILE}", stock=3)])
        kelp = Item("pic-1", title="Kelp broth", price_minor=1650, currency="JPY", stock=3, image="/page/icon.svg")
        shop.catalogue.put(
            [
                kelp,
                replace(kelp, item_id="pic-2", image="/no-such-picture.png"),
                replace(kelp, item_id="pic-3", image="https://pictures.example/a.png"),
                replace(kelp, item_id="pic-4", price_minor=None, image=f"javascript:{HOSTILE}"),
            ]
        )
        shop.index()


@pytest.fixture(scope="module", autouse=True)
def asked(odd: None, shop_api: Server) -> None:
    """What visitors searched for; one query is found nowhere, and one wants to be more than a text."""
    with httpx.Client(base_url=shop_api.url) as api:
        for visitor in ("v1", "v2", "v3"):
            for text in ("green tea", "steeping", "yerba", HOSTILE):
                api.post("/v1/search", json={"text": text, "session": visitor}).raise_for_status()
        api.post("/v1/judgements", json={"query": "earl grey", "item_id": "tea-02", "grade": 3}).raise_for_status()
        api.post("/v1/judgements", json={"query": HOSTILE, "item_id": "odd-1", "grade": 2}).raise_for_status()
        rule = {"rule_id": "old", "action": "banner", "text": HOSTILE, "query": ["zither"]}
        api.post("/v1/rules", json=rule).raise_for_status()
        api.post("/v1/synonyms", json={"kind": "two_way", "words": ["brew", "<b>tea</b>"]}).raise_for_status()


def found(api: Server, text: str) -> list[str]:
    answer = httpx.post(f"{api.url}/v1/search", json={"text": text, "record": False}).json()
    return [hit["item"]["item_id"] for hit in answer["hits"]]


def row(page: Page, text: str) -> Locator:
    return page.locator("tr", has_text=text)


def unharmed(page: Page) -> None:
    assert page.evaluate("document.body.dataset.broken ?? null") is None
    assert page.locator("main script, main img, main b").count() == 0


def choose(page: Page, box: Locator, option: str) -> None:
    box.click()
    page.get_by_role("option", name=option, exact=True).click()


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize(("dark", "language"), [(False, "en-GB"), (True, "zh-CN")])
def test_every_part_is_accessible_and_runs_nothing_that_is_only_a_text(
    visit: Callable[..., Visitor],
    console: Server,
    accessible: Callable[[Visitor], None],
    tab: str,
    dark: bool,
    language: str,
    tmp_path: Any,
) -> None:
    visitor = visit(dark=dark, language=language)
    visitor.go(f"{console.url}/search?tab=words")  # browsers tell what their person likes from the second request on
    page = visitor.go(f"{console.url}/search?tab={tab}")
    assert ("body--dark" in (page.locator("body").get_attribute("class") or "")) is dark
    page.locator(".section[aria-busy]").wait_for(state="detached")
    page.get_by_role("heading", level=2).first.wait_for()
    visitor.shot(f"console-search-{tab.partition('&')[0]}-{language}", tmp_path)
    unharmed(page)
    accessible(visitor)


def test_what_nobody_finds_becomes_a_synonym_in_the_report_itself(
    visitor: Visitor, console: Server, shop_api: Server
) -> None:
    assert found(shop_api, "yerba") == []
    page = visitor.go(f"{console.url}/search")
    page.get_by_role("button", name=re.compile("^Add synonym yerba")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Lead to").fill("peppermint")
    dialog.get_by_role("button", name="Add", exact=True).click()
    dialog.wait_for(state="detached")
    assert "tea-03" in found(shop_api, "yerba")
    page.goto(f"{console.url}/search?tab=words")
    row(page, "yerba").get_by_role("button", name=re.compile("^Remove")).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    row(page, "yerba").wait_for(state="detached")
    assert found(shop_api, "yerba") == []


def test_a_word_that_says_nothing_is_refused_with_a_reason(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/search?tab=words")
    page.get_by_label("Words, commas between").fill("sofa")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("two_way needs at least two words").wait_for()


def test_a_merchandiser_judges_a_result_and_changes_the_judgement(
    visitor: Visitor, console: Server, shop_api: Server
) -> None:
    page = visitor.go(f"{console.url}/search?tab=workbench&text=green%20tea")
    group = page.get_by_role("group", name=re.compile("Dragon Well"))
    for grade in (3, 2):
        group.get_by_role("button").nth(grade).click()
        page.locator(f'[aria-label*="Dragon Well"] .grade[aria-pressed=true]:has-text("{grade}")').wait_for()
    kept = httpx.get(f"{shop_api.url}/v1/judgements", params={"query": "green tea"}).json()["judgements"]
    assert [(each["item_id"], each["grade"], each["version"]) for each in kept] == [("tea-01", 2, 2)]
    page.reload()
    page.locator('[aria-label*="Dragon Well"] .grade[aria-pressed=true]').wait_for()


def test_who_judges_sees_price_and_picture_and_asks_nobody_else_for_them(
    visitor: Visitor, console: Server, shop_api: Server, tmp_path: Path
) -> None:
    page = visitor.go(f"{console.url}/search?tab=workbench&text=kelp%20broth")
    hits = {each: page.locator(".hit", has_text=each) for each in ("pic-1", "pic-2", "pic-3", "pic-4")}
    for item in ("pic-1", "pic-2", "pic-3"):
        assert hits[item].locator(".price").inner_text() == "1,650 JPY"
    assert hits["pic-4"].locator(".price").inner_text() == "price unknown"
    shown = hits["pic-1"].locator("img").element_handle()
    page.wait_for_function("image => image.naturalWidth > 0 && !image.hidden", arg=shown)
    assert hits["pic-1"].locator("img").get_attribute("src") == f"{shop_api.url}/page/icon.svg"
    hits["pic-2"].locator("img").wait_for(state="detached")
    assert hits["pic-3"].get_by_role("link").get_attribute("href") == "https://pictures.example/a.png"
    assert hits["pic-4"].locator("img, a").count() == 0
    visitor.shot("console-judging", tmp_path)
    assert visitor.forgive("no-such-picture|status of 404")


def test_two_configurations_stand_side_by_side_and_are_measured(
    visitor: Visitor, console: Server, shop_api: Server
) -> None:
    page = visitor.go(f"{console.url}/search?tab=workbench&text=tea")
    page.locator(".answer").wait_for()
    other = page.get_by_role("group", name="Compared with")
    choose(page, other.get_by_label("Scenario"), "search")
    other.get_by_label("Changed by TOML").fill('base = "search"\nn = 1\n[ranker]\npart = "fusion"')
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("heading", name="search, changed").wait_for()
    assert page.locator(".answer").count() == 2
    page.goto(f"{console.url}/search?tab=measure")
    page.get_by_text("nDCG@10, search, changed").first.wait_for()
    page.get_by_text("Difference").first.wait_for()
    with page.expect_download() as got:
        page.get_by_role("button", name="Export CSV").click()
    assert got.value.suggested_filename in ("queries.csv", "judgments.csv")


def test_half_a_configuration_is_refused_with_its_line(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/search?tab=workbench&text=tea")
    page.get_by_role("group", name="Configuration").get_by_label("Changed by TOML").fill(
        'base = "search"\n[ranker\npart = "x"'
    )
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_text("at line 2").wait_for()


def test_a_rule_is_previewed_published_and_works_in_the_very_next_answer(
    visitor: Visitor, console: Server, shop_api: Server
) -> None:
    before = found(shop_api, "green tea")
    page = visitor.go(f"{console.url}/search?tab=rules&query=green%20tea")
    page.get_by_label("Name of the rule").fill("pot-first")
    page.get_by_label("Item ids").fill("kit-01, nobody")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("not in the catalogue: nobody").wait_for()
    after = page.locator('.answer[aria-label="With the rule"]')
    assert after.locator(".hit").first.inner_text().startswith("1")
    assert "new here" in after.locator(".hit").first.inner_text()
    assert found(shop_api, "green tea") == before
    page.get_by_role("button", name="Publish pot-first").click()
    row(page, "pot-first").wait_for()
    assert found(shop_api, "green tea") == ["kit-01", *before]
    row(page, "pot-first").get_by_role("button", name=re.compile("^On or off")).click()
    row(page, "pot-first").get_by_text("off", exact=True).wait_for()
    assert found(shop_api, "green tea") == before
    row(page, "pot-first").get_by_role("button", name=re.compile("^History")).click()
    page.get_by_role("dialog").get_by_role("button", name="Back to version 1").click()
    row(page, "pot-first").get_by_text("on", exact=True).wait_for()
    assert found(shop_api, "green tea")[0] == "kit-01"
    row(page, "pot-first").get_by_role("button", name=re.compile("^Remove")).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    row(page, "pot-first").wait_for(state="detached")
    assert found(shop_api, "green tea") == before


def test_rules_that_cannot_both_be_meant_are_shown_before_they_are_published(
    visitor: Visitor, console: Server, shop_api: Server
) -> None:
    hidden = {"rule_id": "no-pots", "action": "hide", "items": ["kit-01"]}
    httpx.post(f"{shop_api.url}/v1/rules", json=hidden).raise_for_status()
    page = visitor.go(f"{console.url}/search?tab=rules&query=green%20tea")
    page.get_by_label("Name of the rule").fill("pots")
    page.get_by_label("Item ids").fill("kit-01")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("stays hidden").wait_for()
    page.get_by_text("Pinned, but not on its way to this answer: kit-01").wait_for()
    httpx.delete(f"{shop_api.url}/v1/rules/no-pots").raise_for_status()


def test_a_query_of_ten_thousand_letters_is_a_short_one(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/search?tab=workbench&text={'x' * 10_000}")
    page.get_by_text("No item was found.").wait_for()


def test_a_viewer_sees_all_of_it_and_is_offered_nothing_to_change(
    visitor: Visitor, processes: Any, folder: Any
) -> None:
    with shopmind.open(folder) as shop:
        key = keys.create(shop.records, "viewer")
        shop.rules.put({"rule_id": "r", "action": "pin", "items": ["tea-01"]})
    console = processes.console(processes.shop(folder).url)
    page = visitor.go(f"{console.url}/search")
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Search").click()
    for tab in ("words", "rules"):
        page.goto(f"{console.url}/search?tab={tab}")
        page.locator("nav.tabs").wait_for()
        assert page.get_by_role("button", name=re.compile("^(Add|Preview|Remove|Edit)")).count() == 0
    row(page, "tea-01").wait_for()
    page.goto(f"{console.url}/search?tab=workbench&text=green%20tea")
    page.locator(".grade").first.wait_for()
    assert page.locator(".grade:not([disabled])").count() == 0
    assert page.get_by_label("Changed by TOML").count() == 0
