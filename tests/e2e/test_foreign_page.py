"""A real browser visits a page of another site on the machine where a shop is served without keys."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import httpx
import pytest

from shopmind.testing.processes import until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from shopmind.testing.processes import Server

pytestmark = pytest.mark.slow

PAGE = """<!doctype html><title>Elsewhere</title><iframe name="there"></iframe>
<form id="f" method="post" enctype="text/plain" target="there" action="{shop}/v1/items?key=x">
<input name='{{"item_id":"planted-form","title":"' value='x"}}'></form>
<script>
const shop = "{shop}", row = JSON.stringify({{item_id: "planted", title: "Planted"}});
navigator.sendBeacon(shop + "/v1/items?key=x", new Blob([row], {{type: "text/plain"}}));
document.getElementById("f").submit();
const tries = [
  fetch(shop + "/v1/items?key=x", {{method: "POST", mode: "no-cors", body: row}}),
  fetch(shop + "/v1/items", {{method: "POST", headers: {{"content-type": "application/json"}}, body: row}}),
  fetch(shop + "/v1/items/tea-01", {{method: "DELETE"}}),
  fetch(shop + "/v1/users/u01", {{method: "DELETE", mode: "no-cors"}}),
  fetch(shop + "/v1/items/tea-01").then(answer => answer.text()),
  fetch(shop + "/v1/search?q=planted-query", {{mode: "no-cors"}}),
];
Promise.allSettled(tries).then(all => {{ window.came = all.map(each => each.status); }});
</script>"""


@pytest.fixture
def elsewhere(shop_api: Server) -> Iterator[str]:
    """Another site: another port, and another name, than the shop's."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE.format(shop=shop_api.url).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_page_of_another_site_changes_and_reads_nothing(chromium: Browser, shop_api: Server, elsewhere: str) -> None:
    page = chromium.new_page()
    page.goto(elsewhere)
    page.wait_for_function("window.came")
    page.wait_for_timeout(1_000)
    came = page.evaluate("window.came")
    page.close()
    assert came[1:3] == ["rejected", "rejected"], "a browser asks first, and is refused"
    assert came[4] == "rejected", "nothing can be read"
    with httpx.Client(base_url=shop_api.url) as shop:
        assert shop.get("/v1/items/planted").status_code == 404
        assert shop.get("/v1/items/planted-form").status_code == 404
        assert shop.get("/v1/items/tea-01").status_code == 200
        assert shop.get("/v1/users/u01").status_code == 200
    until(lambda: shop_api.log.count('"status":403') >= 4)  # a line comes after its answer
