"""The page Catalogue in a real browser: found, leafed, exported, gaps, rejected rows, and nothing of a text runs."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import shopmind
from shopmind.domain import Item
from shopmind.kit.clock import system_clock
from shopmind.testing.processes import Server

if TYPE_CHECKING:
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow

HOSTILE = '<script>document.body.dataset.broken=1</script>"><img src=x onerror=document.body.dataset.broken=2>'
ITEMS = "item_id,title,price,currency\na1,Kettle,12,USD\na2,=cmd|'/c calc'!A0,twelve,USD\n"
EVENTS = "type,user_id,item_id,timestamp\nview,jo@mail.example,none,2026-01-01T00:00:00Z\n"


@pytest.fixture(scope="module", autouse=True)
def stocked(shop_folder_served: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """More items than a part of the list holds, one that wants to be more than a text, and rows that did not get in."""
    export = tmp_path_factory.mktemp("export")
    (export / "items.csv").write_text(ITEMS, encoding="utf-8")
    (export / "events.csv").write_text(EVENTS, encoding="utf-8")
    now_ms = system_clock()
    odd = Item("odd-1", title=HOSTILE, brand=HOSTILE, categories=(HOSTILE,), stock=3, created_at_ms=now_ms)
    with shopmind.open(shop_folder_served) as shop:
        shop.put_items([{"item_id": f"many-{i:03d}", "title": f"Spoon number {i:03d}"} for i in range(300)])
        shop.catalogue.put([odd])
        shop.index()
        shop.ingest(export)


@pytest.mark.parametrize(("dark", "language"), [(False, "en-GB"), (True, "zh-CN")])
def test_every_part_is_accessible_and_runs_nothing_that_is_only_a_text(
    visit: Callable[..., Visitor],
    console: Server,
    accessible: Callable[[Visitor], None],
    dark: bool,
    language: str,
    tmp_path: Path,
) -> None:
    visitor = visit(dark=dark, language=language)
    addresses = {"items": "?tab=items", "quality": "?tab=quality", "ingests": "?tab=ingests", "item": "?id=odd-1"}
    for name, address in addresses.items():
        page = visitor.go(f"{console.url}/catalogue{address}")
        page.locator("main h1").wait_for()
        page.wait_for_timeout(700)
        visitor.shot(f"console-catalogue-{name}-{language}", tmp_path)
        for drawn in page.locator("canvas").all():
            drawn.hover(force=True)
        assert page.evaluate("document.body.dataset.broken ?? null") is None
        assert page.locator("main script, main img").count() == 0
        accessible(visitor)


def test_the_list_is_searched_leafed_and_exported(visitor: Visitor, console: Server, tmp_path: Path) -> None:
    page = visitor.go(f"{console.url}/catalogue")
    page.get_by_label("Title, id or brand").fill("spoon number")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_text("1 to 200 of 300").wait_for()
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_text("201 to 300 of 300").wait_for()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export as CSV").click()
    file = waiting.value.path()
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    assert len(rows) == 101
    assert rows[0][:2] == ["Id", "Title"]
    page.get_by_role("link", name="many-", exact=False).first.click()
    page.get_by_role("heading", name="Spoon number").wait_for()


def test_a_gap_leads_to_its_items(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/catalogue?tab=quality")
    page.get_by_role("link", name="no price").click()
    page.get_by_text("of 30").first.wait_for()  # 300 spoons, and the odd ones
    page.get_by_role("row").filter(has_text="no price").first.wait_for()


def test_rejected_rows_are_told_without_naming_anybody(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/catalogue?tab=ingests")
    page.get_by_role("cell", name="items.csv").first.wait_for()
    page.get_by_text("a number from 0 up").wait_for()
    assert "jo@" not in page.content()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download all").click()
    told = waiting.value.path().read_text("utf-8-sig")
    assert "twelve" in told
    assert "jo@" not in told
    page.get_by_label("Reason").click()
    page.get_by_role("option", name="unknown item").click()
    page.get_by_text("a number from 0 up").wait_for(state="detached")


def test_a_filter_that_cannot_be_read_is_told(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/catalogue")
    page.get_by_label("Filter", exact=True).fill("price <")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("alert").get_by_text("filter").first.wait_for()
