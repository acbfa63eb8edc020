"""The page Recommend in a real browser: an answer looked into stage by stage, and without some of its signals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import shopmind
from shopmind.domain import Item
from shopmind.kit.clock import system_clock
from shopmind.testing.processes import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow

HOSTILE = '<script>document.body.dataset.broken=1</script>"><img src=x onerror=document.body.dataset.broken=2>'


@pytest.fixture(scope="module", autouse=True)
def odd(shop_folder_served: Path) -> None:
    """An item whose title wants to be more than a text, new and wanted; past ingest, which would take the tags out."""
    with shopmind.open(shop_folder_served) as shop:
        shop.catalogue.put([Item("odd-1", title=HOSTILE, stock=3, created_at_ms=system_clock())])
        shop.index()
        shop.track([{"type": "purchase", "user_id": f"x{at}", "item_id": "odd-1"} for at in range(30)])
        shop.train()


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option).click()


@pytest.mark.parametrize(("dark", "language"), [(False, "en-GB"), (True, "zh-CN")])
def test_a_trace_is_accessible_and_runs_nothing_that_is_only_a_text(
    visit: Callable[..., Visitor],
    console: Server,
    accessible: Callable[[Visitor], None],
    dark: bool,
    language: str,
    tmp_path: Any,
) -> None:
    visitor = visit(dark=dark, language=language)
    visitor.go(f"{console.url}/search?tab=words")  # browsers tell what their person likes from the second request on
    page = visitor.go(f"{console.url}/recommend")
    assert ("body--dark" in (page.locator("body").get_attribute("class") or "")) is dark
    page.locator(".answer .hit").first.wait_for()
    page.get_by_text(HOSTILE).first.wait_for()
    page.wait_for_timeout(500)
    visitor.shot(f"console-recommend-{language}", tmp_path)
    for drawn in page.locator("canvas").all():
        drawn.hover(force=True)
    assert page.evaluate("document.body.dataset.broken ?? null") is None
    assert page.locator("main script, main img").count() == 0
    accessible(visitor)


def test_a_recommendation_is_traced_and_a_signal_switched_off(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/recommend")
    page.get_by_label("Customer's id").fill("u01")
    page.get_by_role("button", name="Look into it").click()
    page.get_by_text("What each filter took out").wait_for()
    filters = page.locator(".table", has_text="What each filter took out")
    filters.get_by_role("row").filter(has_text="bought").wait_for()
    page.get_by_role("switch", name="ease").click()
    page.get_by_text("Without ease,").wait_for()
    changed = page.locator('.answer[aria-label="Without ease"]')
    assert changed.locator(".hit").count() == 10
    assert changed.locator(".moved").count() > 0
    page.get_by_role("switch", name="popularity").click()
    page.get_by_role("heading", name="Without ease, popularity").wait_for()
    page.get_by_role("switch", name="ease").click()
    page.get_by_role("switch", name="popularity").click()
    page.get_by_role("heading", name="Without").wait_for(state="detached")


def test_a_scenario_that_needs_a_cart_says_so_and_takes_one(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/recommend")
    choose(page, "Scenario", "(cart)")
    page.get_by_text("It needs items in view or cart.").wait_for()
    page.get_by_role("button", name="Look into it").click()
    page.get_by_text("scenario 'cart' needs anchors").wait_for()
    page.get_by_label("Items in view or cart").fill("tea-01, kit-01")
    page.get_by_role("button", name="Look into it").click()
    page.locator(".answer .hit").first.wait_for()


def test_a_search_is_traced_like_any_scenario(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/recommend?scenario=search")
    page.get_by_label("Text, where it reads one").fill("绿茶")
    page.get_by_role("button", name="Look into it").click()
    page.locator(".answer .hit", has_text="绿茶").first.wait_for()
    page.get_by_role("switch", name="lexical").wait_for()


def test_nothing_of_it_is_logged(visitor: Visitor, console: Server, shop_api: Server) -> None:
    def shown() -> float:
        told = httpx.get(f"{shop_api.url}/v1/insights/traffic", params={"days": 1}).json()
        return float(told["total"]["impressions"])

    before = shown()
    page = visitor.go(f"{console.url}/recommend")
    page.locator(".answer .hit").first.wait_for()
    assert shown() == before
