"""A page of another site, visited on the machine where a shop is served without keys, can do nothing to it."""

from __future__ import annotations

import httpx
import pytest
from tests.serving.conftest import Served

from shopmind.serving.run import LOOPBACK_NAMES
from shopmind.shop import Shop
from shopmind.testing.asgi import document

ELSEWHERE = "https://elsewhere.example"
CROSS = {"origin": ELSEWHERE, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
PLAIN = {"content-type": "text/plain;charset=UTF-8"}
LINE = b'{"item_id": "planted", "title": "Planted"}'

WRITES = [
    (method.upper(), path)
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
    if method != "get" and "x-scope" in operation
]
READS = [
    path
    for path, operations in document()["paths"].items()
    if "x-scope" in operations.get("get", {}) and "{" not in path
]


@pytest.fixture
def opened(serve: Served) -> httpx.Client:
    """The shop as `shopmind serve --open` serves it."""
    return serve(role=None, open=True, allowed_hosts=("shop.test", *LOOPBACK_NAMES))


def test_a_beacon_of_another_site_plants_nothing(opened: httpx.Client, shop: Shop) -> None:
    """`navigator.sendBeacon` asks nobody first, and any key in the address makes plain text be read."""
    told = opened.post("/v1/items", params={"key": "x"}, content=LINE, headers={**CROSS, **PLAIN})
    assert told.status_code == 403
    assert shop.catalogue.numbers(["planted"]).tolist() == [-1]


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "headers",
    [
        CROSS,
        {"sec-fetch-site": "same-site"},  # another port of this machine
        {"origin": ELSEWHERE},  # a browser that tells no site
        {"origin": "null"},  # a frame in a sandbox, a file
    ],
    ids=["cross-site", "same-site", "origin", "null"],
)
def test_nothing_is_changed_for_a_page_of_another_site(
    opened: httpx.Client, method: str, path: str, headers: dict[str, str]
) -> None:
    for media_type in ({}, PLAIN, {"content-type": "application/json"}):
        told = opened.request(method, path, content=b"{}", headers={**headers, **media_type})
        assert told.status_code == 403, media_type
        assert "access-control-allow-origin" not in told.headers


@pytest.mark.parametrize("path", READS)
def test_nothing_is_read_by_a_page_of_another_site_either(opened: httpx.Client, path: str) -> None:
    """An answer cannot be read by it, but a search leaves a line in the log."""
    assert opened.get(path, headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}).status_code == 403


def test_own_pages_programs_and_clicked_links_are_let_in(opened: httpx.Client) -> None:
    own = {"origin": "http://shop.test", "sec-fetch-site": "same-origin"}
    event = {"type": "view", "item_id": "tea-01", "session_id": "s"}
    assert opened.post("/v1/events", json=event, headers=own).status_code == 201
    assert opened.post("/v1/events", json=event).status_code == 201
    assert opened.post("/v1/events", json=event, headers={"origin": "http://shop.test"}).status_code == 201
    assert opened.get("/v1/search?q=tea", headers={"sec-fetch-site": "none"}).status_code == 200
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-user": "?1"}
    assert opened.get("/v1/search?q=tea", headers=link).status_code == 200
    assert opened.post("/v1/events", json=event, headers=link).status_code == 403


def test_a_page_of_another_site_may_not_ask_first_either(opened: httpx.Client) -> None:
    asked = {"origin": ELSEWHERE, "access-control-request-method": "POST"}
    told = opened.options("/v1/events", headers=asked)
    assert (told.status_code, "access-control-allow-origin" in told.headers) == (403, False)


@pytest.mark.parametrize("host", ["attacker.example", "attacker.example:8000", "127.0.0.1.attacker.example", "", "["])
def test_a_name_that_was_made_to_lead_here_is_not_answered(opened: httpx.Client, host: str) -> None:
    """DNS rebinding: a page whose own name comes to stand for 127.0.0.1 would be of this origin."""
    for path in ("/", "/v1/search?q=tea", "/health/live", "/page/shop.js", "/docs"):
        assert opened.get(path, headers={"host": host}).status_code == 421, path
    for name in ("localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"):
        assert opened.get("/health/live", headers={"host": name}).status_code == 200


def test_with_keys_a_page_of_another_site_has_none(serve: Served) -> None:
    keyed = serve(role=None)
    for method, path in WRITES:
        assert keyed.request(method, path, content=b"{}", headers=CROSS).status_code == 401
