"""What is hostile stays text, and a shop that does not answer is said to be away until it answers again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

import shopmind
from shopmind.domain import Item
from shopmind.testing.processes import Processes, free_port

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from shopmind.testing.processes import Server
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow

SETTLED = "() => document.body.dataset.drawn && !document.querySelector('[aria-busy=true]:not([hidden])')"
HOSTILE = (
    "<img src=x onerror=document.body.dataset.broken=1>",
    '"><script>document.body.dataset.broken=2</script>',
    "</mark><svg onload=document.body.dataset.broken=3>",
    "{{constructor.constructor('document.body.dataset.broken=4')()}}",
)
ELEMENTS = "document.querySelectorAll('main img, main svg, main script, main iframe, #suggestions img').length"


@pytest.fixture(scope="module")
def hostile(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory, shared_processes: Processes) -> Server:
    """A shop whose goods, offers and rules try everything; put past ingest, which would have taken the tags out."""
    folder = tmp_path_factory.mktemp("hostile") / "shop"
    shutil.copytree(tiny_folder, folder)
    bad = "javascript:document.body.dataset.broken=5"
    with shopmind.open(folder) as shop:
        items = [
            Item(
                f"<b>{place}</b>/..{text}",
                title=f"zither {text}",
                description=f"zither {text}",
                brand=text,
                categories=(text, f"zither {text}"),
                price_minor=100,
                currency="USD",
                stock=1,
                url=bad,
                image=bad if place % 2 else "http://outside.example/x.png",
                attributes={text: text},
            )
            for place, text in enumerate(HOSTILE)
        ]
        shop.catalogue.put(items)
        shop.rules.put({"rule_id": "b", "action": "banner", "text": HOSTILE[0], "query": ["zither"]})
        shop.index()
    return shared_processes.shop(folder, "--open")


def unharmed(page: Page) -> None:
    page.wait_for_function(SETTLED)
    assert page.evaluate("document.body.dataset.broken ?? null") is None
    assert page.evaluate(ELEMENTS) == 0
    assert page.locator("a[href^='javascript' i]").count() == 0


def test_titles_brands_categories_and_rules_stay_text(visitor: Visitor, hostile: Server) -> None:
    page = visitor.go(f"{hostile.url}/search?q=zither")
    unharmed(page)
    titles = page.locator(".grid .title").all_inner_texts()
    assert any("<img src=x" in title for title in titles)
    for why in page.locator(".why summary").all():
        why.click()
    page.wait_for_function("() => !document.querySelector('.why[open] .told:not([data-told])')")
    unharmed(page)
    for place in range(len(HOSTILE)):
        visitor.go(f"{hostile.url}/search?q=zither")
        page.wait_for_function(SETTLED)
        page.locator(".grid .add").nth(place).click()
        page.locator(".grid a.open").nth(place).click()
        page.wait_for_url("**/item/*")
        page.locator("article.item").wait_for()
        unharmed(page)
        page.reload()
        page.locator("article.item").wait_for()
        unharmed(page)
    page.locator("#open-cart").click()
    page.locator(".lines li").nth(3).wait_for()
    unharmed(page)


@pytest.mark.parametrize("text", HOSTILE)
def test_queries_filters_and_names_of_visitors_stay_text(visitor: Visitor, hostile: Server, text: str) -> None:
    page = visitor.go(f"{hostile.url}/search?q={quote(text)}&f={quote('brand:' + text)}&sort={quote(text)}")
    unharmed(page)
    visitor.forgive("422")
    page = visitor.go(f"{hostile.url}/search?q={quote(text)}")
    unharmed(page)
    assert text in page.locator("h1").inner_text()
    page.get_by_role("combobox", name="Search").fill("zit")
    page.get_by_role("combobox", name="Search").press("h")
    page.get_by_role("option").first.wait_for()
    unharmed(page)
    page.locator("#who").click()
    page.get_by_label("Another customer's id").fill(text)
    page.get_by_role("button", name="Be this customer").click()
    page.get_by_role("heading", name=f"For customer {text}").wait_for()
    unharmed(page)


@pytest.mark.parametrize(
    "path", ["/item/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/item/..%5c..%5ckeys", "/item/%00", "/item/%ff"]
)
def test_tricks_with_paths_end_at_a_page_that_says_so(visitor: Visitor, hostile: Server, path: str) -> None:
    page = visitor.go(f"{hostile.url}{path}")
    page.wait_for_function(SETTLED)
    page.get_by_role("alert").first.wait_for()
    assert page.get_by_role("link", name="Back to the shop").count() == 1
    visitor.forgive("40[04]|422")


def test_a_shop_that_is_away_is_said_to_be_and_comes_back_by_itself(
    processes: Processes, folder: Path, visit: Callable[..., Visitor]
) -> None:
    port = free_port()
    server = processes.shop(folder, "--open", port=port)
    visitor = visit()
    page = visitor.go(f"{server.url}/")
    page.wait_for_function(SETTLED)
    server.stop()
    page.locator("section[data-scenario=trending] .add").first.click()
    page.get_by_role("combobox", name="Search").fill("tea")
    page.get_by_role("combobox", name="Search").press("Enter")
    page.get_by_role("alert").filter(has_text="The shop does not answer").wait_for()
    assert page.locator("#cart-count").inner_text() == "1"
    processes.shop(folder, "--open", port=port)
    page.get_by_role("heading", name="results for “tea”").wait_for()
    assert page.locator("#down").is_hidden()
    page.locator("#log").get_by_text("You put into the cart").wait_for()
    visitor.forgive("ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET")


def test_an_answer_that_is_late_does_not_replace_a_newer_one(visitor: Visitor, hostile: Server) -> None:
    page = visitor.go(f"{hostile.url}/")
    page.wait_for_function(SETTLED)
    held: list[object] = []
    page.route(
        "**/v1/search",
        lambda route: held.append(route) if "slow" in (route.request.post_data or "") else route.continue_(),
    )
    page.evaluate(
        "() => { history.pushState(null, '', '/search?q=slow'); dispatchEvent(new PopStateEvent('popstate')); }"
    )
    page.evaluate(
        "() => { history.pushState(null, '', '/search?q=tea'); dispatchEvent(new PopStateEvent('popstate')); }"
    )
    page.get_by_role("heading", name="results for “tea”").wait_for()
    for route in held:
        route.continue_()  # type: ignore[attr-defined]
    page.wait_for_load_state("networkidle")
    assert "tea" in page.locator("h1").inner_text()
