"""The page Customers in a real browser: looked at, and forgotten with a receipt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

import shopmind
from shopmind.domain import Item
from shopmind.testing.processes import Processes, Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow

HOSTILE = '<script>document.body.dataset.broken=1</script>"><img src=x onerror=document.body.dataset.broken=2>'


@pytest.fixture(scope="module", autouse=True)
def odd(shop_folder_served: Path) -> None:
    """Somebody who likes an item whose title wants to be more than a text."""
    with shopmind.open(shop_folder_served) as shop:
        shop.catalogue.put([Item("odd-1", title=HOSTILE, brand=HOSTILE, categories=(HOSTILE,))])
        shop.put_users([{"user_id": "pat", "attributes": {"city": HOSTILE}, "consent": {"mail": True}}])
        shop.track([{"type": "purchase", "user_id": "pat", "item_id": "odd-1"} for _ in range(3)])


def look(visitor: Visitor, console: Server, user: str) -> Page:
    page = visitor.go(f"{console.url}/customers")
    page.get_by_label("Customer's id").or_(page.get_by_label("顾客编号")).fill(user)
    page.keyboard.press("Enter")
    return page


@pytest.mark.parametrize(("dark", "language"), [(False, "en-GB"), (True, "zh-CN")])
def test_a_person_is_shown_accessibly_and_nothing_that_is_only_a_text_runs(
    visit: Callable[..., Visitor],
    console: Server,
    accessible: Callable[[Visitor], None],
    dark: bool,
    language: str,
    tmp_path: Path,
) -> None:
    visitor = visit(dark=dark, language=language)
    page = look(visitor, console, "pat")
    page.locator(".card.forget").wait_for()
    page.wait_for_timeout(700)
    visitor.shot(f"console-customers-{language}", tmp_path)
    for drawn in page.locator("canvas").all():
        drawn.hover(force=True)
    assert page.evaluate("document.body.dataset.broken ?? null") is None
    assert page.locator("main script, main img").count() == 0
    assert "pat" not in page.url
    accessible(visitor)


def test_somebody_is_forgotten_and_the_history_is_gone(visitor: Visitor, console: Server, shop_api: Server) -> None:
    page = look(visitor, console, "u05")
    page.get_by_role("heading", name="Interests, and what they are read from").wait_for()
    page.get_by_role("heading", name="History").wait_for()
    page.locator(".table", has_text="Quantity").get_by_role("row").nth(1).wait_for()
    page.get_by_role("button", name="Forget", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("It cannot be undone").wait_for()
    dialog.get_by_role("button", name="Cancel").click()
    assert httpx.get(f"{shop_api.url}/v1/users/u05/history").status_code == 200
    page.get_by_role("button", name="Forget", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Forget", exact=True).click()
    page.get_by_role("heading", name="Receipt").wait_for()
    page.get_by_text("Nothing is known of this customer").wait_for()
    assert page.locator(".receipt dt", has_text="events").count() == 1
    assert httpx.get(f"{shop_api.url}/v1/users/u05/history").status_code == 404
    models = visitor.go(f"{console.url}/models?kind=popularity")
    models.get_by_text("Somebody was forgotten whom it may have learned from.").wait_for()


def test_who_is_no_admin_is_not_offered_the_page(
    visitor: Visitor, processes: Processes, folder: Path, accessible: Callable[[Visitor], None]
) -> None:
    from shopmind.serving import keys

    with shopmind.open(folder) as shop:
        key = keys.create(shop.records, "merchandiser")
    console = processes.console(processes.shop(folder).url)
    page = visitor.go(f"{console.url}/login")
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Log in").click()
    page.locator("main h1").wait_for()
    assert page.get_by_role("link", name="Customers").count() == 0
    page = visitor.go(f"{console.url}/customers")
    page.get_by_text("admin").first.wait_for()
    assert page.get_by_label("Customer's id").count() == 0
    page = visitor.go(f"{console.url}/models?kind=popularity")
    page.get_by_text("Card of the version that answers").wait_for()
    assert page.get_by_role("button", name="Promote").count() == 0
    accessible(visitor)
