"""The page Settings in a real browser: scenarios as files, and keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from shopmind.testing.processes import Processes, Server, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow

SHORT = 'base = "home"\ntitle = "Short"\nn = 3\n'


def shown(api: Server) -> int:
    return len(httpx.post(f"{api.url}/v1/recommend/home", json={"user": "u01"}).json()["hits"])


def write(page: Page, text: str) -> None:
    page.get_by_label("Scenario as TOML").fill(text)
    page.wait_for_timeout(200)  # what is typed goes to the server by a socket


def test_a_scenario_is_edited_checked_saved_and_brought_back(
    visitor: Visitor, console: Server, shop_api: Server, accessible: Callable[[Visitor], None], tmp_path: Path
) -> None:
    page = visitor.go(f"{console.url}/settings")
    page.get_by_role("link", name="home", exact=True).click()
    page.get_by_text("The file that comes with shopmind").wait_for()
    write(page, 'base = "home"\nranker = {part = "wieghted"}\n')
    page.get_by_role("button", name="Check").click()
    page.get_by_text(re.compile("did you mean 'weighted'")).wait_for()
    page.get_by_text(re.compile("Line 2: ranker")).wait_for()
    accessible(visitor)
    page.get_by_role("button", name="Save").click()
    page.get_by_text(re.compile("did you mean 'weighted'")).wait_for()
    assert shown(shop_api) > 3
    write(page, SHORT)
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("+n = 3").wait_for()
    accessible(visitor)
    visitor.shot("console-settings-diff", tmp_path)
    dialog.get_by_role("button", name="Save").click()
    page.get_by_text("The shop's own file, version 1").wait_for()
    assert shown(shop_api) == 3
    page.get_by_role("button", name="Back to the packaged file").click()
    page.get_by_role("dialog").get_by_role("button", name="Bring back").click()
    page.get_by_text("The file that comes with shopmind").wait_for()
    assert shown(shop_api) > 3
    page.get_by_role("button", name=re.compile("Bring back")).last.click()
    page.get_by_role("dialog").get_by_role("button", name="Bring back").click()
    page.get_by_text("The shop's own file, version 3").wait_for()
    assert shown(shop_api) == 3
    httpx.delete(f"{shop_api.url}/v1/scenarios/home").raise_for_status()


def test_a_change_reaches_every_process_that_serves_the_shop(processes: Processes, folder: Path) -> None:
    api = processes.shop(folder, "--open", "--processes", "2")
    httpx.put(f"{api.url}/v1/scenarios/home", json={"text": SHORT}).raise_for_status()
    httpx.put(f"{api.url}/v1/scenarios/bargains", json={"text": SHORT}).raise_for_status()

    def by_all() -> bool:  # every call is a connection of its own, so both processes are asked
        bargains = [httpx.post(f"{api.url}/v1/recommend/bargains", json={}).status_code for _ in range(12)]
        return {shown(api) for _ in range(12)} == {3} and set(bargains) == {200}

    until(by_all)


def test_a_key_is_made_shown_once_and_revoked(
    visitor: Visitor, console: Server, accessible: Callable[[Visitor], None]
) -> None:
    page = visitor.go(f"{console.url}/settings?tab=keys")
    page.get_by_text("Public key", exact=True).click()
    page.get_by_label("Origins").fill("javascript:alert(1)")
    page.wait_for_timeout(200)
    page.get_by_role("button", name="Make").click()
    page.get_by_text("is not an origin").wait_for()
    page.get_by_label("Origins").fill("https://shop.example")
    page.wait_for_timeout(200)
    page.get_by_role("button", name="Make").click()
    dialog = page.get_by_role("dialog")
    key = dialog.get_by_text(re.compile("^sm_[0-9a-f]{12}_[0-9a-f]{64}$")).inner_text()
    accessible(visitor)
    dialog.get_by_role("button", name="Close").click()
    page.get_by_role("cell", name="https://shop.example").wait_for()
    assert key not in page.content()
    page.get_by_role("button", name=re.compile("Revoke")).click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    page.get_by_role("heading", name="There are no keys yet").wait_for()


def test_somebody_elses_change_is_not_overwritten(visitor: Visitor, console: Server, shop_api: Server) -> None:
    page = visitor.go(f"{console.url}/settings?tab=scenarios&scenario=trending")
    page.get_by_label("Scenario as TOML").wait_for()
    other = SHORT.replace("Short", "Other")
    httpx.put(f"{shop_api.url}/v1/scenarios/trending", json={"text": other}).raise_for_status()
    write(page, SHORT)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_text("it was changed since it was read").wait_for()
    httpx.delete(f"{shop_api.url}/v1/scenarios/trending").raise_for_status()


def test_what_stands_in_a_scenario_is_text_and_nothing_else(
    visitor: Visitor, console: Server, shop_api: Server
) -> None:
    hostile = '"><img src=x onerror="document.body.dataset.broken=1"><script>document.body.dataset.broken=1</script>'
    text = f"base = \"home\"\ntitle = '''{hostile}'''\n"
    httpx.put(f"{shop_api.url}/v1/scenarios/odd", json={"text": text}).raise_for_status()
    page = visitor.go(f"{console.url}/settings")
    page.get_by_text("onerror").first.wait_for()
    page.get_by_role("link", name="odd").click()
    write(page, text + "n = 4\n")
    page.get_by_role("button", name="Check").click()
    page.get_by_text("This can be saved").wait_for()
    assert page.evaluate("document.body.dataset.broken") is None
    httpx.delete(f"{shop_api.url}/v1/scenarios/odd").raise_for_status()
