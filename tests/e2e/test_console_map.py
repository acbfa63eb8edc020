"""The page Map in a real browser: drawn, walked by keyboard, exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import httpx
import pytest

import shopmind
from shopmind.domain import Item
from shopmind.testing.processes import Server, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow


def side(page: Page, title: str) -> None:
    page.get_by_role("heading", name=title, level=2, exact=True).wait_for()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("tab", ["shop", "catalogue"])
def test_a_map_is_drawn_and_axe_has_nothing_grave_to_say(
    visit: Callable[..., Visitor], console: Server, accessible: Callable[[Visitor], None], tab: str, dark: bool
) -> None:
    visitor = visit(dark=dark)
    page = visitor.go(f"{console.url}/map?tab={tab}")
    page.locator(".map canvas").wait_for()
    side(page, "Tiny" if tab == "shop" else "Catalogue")
    accessible(visitor)


def test_the_map_is_walked_by_keyboard_down_to_a_model(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/map")
    side(page, "Tiny")
    for step, title in (
        ("Discover something new", "Discover something new"),
        ("For you", "For you"),
        ("popularity", "popularity"),
        ("popularity", "popularity"),
    ):
        button = page.locator(".below button", has_text=step).first
        button.focus()
        page.keyboard.press("Enter")
        side(page, title)
    page.get_by_text("model", exact=True).wait_for()
    page.get_by_text("events learned from").wait_for()
    up = page.get_by_role("navigation", name="Way from the root")
    up.get_by_role("button", name="For you").press("Enter")
    page.get_by_role("link", name="Open its page").wait_for()


def test_one_customers_interests_are_drawn_in_chinese_and_their_id_stays_out_of_the_address(
    visit: Callable[..., Visitor], console: Server
) -> None:
    page = visit(language="zh").go(f"{console.url}/map?tab=user")
    page.get_by_label("顾客 ID").fill("u01")
    page.keyboard.press("Enter")
    page.locator(".map canvas").wait_for()
    page.get_by_text("顾客（假名）").wait_for()
    assert "u01" not in page.url
    page.get_by_label("顾客 ID").fill("nobody-at-all")
    page.keyboard.press("Enter")
    page.get_by_text("本店没有这位用户").wait_for()


def test_a_map_is_exported_as_mermaid_and_as_a_drawing(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/map")
    side(page, "Tiny")
    for name, ending in (("Export as Mermaid", "mmd"), ("Export as SVG", "svg")):
        with page.expect_download() as told:
            page.get_by_role("button", name=name).click()
        assert told.value.suggested_filename == f"map-shop.{ending}"
        text = Path(told.value.path()).read_text(encoding="utf-8")
        if ending == "svg":
            assert ElementTree.fromstring(text).tag.endswith("svg")
        else:
            assert "flowchart LR" in text


def test_a_hostile_title_is_only_text_on_the_map_and_in_its_files(
    visit: Callable[..., Visitor], console: Server, shop_api: Server, shop_folder_served: Path
) -> None:
    hostile = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
    with shopmind.open(shop_folder_served) as shop:  # past the doors, which clean tags away
        shop.catalogue.put([Item("h/1", title=hostile, brand=hostile, categories=(hostile,), stock=3)])
        shop.track([{"type": "purchase", "item_id": "h/1"}] * 30)
    until(lambda: "onerror" in httpx.get(f"{shop_api.url}/v1/insights/map/catalogue").text)
    page = visit().go(f"{console.url}/map?tab=catalogue")
    ran: list[str] = []
    page.on("dialog", lambda dialog: ran.append(dialog.message))
    page.locator(".map canvas").wait_for()
    for _ in range(2):  # the category, and the item in it
        page.locator(".below button", has_text="onerror").first.press("Enter")
        side(page, hostile)
    page.get_by_role("link", name="Open its page").click()
    page.wait_for_url("**/catalogue?id=h%2F1")
    with page.expect_download() as told:
        page.go_back()
        page.get_by_role("button", name="Export as SVG").click()
    drawn = ElementTree.fromstring(Path(told.value.path()).read_text(encoding="utf-8"))
    assert not [each for each in drawn.iter() if each.tag.endswith(("script", "img", "image"))]
    assert ran == []
