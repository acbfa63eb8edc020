"""The pages of the console in a browser, and people who look into them while visitors shop."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from benchmarks.faces_visits import NOW, PAINT, VIEWPORT, middle
from shopmind.testing.processes import Processes
from shopmind.testing.visitor import chromium

PAGES = ("today", "map", "search", "recommend", "experiments", "catalogue", "customers", "models", "settings")
SETTLED = "() => document.querySelector('h1') && !document.querySelector('[aria-busy=true], .loading')"
"""The page is there, and nothing in it is still being fetched."""
STAYS_MS = 250
"""Settled for so long means complete: a section that appears later was not."""
TIMES = 3
LOOK_S = (4.0, 8.0)
"""Pauses of one who reads what a page says."""


@contextlib.contextmanager
def console(api: str) -> Iterator[str]:
    """The address of a console of this API, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="shopmind-bench-") as logs:
        processes = Processes(Path(logs))
        try:
            yield processes.console(api).url
        finally:
            processes.end()


def counted(api: str) -> dict[str, Any]:
    """Asks for today until the whole log is counted, as the page does by itself: a shop's first look alone waits."""
    start, behind = time.perf_counter(), None
    while True:
        told = httpx.get(f"{api}/v1/insights/today", params={"days": 14}, timeout=60).raise_for_status().json()
        left = next(each["behind"] for each in told["freshness"] if each["what"] == "traffic")
        behind = left if behind is None else behind
        if not left:
            return {"behind_after_first_look": behind, "seconds": round(time.perf_counter() - start, 1)}


def measured(browser: Any, base: str) -> dict[str, dict[str, Any]]:
    """Page → first paint, when it was complete, requests, and how many of them left the machine."""
    return {name: middle([_opened(browser, f"{base}/{name}") for _ in range(TIMES)]) for name in PAGES}


def _opened(browser: Any, url: str) -> dict[str, Any]:
    context = browser.new_context(viewport=VIEWPORT, color_scheme="light")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url, wait_until="commit")
    complete_ms = _settled(page)
    seen = {
        "first_paint_ms": page.evaluate(PAINT),
        "complete_ms": complete_ms,
        "requests": len(asked),
        "outside": sum(not each.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:")) for each in asked),
    }
    context.close()
    return seen


def _settled(page: Any) -> float:
    """Milliseconds from the start of the page to the moment from which it stayed settled."""
    while True:
        page.wait_for_function(SETTLED, polling=10)
        since = page.evaluate(NOW)
        page.wait_for_timeout(STAYS_MS)
        if page.evaluate(SETTLED):
            return float(since)


@contextlib.contextmanager
def people_at_work(base: str, people: int) -> Iterator[Callable[[], int]]:
    """So many people go from page to page for as long as the block lasts; gives how many pages they have opened."""
    stop, opened = threading.Event(), [0] * people
    workers = [threading.Thread(target=_look, args=(base, number, opened, stop)) for number in range(people)]
    for worker in workers:
        worker.start()
    try:
        yield lambda: sum(opened)
    finally:
        stop.set()
        for worker in workers:
            worker.join()


def _look(base: str, number: int, opened: list[int], stop: threading.Event) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = chromium(playwright)
        page = browser.new_page(viewport=VIEWPORT)
        at = number * 3
        while not stop.is_set():
            page.goto(f"{base}/{PAGES[at % len(PAGES)]}", wait_until="commit")
            page.wait_for_function(SETTLED, timeout=60_000)
            opened[number] += 1
            at += 1
            end = time.monotonic() + LOOK_S[at % 2]
            while not stop.is_set() and time.monotonic() < end:
                page.wait_for_timeout(200)
        browser.close()
