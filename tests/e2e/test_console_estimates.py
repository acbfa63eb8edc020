"""An estimate that the log can carry, in a real browser: begun, followed, and read with its diagnostics."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import shopmind
from shopmind.testing.exploring import asked, write_exploring
from shopmind.testing.processes import Processes

if TYPE_CHECKING:
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow

REQUESTS = 400


@pytest.fixture
def explored(folder: Path) -> Path:
    """A shop whose home left one place to chance, with clicks that follow from what stood there."""
    write_exploring(folder)
    with shopmind.open(folder) as shop:
        _, clicks = asked(shop, REQUESTS)
        shop.track(clicks)
    return folder


def test_an_estimate_that_the_log_carries_is_shown_with_what_it_rests_on(
    processes: Processes,
    explored: Path,
    visit: Callable[..., Visitor],
    accessible: Callable[[Visitor], None],
    tmp_path: Path,
) -> None:
    console = processes.console(processes.shop(explored, "--open").url)
    visitor = visit()
    page = visitor.go(f"{console.url}/experiments?tab=estimates")
    page.get_by_label("What differs, in TOML").fill('rerankers = [{part = "top"}]')
    page.get_by_role("button", name="Begin").click()
    row = page.get_by_role("row").filter(has_text="home").filter(has_text=re.compile("rerankers"))
    row.get_by_text("done", exact=True).wait_for()
    row.get_by_role("link").click()
    page.get_by_role("heading", name="Estimate of home, begun").wait_for()
    for name in ("Answers asked again", "Effective sample", "Mean weight", "Largest weight"):
        page.get_by_text(name).first.wait_for()
    address = page.url
    for language, dark in (("en-GB", False), ("zh-CN", True)):
        seen = visit(language=language, dark=dark)
        seen.go(address)
        page = seen.go(address)  # browsers tell what their person likes from the second request on
        page.locator(".section[aria-busy]").wait_for(state="detached")
        page.locator("canvas").first.wait_for()
        seen.shot(f"console-estimate-{language}", tmp_path)
        assert page.get_by_text(re.compile(r"\b(None|nan|undefined)\b")).count() == 0
        notes = page.locator(".says li").all_inner_texts()
        assert notes
        if language == "zh-CN":
            assert all(re.search("[\u4e00-\u9fff]", note) for note in notes), notes
        accessible(seen)
