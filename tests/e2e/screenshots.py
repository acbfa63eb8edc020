"""Pictures of every page for the docs: `python tests/e2e/screenshots.py SHOP [--only storefront|console]`.

The shop's folder is copied and served with its console on free ports; the pictures go to docs/images. Look at them
before they are committed. A visitor who meets a fault (see `shopmind.testing.visitor`) fails the command.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

import shopmind
from shopmind.client import Client
from shopmind.console.pages import MENU
from shopmind.insights.traffic import count
from shopmind.testing.processes import Processes
from shopmind.testing.visitor import Visitor, chromium

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
LARGEST = 150_000
SETTLED = "() => document.body.dataset.drawn && !document.querySelector('[aria-busy=true]:not([hidden])')"
SOMEBODY = "412"
SEARCHES = {"milk": 12, "frozen pizza": 9, "chocolate": 11, "coffee": 7}
"""What people search → how many of them."""
NOTHING = {"caviar": 8, "gold earrings": 6}
"""The same, asked so that nothing is found."""
DEAR = "price > 100000"
SAID_MS = 6_500
"""Until what was said is gone."""
WIDE, PHONE = {"width": 1180, "height": 760}, {"width": 360, "height": 740}


@contextmanager
def visiting(browser: Browser, size: dict[str, int], **options: Any) -> Iterator[Visitor]:
    """A visitor with a window of that size, who may meet no fault."""
    visitor = Visitor(browser, **options)
    visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
    yield visitor
    if faults := visitor.leave():
        raise SystemExit("\n".join(faults))


def keep(page: Page, name: str) -> None:
    """Writes docs/images/NAME.png."""
    place = IMAGES / f"{name}.png"
    page.wait_for_timeout(400)
    page.screenshot(path=place)
    size = place.stat().st_size
    sys.stdout.write(f"{place.name:32} {size // 1000} kB\n")
    if size > LARGEST:
        raise SystemExit(f"{place.name}: {size} bytes are more than {LARGEST}")


def storefront(browser: Browser, url: str) -> None:
    """Home, search with a reason, an item, the cart; on a phone; in the dark and in Chinese."""

    def settled(visitor: Visitor, path: str) -> Page:
        page = visitor.go(url + path)
        page.wait_for_function(SETTLED)
        return page

    def become(page: Page) -> None:
        page.locator(".lead button").first.click()
        page.wait_for_function(SETTLED)

    with visiting(browser, WIDE) as visitor:
        page = settled(visitor, "/")
        become(page)
        page.wait_for_timeout(SAID_MS)
        keep(page, "storefront-home")
        settled(visitor, "/search?q=milk+choclate")
        page.locator(".why summary").first.click()
        page.locator(".reasons").wait_for()
        keep(page, "storefront-search")
        page.locator(".grid a.open").first.click()
        page.locator("section[data-scenario=goes_with] .card, section[data-scenario=similar] .card").first.wait_for()
        page.wait_for_function(SETTLED)
        keep(page, "storefront-item")
        page.locator(".about button").click()
        page.locator("section:not([hidden]) .add").first.click()
        page.wait_for_function("() => document.getElementById('cart-count').textContent === '2'")
        page.locator("#open-cart").click()
        page.wait_for_url("**/cart")
        page.wait_for_function(SETTLED)
        page.wait_for_timeout(SAID_MS)
        keep(page, "storefront-cart")
    with visiting(browser, PHONE, dark=True, language="zh-CN") as visitor:
        page = settled(visitor, "/")
        become(page)
        page.wait_for_timeout(SAID_MS)
        keep(page, "storefront-phone")


def searched(url: str) -> None:
    """A few people search, click and buy, so that there is something to report."""
    with Client(url) as client:
        for text, people in SEARCHES.items():
            for person in range(1, people + 1):
                found = client.search(text, user=str(person))
                item = found.hits[person % 3].item
                told = {"item_id": item.item_id, "user_id": str(person), "request_id": found.request_id}
                if person % 4:
                    client.track({**told, "type": "click"})
                if person % 3 == 0 and item.price is not None:
                    client.track({**told, "type": "purchase", "value": str(item.price), "currency": item.currency})
        for text, people in NOTHING.items():
            for person in range(1, people + 1):
                client.search(text, user=str(person), filters=DEAR)


def somebody(page: Page) -> None:
    """Gives the id of a customer where the page asks for one, and waits for what it shows."""
    field = page.get_by_label("Customer's id")
    if field.count():
        field.fill(SOMEBODY)
        field.press("Enter")
        page.wait_for_timeout(3_000)


def console(browser: Browser, url: str) -> None:
    """Every page on the menu."""
    with visiting(browser, WIDE) as visitor:
        for name in MENU:
            page = visitor.go(f"{url}/{name}")
            page.locator("h1").first.wait_for()
            somebody(page)
            page.wait_for_function("() => !document.querySelector('[aria-busy=true], .loading')")
            counting = page.get_by_text("events are not counted yet")
            counting.wait_for(state="detached", timeout=120_000)
            page.wait_for_timeout(800)  # charts draw themselves
            keep(page, f"console-{name}")


def main() -> None:
    """Serves a copy and takes the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shop", type=Path, help="folder of a shop, indexed and trained")
    parser.add_argument("--only", choices=("storefront", "console"))
    given = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="shopmind-pictures-") as scratch, sync_playwright() as playwright:
        processes = Processes(Path(scratch))
        try:
            copy = Path(shutil.copytree(given.shop, Path(scratch) / "shop"))
            with shopmind.open(copy) as shop:
                count(shop)
            api = processes.shop(copy, "--open")
            browser = chromium(playwright)
            faces: dict[str, Callable[[], None]] = {
                "storefront": lambda: storefront(browser, api.url),
                "console": lambda: console(browser, processes.console(api.url).url),
            }
            searched(api.url)
            for name, take in faces.items():
                if given.only in (None, name):
                    take()
            browser.close()
        finally:
            processes.end()


if __name__ == "__main__":
    main()
