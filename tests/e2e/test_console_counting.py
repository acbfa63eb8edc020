"""The page Today while a large log is counted for the first time, in a real browser."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx
import pytest

from shopmind.testing.processes import Processes, Server

if TYPE_CHECKING:
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow

TODAY = "/v1/insights/today"
BEHIND = (1_500_000, 900_000, 300_000)


@pytest.fixture
def left() -> list[int]:
    """What the API says is not counted yet; a test takes away what it has seen."""
    return list(BEHIND)


@pytest.fixture
def counting(shop_api: Server, left: list[int]) -> Iterator[str]:
    """The address of the API, which tells that it has not counted everything yet."""

    class Forward(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = httpx.get(f"{shop_api.url}{self.path}")
            content = told.content
            now = left[:1]
            if self.path.startswith(TODAY) and now:
                body = told.json()
                (traffic,) = (each for each in body["freshness"] if each["what"] == "traffic")
                traffic["behind"] = now[0]
                content = json.dumps(body).encode()
            self.send_response(told.status_code)
            self.send_header("content-type", told.headers["content-type"])
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Forward)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_today_looks_again_by_itself_until_everything_is_counted(
    processes: Processes, counting: str, left: list[int], visitor: Visitor
) -> None:
    page = visitor.go(f"{processes.console(counting).url}/today")
    page.evaluate("window.same = true")
    for behind in BEHIND:
        page.get_by_text(f"{behind:,} events are not counted yet").wait_for()
        left.pop(0)
    page.get_by_text("events are not counted yet").wait_for(state="detached")
    page.locator(".section[aria-busy]").wait_for(state="detached")
    page.get_by_text("Impressions").first.wait_for()
    page.locator("canvas").first.wait_for()
    assert page.evaluate("window.same"), "nobody had to load the page again"
