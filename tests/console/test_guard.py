from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from shopmind.console.guard import Guard, is_loopback


async def answer(request: object) -> PlainTextResponse:
    return PlainTextResponse("in")


@pytest.fixture
def guarded() -> TestClient:
    app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    return TestClient(Guard(app, ("127.0.0.1", "localhost"), "http://127.0.0.1:8000"), base_url="http://127.0.0.1:8001")


def asked(client: TestClient, method: str, path: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.request(method, path, headers=named)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/today", {}, 200),
        ("GET", "/today", {"host": "localhost:8001"}, 200),
        ("GET", "/today", {"host": "evil.example:8001"}, 403),
        ("GET", "/today", {"origin": "http://evil.example"}, 200),
        ("POST", "/login", {"origin": "http://127.0.0.1:8001"}, 200),
        ("POST", "/login", {}, 200),
        ("POST", "/login", {"origin": "http://evil.example"}, 403),
        ("POST", "/login", {"origin": "http://127.0.0.1:8000"}, 403),
        ("POST", "/login", {"origin": "null"}, 403),
        ("POST", "/login", {"sec_fetch_site": "cross-site"}, 403),
        ("POST", "/login", {"sec_fetch_site": "same-site"}, 403),
        ("GET", "/_nicegui_ws/socket.io/", {"origin": "http://127.0.0.1:8000"}, 403),
        ("GET", "/_nicegui_ws/socket.io/", {"origin": "http://127.0.0.1:8001"}, 200),
    ],
)
def test_what_changes_something_comes_from_our_own_pages(
    guarded: TestClient, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    found = asked(guarded, method, path, **headers)
    assert found.status_code == status
    assert found.headers["x-frame-options"] == "DENY"
    assert "img-src 'self' data: http://127.0.0.1:8000" in found.headers["content-security-policy"]


def test_loopback_is_known_by_name_and_number() -> None:
    assert [host for host in ("localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]") if not is_loopback(host)] == []
    assert [host for host in ("0.0.0.0", "::", "192.168.1.4", "shop.example", "") if is_loopback(host)] == []
