"""The storefront for everybody: by keyboard alone, on a phone, with a screen reader, in light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from shopmind.testing.processes import Server
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow

PAGES = {"home": "/", "search": "/search?q=tea", "item": "/item/tea-01", "cart": "/cart"}
SETTLED = "() => document.body.dataset.drawn && !document.querySelector('[aria-busy=true]:not([hidden])')"
FOCUSED = "document.activeElement"


def full(visitor: Visitor, url: str, path: str) -> Page:
    """A page with something in the cart, with its reasons open."""
    page = visitor.go(f"{url}/item/tea-01")
    page.get_by_role("button", name="Add to cart", exact=True).click()
    page.get_by_role("link", name="To the cart").wait_for()
    visitor.go(f"{url}{path}")
    page.wait_for_function(SETTLED)
    for why in page.locator(".why summary").all()[:2]:
        why.click()
    page.wait_for_function("() => !document.querySelector('.why[open] .told:not([data-told])')")
    return page


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_axe_has_nothing_grave_to_say(
    visit: Callable[..., Visitor], shop_api: Server, accessible: Callable[[Visitor], None], path: str, dark: bool
) -> None:
    visitor = visit(dark=dark)
    full(visitor, shop_api.url, path)
    accessible(visitor)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_has_nothing_grave_to_say_of_what_opens(
    visit: Callable[..., Visitor], shop_api: Server, accessible: Callable[[Visitor], None], dark: bool
) -> None:
    visitor = visit(dark=dark)
    page = visitor.go(f"{shop_api.url}/")
    page.wait_for_function(SETTLED)
    page.get_by_role("combobox", name="Search").press_sequentially("gre", delay=20)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    accessible(visitor)
    page.keyboard.press("Escape")
    page.locator("#who").click()
    page.get_by_role("dialog", name="Who do you want to be?").wait_for()
    accessible(visitor)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_a_phone_needs_no_sideways_scrolling(visit: Callable[..., Visitor], shop_api: Server, path: str) -> None:
    visitor = visit()
    visitor.page.set_viewport_size({"width": 360, "height": 740})
    page = full(visitor, shop_api.url, path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    small = page.eval_on_selector_all(
        "button, a.button, select",
        "all => all.filter(each => each.offsetParent && each.offsetHeight < 30)"
        ".map(each => each.outerHTML.slice(0, 80))",
    )
    assert small == [], "a finger needs room"


def reach(page: Page, selector: str, most: int = 60) -> None:
    """Presses Tab until an element has the focus, and sees that it shows it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"{FOCUSED}.matches({selector!r})"):
            assert page.evaluate(f"getComputedStyle({FOCUSED}).outlineStyle") != "none", f"{selector}: no visible focus"
            return
    raise AssertionError(f"{selector} is not reached in {most} steps")


def test_a_visitor_with_a_keyboard_finds_opens_is_told_why_adds_and_buys(visitor: Visitor, shop_api: Server) -> None:
    page = visitor.go(f"{shop_api.url}/")
    page.wait_for_function(SETTLED)
    reach(page, "a.skip", most=1)
    page.keyboard.press("Enter")
    assert page.evaluate(f"{FOCUSED}.id") == "main"
    page.reload()
    page.wait_for_function(SETTLED)
    reach(page, "#text", most=4)
    page.keyboard.type("gre", delay=20)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    assert page.evaluate(f"{FOCUSED}.getAttribute('aria-activedescendant')") == chosen.get_attribute("id")
    page.keyboard.press("Escape")
    assert page.get_by_role("combobox", name="Search").input_value() == "gre"
    assert page.get_by_role("combobox", name="Search").get_attribute("aria-expanded") == "false"
    page.keyboard.type("e", delay=20)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    wanted = page.get_by_role("combobox", name="Search").input_value()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    page.wait_for_function(SETTLED)
    assert wanted in page.evaluate(f"{FOCUSED}.innerText"), "the heading of the new page has the focus"
    reach(page, ".grid a.open")
    page.keyboard.press("Tab")
    reach(page, ".grid .why summary", most=3)
    page.keyboard.press("Enter")
    page.get_by_text("Brought by").wait_for()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/item/*")
    page.wait_for_function(SETTLED)
    reach(page, ".about button")
    page.keyboard.press("Space")
    page.wait_for_function("() => document.getElementById('cart-count').textContent === '1'")
    assert page.get_by_role("status").filter(has_text="In the cart").count() == 1
    page.keyboard.press("Home")
    reach(page, "#open-cart", most=120)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cart")
    page.wait_for_function(SETTLED)
    reach(page, ".off > button.strong")
    page.keyboard.press("Enter")
    page.get_by_text("Thank you.").first.wait_for()


def test_the_dialog_of_visitors_gives_the_focus_back(visitor: Visitor, shop_api: Server) -> None:
    page = visitor.go(f"{shop_api.url}/")
    page.wait_for_function(SETTLED)
    page.locator("#who").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate(f"{FOCUSED}.id") == "who"


def test_what_changes_is_said_to_who_cannot_see_it(visitor: Visitor, shop_api: Server) -> None:
    page = visitor.go(f"{shop_api.url}/search?q=tea")
    page.wait_for_function(SETTLED)
    status = page.locator("#said")
    assert status.get_attribute("role") == "status"
    assert "results for “tea”" in str(status.text_content())
    page.locator(".grid .add").first.click()
    page.wait_for_function("() => document.getElementById('said').textContent.includes('In the cart')")
    assert page.locator(".grid .add").first.get_by_text("Add to cart:").count() == 1


def test_the_same_button_keeps_the_focus_when_its_row_is_asked_again(visitor: Visitor, shop_api: Server) -> None:
    page = visitor.go(f"{shop_api.url}/")
    page.wait_for_function(SETTLED)
    page.locator("section[data-scenario=trending] .add").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.getElementById('cart-count').textContent === '1'")
    page.wait_for_function(SETTLED)
    assert page.evaluate(f"Boolean({FOCUSED}.closest('section[data-scenario=trending]'))")
