"""The console in a real browser: its frame, the page Today, and what it does while the API is away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from shopmind.testing.processes import Processes, Server, free_port

if TYPE_CHECKING:
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", ["/today", "/settings", "/settings?tab=keys", "/settings?tab=health"])
def test_axe_finds_nothing_grave(
    visit: Callable[..., Visitor], console: Server, accessible: Callable[[Visitor], None], path: str, dark: bool
) -> None:
    visitor = visit(dark=dark)
    page = visitor.go(f"{console.url}{path}")
    page.get_by_role("heading", level=1).wait_for()
    page.locator(".section:not([aria-busy]) .q-table, .empty").first.wait_for()
    assert ("body--dark" in (page.locator("body").get_attribute("class") or "")) is dark
    accessible(visitor)


def test_today_tells_of_a_purchase_and_is_exported(
    visitor: Visitor, console: Server, shop_api: Server, tmp_path: Path
) -> None:
    slate = httpx.post(f"{shop_api.url}/v1/recommend/home", json={"user": "u01"}).json()
    said = {"item_id": slate["hits"][0]["item"]["item_id"], "user_id": "u01", "request_id": slate["request_id"]}
    for kind in ("click", "purchase"):
        httpx.post(f"{shop_api.url}/v1/events", json={"type": kind, **said, "value": 12.5}).raise_for_status()
    page = visitor.go(console.url)
    assert page.url == f"{console.url}/today"
    page.get_by_role("cell", name="home", exact=True).wait_for()
    page.get_by_role("button", name="Hours").click()
    page.get_by_role("img", name="The last 24 hours").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as CSV").first.click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert "home" in {row["Scenario"] for row in rows}
    assert download.value.suggested_filename == "today.csv"
    visitor.shot("console-today", tmp_path)


def test_the_page_speaks_the_language_of_the_browser_and_the_one_that_is_chosen(
    visit: Callable[..., Visitor], console: Server
) -> None:
    visitor = visit(language="zh-CN")
    page = visitor.go(console.url)
    page.get_by_role("heading", name="今日", level=1).wait_for()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("button", name="Switch to English").click()
    page.get_by_role("heading", name="Today", level=1).wait_for()
    page.goto(f"{console.url}/settings")
    page.get_by_role("heading", name="Settings", level=1).wait_for()


def test_light_and_dark_are_switched_and_kept(visitor: Visitor, console: Server) -> None:
    page = visitor.go(console.url)
    page.get_by_role("button", name="Dark").click()
    page.locator("body.body--dark").wait_for()
    page.goto(f"{console.url}/settings")
    page.locator("body.body--dark").wait_for()


def test_the_keyboard_reaches_the_content_first(visitor: Visitor, console: Server) -> None:
    page = visitor.go(console.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_an_unknown_page_says_where_to_go(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/%3Cimg%20src=x%20onerror=alert(1)%3E")
    page.get_by_role("heading", name="There is no such page", level=2).wait_for()
    page.get_by_role("link", name="Today").click()
    page.get_by_role("heading", name="Today", level=1).wait_for()


def test_it_fits_a_narrow_screen(visit: Callable[..., Visitor], console: Server) -> None:
    visitor = visit()
    visitor.page.set_viewport_size({"width": 390, "height": 800})
    page = visitor.go(console.url)
    page.get_by_text("Impressions").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Show or hide the pages").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("heading", name="Settings", level=1).wait_for()


def test_the_page_says_that_the_api_is_down_and_goes_on_by_itself(
    visitor: Visitor, processes: Processes, folder: Path, tmp_path: Path
) -> None:
    port = free_port()
    shop = processes.shop(folder, "--open", port=port)
    console = processes.console(shop.url)
    page = visitor.go(f"{console.url}/today")
    page.get_by_text("Impressions").first.wait_for()
    shop.stop()
    page.get_by_role("button", name="Refresh").click()
    page.get_by_role("heading", name="The API does not answer").wait_for()
    visitor.shot("console-down", tmp_path)
    processes.shop(folder, "--open", port=port)
    page.get_by_text("Impressions").first.wait_for()
    assert page.get_by_role("heading", name="The API does not answer").count() == 0


def test_a_console_that_is_opened_while_the_api_is_down_waits_for_it(
    visitor: Visitor, processes: Processes, folder: Path
) -> None:
    port = free_port()
    console = processes.console(f"http://127.0.0.1:{port}")
    page = visitor.go(f"{console.url}/today")
    page.get_by_role("heading", name="The API does not answer").wait_for()
    processes.shop(folder, "--open", port=port)
    page.get_by_text("Impressions").first.wait_for()
    page.get_by_text("Admin", exact=True).wait_for()


def test_the_console_leaves_nothing_in_the_folder_it_was_started_in(
    visitor: Visitor, processes: Processes, folder: Path, tmp_path: Path
) -> None:
    shop = processes.shop(folder, "--open")
    console = processes.console(shop.url)
    page = visitor.go(f"{console.url}/today")
    page.get_by_text("Impressions").first.wait_for()
    page.goto("about:blank")
    assert [path.name for path in tmp_path.rglob("*nicegui*")] == []
    assert console.stop() == 0


def test_the_api_leads_to_the_console(shop_api: Server) -> None:
    answer = httpx.get(f"{shop_api.url}/console")
    assert (answer.status_code, answer.headers["location"]) == (307, "http://127.0.0.1:8001")
