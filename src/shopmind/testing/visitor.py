"""A visitor with a real browser: other hosts are out of reach, and whatever goes wrong is written down."""

from __future__ import annotations

import logging
import os
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, Response, Route
from playwright.sync_api import TimeoutError as TookTooLong

from shopmind.testing import axe
from shopmind.testing.processes import PATIENCE_S

logger = logging.getLogger(__name__)

CHROMIUM = os.environ.get("SHOPMIND_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None
)
NO_CHROMIUM = "browser: no chromium is installed (Debian: apt-get install chromium; or name one in SHOPMIND_CHROMIUM)"
QUIET_S = 20.0
"""How long a page may load beyond its own `load` before a test looks at it anyway."""
SHOTS = "SHOPMIND_SCREENSHOTS"
"""A folder to keep screenshots in."""
OURS = ("127.0.0.1", "localhost")
BROKEN = "() => [...document.images].filter(each => each.complete && !each.naturalWidth).map(each => each.src)"


def chromium(playwright: Playwright) -> Browser:
    """A headless browser."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    return playwright.chromium.launch(executable_path=CHROMIUM, args=flags)


class Visitor:
    """One browser context with one page.

    Attributes:
        faults: requests to other hosts, errors of the page, answers of 400 and above, broken images.
    """

    def __init__(self, browser: Browser, *, language: str = "en-GB", dark: bool = False, **options: Any) -> None:
        self.faults: list[str] = []
        self._under_way: set[str] = set()
        self.context: BrowserContext = browser.new_context(
            locale=language,
            color_scheme="dark" if dark else "light",
            viewport={"width": 1280, "height": 900},
            **options,
        )
        self.context.set_default_timeout(1_000 * PATIENCE_S)
        self.context.route("**/*", self._let)
        self.context.on("page", self._watch)
        self.page: Page = self.context.new_page()

    def go(self, url: str) -> Page:
        """Opens an address and waits until its own requests are through, `QUIET_S` at most.

        Once in many runs a page never counted as quiet, nobody knows why: a test waits for what it means to see by
        itself, and what the browser calls under way is logged.
        """
        self.page.goto(url)
        try:
            self.page.wait_for_load_state("networkidle", timeout=1_000 * QUIET_S)
        except TookTooLong:
            logger.warning("%s is not quiet after %.0f s: %s", url, QUIET_S, sorted(self._under_way))
        return self.page

    def forgive(self, pattern: str) -> list[str]:
        """Takes the faults that a pattern fits off the list, for tests that provoke them; returns them."""
        forgiven = [each for each in self.faults if re.search(pattern, each)]
        self.faults = [each for each in self.faults if each not in forgiven]
        return forgiven

    def inaccessible(self) -> list[str]:
        """What axe finds serious or critical in what is shown; raises `axe.OutOfReach`."""
        return axe.faults(self.page)

    def shot(self, name: str, folder: Path) -> Path:
        """A picture of the whole page, in the folder named by SHOPMIND_SCREENSHOTS when there is one."""
        place = Path(os.environ.get(SHOTS) or folder) / f"{name}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=place, full_page=True)
        return place

    def leave(self) -> list[str]:
        """Closes the browser context; returns the faults, broken images of the last page among them."""
        if not self.page.is_closed() and self.page.url.startswith("http"):
            self.faults += [f"broken image {source}" for source in self.page.evaluate(BROKEN)]
        self.context.close()
        return self.faults

    def _let(self, route: Route) -> None:
        if urlsplit(route.request.url).hostname in OURS or route.request.url.startswith(("data:", "blob:")):
            route.continue_()
        else:
            self.faults.append(f"outside request {route.request.url[:200]}")
            route.abort()

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"page error {error}"))
        page.on("console", lambda said: self.faults.append(f"console {said.text}") if said.type == "error" else None)
        page.on("request", lambda request: self._under_way.add(request.url))
        page.on("requestfinished", lambda request: self._under_way.discard(request.url))
        page.on("requestfailed", lambda request: self._under_way.discard(request.url))
        page.on("response", self._answered)
        page.on("requestfailed", self._failed)
        page.on("websocket", lambda socket: self._called(socket.url))

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"status {response.status} of {response.request.method} {response.url}")

    def _failed(self, request: Request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # a page that is left lets go of what it asked for
            self.faults.append(f"failed {request.url[:200]} {request.failure}")

    def _called(self, url: str) -> None:
        if urlsplit(url).hostname not in OURS:
            self.faults.append(f"outside socket {url[:200]}")
