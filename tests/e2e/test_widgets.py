"""The widgets in a page of another origin, under a strict policy, in a real browser against a real server with keys."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import shopmind
from shopmind.domain import EVENT_TYPES
from shopmind.serving import keys
from shopmind.testing.processes import PATIENCE_S, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from shopmind.testing.processes import Processes, Server
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow

STRIP = "shopmind-strip[scenario={}][data-state=shown]"


class Strict(SimpleHTTPRequestHandler):
    """Serves the pages of a shop without a word, and under the policy that docs/how-to/embed-the-widgets.md gives."""

    engine = ""

    def end_headers(self) -> None:
        """Adds the policy."""
        policy = f"default-src 'none'; script-src {self.engine}; connect-src {self.engine}; img-src 'self' data:"
        trusted = "; require-trusted-types-for 'script'"
        self.send_header("content-security-policy", policy + trusted)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


class Site:
    """A site of another origin with its own pages, and the engine it asks."""

    def __init__(self, start: Callable[..., Server], folder: Path, pages: Path, allowed: bool = True) -> None:
        self.folder, self.pages = folder, pages
        handler = type("Handler", (Strict,), {})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(pages)))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        with shopmind.open(folder) as shop:
            self.key = keys.create(shop.records, "public", (self.origin,) if allowed else ("https://other.example",))
            self.first = shop.events.last_number()
        self.engine = start(folder).url
        handler.engine = self.engine  # type: ignore[attr-defined]

    def page(self, body: str, name: str = "index.html", **data: str) -> str:
        """Writes a page that embeds the widgets; gives its address."""
        said = "".join(f' data-{key}="{value}"' for key, value in {"key": self.key, **data}.items())
        head = f'<script src="{self.engine}/widgets/shopmind.js"{said} defer></script>'
        icon = '<link rel="icon" href="data:,">'
        html = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title>{icon}{head}</head>'
        (self.pages / name).write_text(f"{html}<body><h1>A shop</h1>{body}</body></html>", encoding="utf-8")
        return f"{self.origin}/{name}"

    def events(self, page: Page, count: int) -> list[tuple[str, str]]:
        """Type and item of every event since the beginning, once there are so many."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with shopmind.open(self.folder) as shop:
                rows = shop.events.table(after=self.first, whole=True)
                ids = {number: item.item_id for number, item in shop.catalogue.scan()}
            found = [(EVENT_TYPES[row["type"]], ids.get(row["item"], "")) for row in rows.iter_rows(named=True)]
            if len(found) >= count or time.monotonic() > deadline:
                return found
            page.wait_for_timeout(200)  # not sleep: the visitor lets requests through meanwhile

    def close(self) -> None:
        """Ends the site."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def site(start: Callable[..., Server], folder: Path, tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "pages").mkdir()
    made = Site(start, folder, tmp_path / "pages")
    yield made
    made.close()


def shown(page: Page, scenario: str) -> list[str]:
    page.locator(STRIP.format(scenario)).wait_for()
    found: list[str] = page.locator(f"{STRIP.format(scenario)} .card").evaluate_all(
        "cards => cards.map(card => card.dataset.shopmindItem)"
    )
    return found


def test_a_strip_shows_goods_and_tells_what_is_seen_and_done(site: Site, visitor: Visitor) -> None:
    strips = '<shopmind-strip scenario="home" n="4" link="/products/{id}.html" add why></shopmind-strip>'
    page = visitor.go(site.page(strips, user="u01"))
    items = shown(page, "home")
    assert len(items) == 4
    assert page.get_by_role("heading", name="For you").count() == 1
    first = page.locator("shopmind-strip .card").first
    assert first.locator("a.open").get_attribute("href") == f"{site.origin}/products/{items[0]}.html"
    assert sorted(site.events(page, 4)) == sorted(("impression", item) for item in items)
    first.get_by_text("Why this?").click()
    first.get_by_text("Brought by").wait_for()
    page.evaluate("() => addEventListener('shopmind-add', event => (window.added ||= []).push(event.detail.item_id))")
    first.get_by_role("button", name="Add to cart").click()
    page.wait_for_function("() => window.added?.length === 1")
    assert page.evaluate("added") == [items[0]]
    assert ("add_to_cart", items[0]) in site.events(page, 5)
    assert ("click", items[0]) not in site.events(page, 5), "to ask why is no click"


def test_the_search_box_completes_and_shows_results_below_or_on_the_page_of_the_site(
    site: Site, visitor: Visitor
) -> None:
    page = visitor.go(site.page('<shopmind-search n="6"></shopmind-search>'))
    box = page.get_by_role("combobox", name="Search")
    box.press_sequentially("gre", delay=20)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant")
    box.fill("green tea")
    page.keyboard.press("Enter")
    page.get_by_text("results for “green tea”").wait_for()
    assert page.locator("shopmind-search .title mark").count() > 1
    assert ("search", "") in site.events(page, 1)
    (site.pages / "results.html").write_text("<!doctype html><title>Results</title><link rel=icon href=data:,>")
    page = visitor.go(site.page('<shopmind-search results="/results.html?q={text}"></shopmind-search>', "two.html"))
    page.get_by_role("combobox").fill('a "b" & c')
    page.keyboard.press("Enter")
    page.wait_for_url("**/results.html?q=a%20%22b%22%20%26%20c")


def test_strips_follow_anchors_become_somebody_else_and_speak_chinese(site: Site, visitor: Visitor) -> None:
    strips = 'scenario="similar" anchors="tea-01"', 'scenario="buy_again" n="5"'
    body = "".join(f"<shopmind-strip {each}></shopmind-strip>" for each in strips)
    page = visitor.go(site.page(body, user="u01", language="zh"))
    first, bought = shown(page, "similar"), shown(page, "buy_again")
    assert page.get_by_role("heading", name="相似商品").count() == 1
    page.evaluate("() => document.querySelector('shopmind-strip').setAttribute('anchors', 'ele-01')")
    page.wait_for_function(
        "first => document.querySelector('shopmind-strip').shadowRoot.querySelector('.card')"
        "?.dataset.shopmindItem !== first",
        arg=first[0],
    )
    page.evaluate("() => shopmind.user('u03')")
    page.wait_for_function(
        "bought => document.querySelectorAll('shopmind-strip')[1].shadowRoot.querySelector('.card')"
        "?.dataset.shopmindItem !== bought",
        arg=bought[0],
    )


def test_the_style_of_the_site_and_that_of_the_widgets_leave_each_other_alone(site: Site, visitor: Visitor) -> None:
    page = visitor.go(site.page('<shopmind-strip scenario="home"></shopmind-strip><p class="card title">Ours</p>'))
    shown(page, "home")
    assert page.evaluate("getComputedStyle(document.querySelector('p.card')).borderStyle") == "none"
    assert page.evaluate("document.adoptedStyleSheets.length") == 0


def test_nothing_is_stored_or_noted_before_consent(site: Site, visitor: Visitor) -> None:
    page = visitor.go(site.page('<shopmind-strip scenario="home" n="3"></shopmind-strip>', consent="wait"))
    shown(page, "home")
    page.wait_for_timeout(2_000)
    assert site.events(page, 0) == []
    assert page.evaluate("localStorage.length") == 0
    page.evaluate("() => shopmind.consent(true)")
    assert len(site.events(page, 3)) == 3


def test_a_page_that_the_key_does_not_allow_gets_nothing(
    start: Callable[..., Server], folder: Path, tmp_path: Path, visitor: Visitor
) -> None:
    (tmp_path / "pages").mkdir()
    site = Site(start, folder, tmp_path / "pages", allowed=False)
    page = visitor.go(site.page('<shopmind-strip scenario="home"></shopmind-strip><p>The rest of the page</p>'))
    page.locator("shopmind-strip[data-state=failed]").wait_for(state="attached")
    assert page.get_by_text("The rest of the page").is_visible()
    assert page.locator("shopmind-strip .card").count() == 0
    page.wait_for_timeout(4_000)
    asked = visitor.forgive("403|CORS|ERR_FAILED|Access to fetch")
    assert len(asked) < 20, "who is refused asks less and less"
    site.close()


def test_rows_come_when_the_engine_is_back(
    processes: Processes, folder: Path, tmp_path: Path, visitor: Visitor
) -> None:
    port = free_port()
    (tmp_path / "pages").mkdir()
    site = Site(lambda folder: processes.shop(folder, port=port), folder, tmp_path / "pages")
    page = visitor.go(site.page('<shopmind-strip scenario="home" n="3"></shopmind-strip>'))
    shown(page, "home")
    processes.end()
    page.evaluate("() => document.querySelector('shopmind-strip').setAttribute('n', '4')")
    page.locator("shopmind-strip[data-state=failed]").wait_for(state="attached")
    processes.shop(folder, port=port)
    assert len(shown(page, "home")) == 4
    visitor.forgive("ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_FAILED|CORS")
    site.close()


def test_axe_has_nothing_grave_to_say_of_the_widgets(
    site: Site, visit: Callable[..., Visitor], accessible: Callable[[Visitor], None]
) -> None:
    visitor = visit()
    body = '<main><shopmind-search></shopmind-search><shopmind-strip scenario="home" add why></shopmind-strip></main>'
    shown(visitor.go(site.page(body)), "home")
    accessible(visitor)
