"""The page Experiments in a real browser: planned, written, started, read, decided; estimates; the knowledge log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from shopmind.testing.processes import Server

if TYPE_CHECKING:
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow

HOSTILE = '<script>document.body.dataset.broken=1</script>"><img src=x onerror=document.body.dataset.broken=2>'
RAN = {
    "name": "ran",
    "title": f"Fewer {HOSTILE}",
    "scenario": "home",
    "layer": "own",
    "variants": {"plain": {"share": 0.5}, "few": {"share": 0.5, "n": 3}},
}
PARTS = ("running", "plan", "write", "estimates", "knowledge")


@pytest.fixture(scope="module", autouse=True)
def ran(shop_api: Server) -> None:
    """An experiment whose units did something."""
    with httpx.Client(base_url=shop_api.url) as api:
        api.post("/v1/experiments", json=RAN).raise_for_status()
        api.post("/v1/experiments/ran", json={"action": "start"}).raise_for_status()
        events = []
        for visitor in range(300):
            slate = api.post("/v1/recommend/home", json={"user": f"v{visitor}"}).json()
            if visitor % 3 == 0:
                item_id = slate["hits"][0]["item"]["item_id"]
                events.append({"type": "purchase", "user_id": f"v{visitor}", "item_id": item_id, "value": "5"})
        api.post("/v1/events", json=events).raise_for_status()
        api.post("/v1/knowledge", json={"title": f"Learned {HOSTILE}", "text": HOSTILE}).raise_for_status()


@pytest.mark.parametrize(("dark", "language"), [(False, "en-GB"), (True, "zh-CN")])
def test_every_part_is_accessible_and_runs_nothing_that_is_only_a_text(
    visit: Callable[..., Visitor],
    console: Server,
    accessible: Callable[[Visitor], None],
    dark: bool,
    language: str,
    tmp_path: Path,
) -> None:
    visitor = visit(dark=dark, language=language)
    addresses = {**{part: f"?tab={part}" for part in PARTS}, "one": "?name=ran"}
    for name, address in addresses.items():
        page = visitor.go(f"{console.url}/experiments{address}")
        page.locator("main h1").wait_for()
        page.wait_for_timeout(700)
        visitor.shot(f"console-experiments-{name}-{language}", tmp_path)
        for drawn in page.locator("canvas").all():
            drawn.hover(force=True)
        assert page.evaluate("document.body.dataset.broken ?? null") is None
        assert page.locator("main script, main img").count() == 0
        accessible(visitor)


def test_an_experiment_is_planned_written_started_read_and_decided(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/experiments?tab=plan")
    page.get_by_text("How long it takes").wait_for()
    page.get_by_text("Units a day").wait_for()
    page = visitor.go(f"{console.url}/experiments?tab=write")
    page.get_by_label("Name").first.fill("calmer")
    page.get_by_label("What is tried").fill("Three items at home")
    page.get_by_label("What differs, in TOML").nth(1).fill("n = ")
    page.get_by_role("button", name="Write it").click()
    page.get_by_role("alert").get_by_text("other:").wait_for()
    page.get_by_label("What differs, in TOML").nth(1).fill("n = 3")
    page.get_by_role("button", name="Write it").click()
    page.get_by_role("heading", name="Three items at home").wait_for()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("dialog").get_by_role("button", name="Start").click()
    page.get_by_role("alert").get_by_text("calmer").wait_for()  # it would meet the other one, which has all units
    page.keyboard.press("Escape")
    visitor.forgive("status 422")
    page = visitor.go(f"{console.url}/experiments?name=ran")
    page.get_by_text("Recommended:").wait_for()
    page.get_by_text("as it was dealt").wait_for()
    page.get_by_text("Day by day").wait_for()
    page.get_by_role("cell", name="conversion (decides)").wait_for()
    page.get_by_label("Why").fill("The page is calmer")
    page.get_by_role("button", name="Write it down and stop").click()
    page.get_by_role("button", name="Start").wait_for()  # it is stopped
    page.get_by_role("link", name="The knowledge log").wait_for()
    page = visitor.go(f"{console.url}/experiments?tab=knowledge")
    page.get_by_role("heading", name="Experiment ran: nothing is chosen").wait_for()
    page = visitor.go(f"{console.url}/experiments?name=calmer")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("dialog").get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Stop", exact=True).wait_for()


def test_an_estimate_is_begun_and_says_why_the_log_cannot_tell(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/experiments?tab=estimates")
    page.get_by_label("What differs, in TOML").fill("n = 5")
    page.get_by_role("button", name="Begin").click()
    page.get_by_text("An estimate of home runs").wait_for()
    page.get_by_text("An estimate of home runs").wait_for(state="detached")
    row = page.get_by_role("row").filter(has_text="the log cannot say")
    row.get_by_role("link").click()
    page.get_by_role("heading", name="Estimate of home, begun").wait_for()
    page.get_by_text("Answers asked again").wait_for()


def test_a_note_is_written_and_found_by_its_words(visitor: Visitor, console: Server) -> None:
    page = visitor.go(f"{console.url}/experiments?tab=knowledge")
    page.get_by_label("In one sentence").fill("Tea is looked for before nine")
    page.get_by_label("About", exact=True).nth(1).fill("scenario:search")
    page.get_by_role("button", name="Write", exact=True).click()
    page.get_by_role("heading", name="Tea is looked for before nine").wait_for()
    page.get_by_label("What did we learn about …").fill("tea before nine")
    page.get_by_role("button", name="Find").click()
    page.locator("li h2").first.get_by_text("Tea is looked for before nine").wait_for()
