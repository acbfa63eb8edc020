"""Who gets into the console, and what cannot come in."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

import shopmind
from shopmind.serving import keys
from shopmind.testing.processes import Processes, Server, until

if TYPE_CHECKING:
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tokens(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Role → a key of it; "folder" → the shop."""
    folder = Path(shutil.copytree(tiny_folder, tmp_path_factory.mktemp("keyed") / "shop"))
    with shopmind.open(folder) as shop:
        made: dict[str, str] = {role: keys.create(shop.records, role) for role in keys.ROLES}
    return {**made, "folder": str(folder)}


@pytest.fixture(scope="module")
def keyed_api(shared_processes: Processes, tokens: dict[str, str]) -> Server:
    """A shop that asks for keys."""
    return shared_processes.shop(Path(tokens["folder"]))


@pytest.fixture(scope="module")
def keyed(shared_processes: Processes, keyed_api: Server) -> Server:
    """The console of that shop."""
    return shared_processes.console(keyed_api.url)


def log_in(visitor: Visitor, console: Server, key: str, path: str = "/today") -> None:
    page = visitor.go(f"{console.url}{path}")
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Log in").click()


def test_a_shop_with_keys_asks_for_one_and_a_wrong_one_stays_outside(
    visitor: Visitor, keyed: Server, tokens: dict[str, str], accessible: Callable[[Visitor], None]
) -> None:
    log_in(visitor, keyed, "sm_0123456789ab_" + "0" * 64)
    visitor.page.get_by_role("alert").get_by_text("This key is not known").wait_for()
    accessible(visitor)
    log_in(visitor, keyed, tokens["public"])
    visitor.page.get_by_text("A public key is for web pages").wait_for()
    assert len(visitor.forgive("status 401|console Failed to load resource.*401")) >= 2
    assert visitor.page.goto(f"{keyed.url}/settings").url.startswith(f"{keyed.url}/login")  # type: ignore[union-attr]


def test_who_logged_in_is_told_and_the_key_is_nowhere_to_be_read(
    visitor: Visitor, keyed: Server, tokens: dict[str, str]
) -> None:
    log_in(visitor, keyed, tokens["merchandiser"], "/settings")
    page = visitor.page
    page.get_by_role("heading", name="Settings", level=1).wait_for()
    page.get_by_text("Merchandiser", exact=True).wait_for()
    secret = tokens["merchandiser"].split("_")[2]
    assert secret not in page.url
    assert secret not in page.content()
    assert secret not in str(visitor.context.cookies())
    assert secret not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    cookie = next(each for each in visitor.context.cookies() if each["name"] == "shopmind_console")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("API key").wait_for()
    page.goto(f"{keyed.url}/today")
    page.get_by_label("API key").wait_for()
    assert secret not in keyed.log


def test_logging_in_gives_a_new_session(visitor: Visitor, keyed: Server, tokens: dict[str, str]) -> None:
    visitor.go(f"{keyed.url}/today")
    before = {each["value"].split(".")[0] for each in visitor.context.cookies()}
    log_in(visitor, keyed, tokens["viewer"])
    visitor.page.get_by_role("heading", name="Today", level=1).wait_for()
    assert before.isdisjoint({each["value"].split(".")[0] for each in visitor.context.cookies()})


def test_a_viewer_looks_and_cannot_change(visitor: Visitor, keyed: Server, tokens: dict[str, str]) -> None:
    log_in(visitor, keyed, tokens["viewer"])
    page = visitor.page
    page.get_by_text("Impressions").first.wait_for()
    page.goto(f"{keyed.url}/settings?tab=scenarios&scenario=home")
    page.get_by_text("Your key may read this file").wait_for()
    assert page.get_by_role("button", name=re.compile("Save|Check")).count() == 0
    page.goto(f"{keyed.url}/settings?tab=keys")
    page.get_by_role("heading", name="Only an admin sees and makes keys").wait_for()


def status(api: Server, key: str) -> int:
    return httpx.get(f"{api.url}/v1/keys/mine", headers={"x-api-key": key}).status_code


def test_a_key_that_is_revoked_is_asked_for_again(
    visitor: Visitor, keyed: Server, keyed_api: Server, tokens: dict[str, str]
) -> None:
    with shopmind.open(tokens["folder"]) as shop:
        key = keys.create(shop.records, "viewer")
        until(lambda: status(keyed_api, key) == 200)
        log_in(visitor, keyed, key)
        page = visitor.page
        page.get_by_text("Impressions").first.wait_for()
        keys.revoke(shop.records, key.split("_")[1])
        until(lambda: status(keyed_api, key) == 401)
    page.get_by_role("button", name="Refresh").click()
    page.get_by_text("Your key is asked for again").wait_for()
    visitor.forgive("401")


def test_pages_of_other_sites_cannot_act_here(keyed: Server, tokens: dict[str, str]) -> None:
    evil = {"origin": "http://evil.example"}
    form = {"key": tokens["admin"], "to": "today"}
    with httpx.Client(base_url=keyed.url) as client:
        assert client.post("/login", data=form, headers=evil).status_code == 403
        assert client.post("/logout", headers=evil).status_code == 403
        assert client.post(
            "/login", data=form, headers={"origin": keyed.url.replace("127.0.0.1", "localhost")}
        ).is_error
        assert client.get("/today", headers={"host": "evil.example"}).status_code == 403
        polled = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
        assert client.get(polled, headers=evil).status_code == 403
        neighbour = {"origin": "http://127.0.0.1:8000"}  # the storefront is on the same host, and gets the same cookies
        assert client.get(polled, headers=neighbour).status_code == 403
        upgrade = {
            "connection": "Upgrade",
            "upgrade": "websocket",
            "sec-websocket-version": "13",
            "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        socket = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
        assert client.get(socket, headers={**upgrade, **evil}).status_code == 403
        assert client.post("/login", data=form).status_code == 303


def test_the_address_to_go_to_after_the_login_is_one_of_ours(keyed: Server, tokens: dict[str, str]) -> None:
    with httpx.Client(base_url=keyed.url) as client:
        for to in ("//evil.example", "https://evil.example", "../x", "javascript:alert(1)"):
            answer = client.post("/login", data={"key": tokens["viewer"], "to": to})
            assert answer.headers["location"] == "/today"
        shown = client.get("/login", params={"to": '"><script>alert(1)</script>', "why": "<b>"}).text
        assert "<script>alert" not in shown
        assert client.post("/login", content=b"key=" + b"x" * 5_000).status_code == 401


def test_every_answer_forbids_frames_and_other_hosts(keyed: Server) -> None:
    headers = httpx.get(f"{keyed.url}/login").headers
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
