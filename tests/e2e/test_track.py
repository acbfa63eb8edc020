"""The script in a page of another origin, in a real browser against a real server: what is seen and done is counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import shopmind
from shopmind.domain import EVENT_TYPES
from shopmind.insights import traffic
from shopmind.serving import keys
from shopmind.testing.processes import PATIENCE_S

if TYPE_CHECKING:
    from shopmind.testing.processes import Server
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow


class Quiet(SimpleHTTPRequestHandler):
    """Serves the pages of a shop without a word."""

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The origin of a shop's own pages, and the folder they are in."""
    pages = tmp_path / "pages"
    pages.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(pages)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", pages
    server.shutdown()
    server.server_close()


class Floor:
    """A served shop, a page of its own with four goods of one answer, and what has arrived."""

    def __init__(
        self, visitor: Visitor, start: Callable[..., Server], folder: Path, origin: str, pages: Path, **script: str
    ) -> None:
        self.visitor, self.folder, self.origin = visitor, folder, origin
        with shopmind.open(folder) as shop:
            key = keys.create(shop.records, "public", (origin,))
            self.first = shop.events.last_number()
        self.url = start(folder).url
        asked = httpx.post(f"{self.url}/v1/recommend/home", json={"session": "s", "n": 4}, headers={"x-api-key": key})
        slate = asked.json()
        self.request, self.items = slate["request_id"], [hit["item"]["item_id"] for hit in slate["hits"]]
        said = "".join(f' data-{name}="{value}"' for name, value in {"key": key, "user": "u01", **script}.items())
        head = f'<!doctype html><link rel="icon" href="data:,"><script src="{self.url}/track.js"{said}></script>'
        goods = "".join(
            f'<div data-shopmind-item="{item}" style="height:60px;margin-top:{3000 if at == 2 else 0}px">'
            f'{item} <button data-shopmind-do="add_to_cart">+</button></div>'
            for at, item in enumerate(self.items)
        )
        (pages / "home.html").write_text(f'{head}<div data-shopmind-request="{self.request}">{goods}</div>')
        (pages / "thanks.html").write_text(f"{head}<p>thank you</p>")

    def rows(self) -> list[dict[str, Any]]:
        """Type, item, request and place of every event since the beginning."""
        with shopmind.open(self.folder) as shop:
            table = shop.events.table(after=self.first, whole=True)
            ids = {number: item.item_id for number, item in shop.catalogue.scan()}
        return [
            {
                "type": EVENT_TYPES[row["type"]],
                "item": ids[row["item"]],
                **{n: row[n] for n in ("request_id", "position")},
            }
            for row in table.iter_rows(named=True)
        ]

    def wait(self, count: int) -> list[dict[str, Any]]:
        """The events, once there are so many."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            found = self.rows()
            if len(found) >= count:
                return found
            self.visitor.page.wait_for_timeout(200)  # not sleep: the visitor lets requests through meanwhile
        raise AssertionError(f"{count} events were expected: {self.rows()}")


def test_what_is_seen_clicked_and_bought_is_counted_once(
    start: Callable[..., Server], folder: Path, site: tuple[str, Path], visitor: Visitor
) -> None:
    floor = Floor(visitor, start, folder, *site)
    page = visitor.go(f"{floor.origin}/home.html")
    seen = floor.wait(2)
    assert [(row["type"], row["item"], row["position"], row["request_id"]) for row in seen] == [
        ("impression", floor.items[0], 0, floor.request),
        ("impression", floor.items[1], 1, floor.request),
    ], "what is below the fold was not seen"
    page.evaluate("window.scrollTo(0, 4000)")
    assert {row["item"] for row in floor.wait(4)} == set(floor.items)
    page.evaluate(f"document.querySelector('[data-shopmind-item=\"{floor.items[3]}\"]').click()")
    page.evaluate(f"document.querySelector('[data-shopmind-item=\"{floor.items[3]}\"] button').click()")
    done = floor.wait(6)[4:]
    assert [(row["type"], row["item"], row["position"], row["request_id"]) for row in done] == [
        ("click", floor.items[3], 3, floor.request),
        ("add_to_cart", floor.items[3], 3, floor.request),
    ]
    page = visitor.go(f"{floor.origin}/thanks.html")
    order = f"{{order_id: 'o1', currency: 'USD', items: [{{item_id: '{floor.items[3]}', price: 4.5, quantity: 2}}]}}"
    page.evaluate(f"shopmind.purchase({order})")
    page.evaluate(f"shopmind.purchase({order})")
    bought = floor.wait(7)[6]
    assert (bought["type"], bought["request_id"], bought["position"]) == ("purchase", floor.request, 3)
    page = visitor.go(f"{floor.origin}/home.html")
    page.wait_for_timeout(2_500)
    assert len(floor.rows()) == 7, "the same impressions and the same order are the same events"
    with shopmind.open(folder) as shop:
        home = next(line for line in traffic(shop, days=2).lines if line.scenario == "home" and line.answers)
    assert (home.add_to_carts, home.purchases, home.revenue) == (1, 1, {"USD": 9.0})


def test_what_happens_as_the_page_closes_arrives_by_beacon(
    start: Callable[..., Server], folder: Path, site: tuple[str, Path], visitor: Visitor
) -> None:
    floor = Floor(visitor, start, folder, *site)
    page = visitor.go(f"{floor.origin}/thanks.html")
    page.evaluate(f"shopmind.track({{type: 'favourite', item_id: '{floor.items[0]}'}}); location.href = 'about:blank'")
    assert [row["type"] for row in floor.wait(1)] == ["favourite"]


def test_nothing_is_stored_or_sent_before_consent(
    start: Callable[..., Server], folder: Path, site: tuple[str, Path], visitor: Visitor
) -> None:
    floor = Floor(visitor, start, folder, *site, consent="wait")
    page = visitor.go(f"{floor.origin}/home.html")
    page.wait_for_timeout(2_000)
    assert (floor.rows(), page.evaluate("localStorage.length")) == ([], 0)
    page.evaluate("shopmind.consent(true)")
    assert len(floor.wait(2)) == 2
    page.evaluate("shopmind.consent(false)")
    assert page.evaluate("localStorage.length") == 0
