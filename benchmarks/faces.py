"""How soon is a page of the storefront there, and how fast does the API stay with twenty visitors at work?

Run `python -m benchmarks.faces SHOP [--users 1-2500]`: the shop's folder is copied and served by `shopmind serve
--open` on a free port. A headless Chromium (Debian's, or the one named by SHOPMIND_CHROMIUM) opens each page with an
empty cache, and once more with what the first visit left in it. Then twenty visitors ask what the browser was seen to
ask, and when, with other people, texts and goods, three times; the run with the middle p99 counts. Then the pages of
the console (a process of its own), and the visitors once more while people look into it. Writes results/faces.json.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from benchmarks import record
from benchmarks.faces_console import console, counted, measured, people_at_work
from benchmarks.faces_visitors import TYPING, Asked, Crowd, run
from benchmarks.faces_visits import NOW, PAINT, VIEWPORT, middle
from benchmarks.serving import Questions, questions, server

LIMITS = {"complete_ms": 1_500.0, "p99_ms": 30.0}
"""What it should reach on two cores that have nothing else to do."""

DONE = "() => document.body?.dataset.drawn && !document.querySelector('[aria-busy=true]:not([hidden])')"
VISITS = ("home", TYPING, "search", "item", "home", TYPING, "search", "item", "cart")
TIMES = 5
LETTER_MS = 120.0
"""From one letter of a query to the next."""


@dataclass
class Sent:
    """A request to the API as it was seen in a browser: when it was sent, and when its answer was whole."""

    method: str
    path: str
    body: str
    sent_s: float
    told_s: float = math.inf


def pages(asked: Questions) -> dict[str, str]:
    """Kind of page → its address."""
    text, item = next(each for each in asked.texts if " " in each), asked.items[0]
    return {"home": "/", "search": f"/search?q={quote(text)}", "item": f"/item/{quote(item, safe='')}", "cart": "/cart"}


def opened(context: Any, url: str) -> dict[str, Any]:
    """One visit of a page: what it took, and what it asked of whom."""
    page = context.new_page()
    seen = _watched(context, page)
    page.goto(url, wait_until="commit")
    page.wait_for_function(DONE, polling=10)
    seen["complete_ms"] = page.evaluate(NOW)
    page.wait_for_timeout(300)
    seen["first_paint_ms"] = page.evaluate(PAINT)
    page.close()
    seen["asked"] = as_asked(list(seen["sent"].values()))
    return seen


def _watched(context: Any, page: Any) -> dict[str, Any]:
    """Counts of what the page sends from now on, and in `sent` what it asks of the API, with its times in seconds."""
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    seen: dict[str, Any] = {"requests": 0, "bytes": 0, "outside": 0, "sent": {}}

    def sent(event: dict[str, Any]) -> None:
        asked = event["request"]
        address = urlsplit(asked["url"])
        if address.scheme == "data":
            return
        seen["requests"] += 1
        seen["outside"] += address.hostname != "127.0.0.1"
        if address.path.startswith("/v1/"):
            path = address.path + (f"?{address.query}" if address.query else "")
            seen["sent"][event["requestId"]] = Sent(
                asked["method"], path, asked.get("postData", ""), event["timestamp"]
            )

    def told(event: dict[str, Any]) -> None:
        seen["bytes"] += event["encodedDataLength"]
        if event["requestId"] in seen["sent"]:
            seen["sent"][event["requestId"]].told_s = event["timestamp"]

    wire.on("Network.requestWillBeSent", sent)
    wire.on("Network.loadingFinished", told)
    return seen


def as_asked(sent: list[Sent]) -> list[Asked]:
    """In the order in which they were sent, each with what had been answered by then."""
    found = []
    for at in sent:
        heeds = tuple(place for place, each in enumerate(sent) if each.told_s <= at.sent_s)
        since = max((sent[place].told_s for place in heeds), default=sent[0].sent_s)
        found.append(Asked(at.method, at.path, at.body, heeds, round((at.sent_s - since) * 1000, 1)))
    return found


def measure(browser: Any, base: str, asked: Questions) -> tuple[dict[str, Any], dict[str, list[Asked]]]:
    """The figures of each page, and what each asks of the API."""
    figures: dict[str, Any] = {}
    views: dict[str, list[Asked]] = {}
    cart = _cart(browser, base, asked)
    for name, path in pages(asked).items():
        first, again = [], []
        for _ in range(TIMES):
            context = browser.new_context(viewport=VIEWPORT)
            if name == "cart":
                context.add_init_script(f"sessionStorage.setItem('shopmind.cart', {json.dumps(cart)})")
            first.append(opened(context, base + path))
            again.append(opened(context, base + path))
            context.close()
        views[name] = first[0]["asked"]
        figures[name] = {"empty cache": middle(first), "again": middle(again)}
    context = browser.new_context(viewport=VIEWPORT)
    views[TYPING] = _typed(context, base, asked)
    context.close()
    return figures, views


def _cart(browser: Any, base: str, asked: Questions) -> str:
    """What the page keeps of a cart with one thing in it."""
    page = browser.new_page()
    page.goto(f"{base}/item/{quote(asked.items[0], safe='')}")
    page.locator(".about button").click()
    page.wait_for_function("() => document.getElementById('cart-count').textContent === '1'")
    kept: str = page.evaluate("() => sessionStorage.getItem('shopmind.cart')")
    page.close()
    return kept


def _typed(context: Any, base: str, asked: Questions) -> list[Asked]:
    """What the search box asks while a text is typed."""
    page = context.new_page()
    page.goto(f"{base}/")
    page.wait_for_function(DONE)
    seen = _watched(context, page)
    page.get_by_role("combobox", name="Search").press_sequentially(asked.texts[0][:6], delay=LETTER_MS)
    page.wait_for_timeout(400)
    page.close()
    return as_asked([each for each in seen["sent"].values() if each.path.startswith("/v1/suggest")])


def _told(asked: Asked) -> str:
    return f"{asked.method} {asked.path.partition('?')[0]}"


def _runs(crowd: Crowd, count: int, seed: int, told: str) -> list[dict[str, Any]]:
    found = []
    for number in range(count):
        found.append(run(replace(crowd, seed=seed + number)).summary())
        print(told, found[-1], flush=True)
    return found


def _middle_p99(runs: list[dict[str, Any]]) -> float:
    return float(statistics.median(each["p99_ms"] for each in runs))


def _users(text: str) -> list[str]:
    first, _, last = text.partition("-")
    return [str(number) for number in range(int(first), int(last) + 1)] if last.isdigit() else text.split(",")


def main() -> None:
    """Measures and writes results/faces.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shop", type=Path, help="folder of a shop, indexed and trained")
    parser.add_argument("--users", default="1-2500", help="raw user ids: FIRST-LAST or a list with commas")
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--people", type=int, default=2, help="who look into the console in the second round")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each run")
    parser.add_argument("--processes", type=int, default=2, help="of the server; two cores carry two")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    from playwright.sync_api import sync_playwright

    from shopmind.testing.visitor import chromium

    load_before = round(os.getloadavg()[0], 2)
    asked = questions(given.shop, _users(given.users), given.seed)
    with server(given.shop, given.processes) as (port, _, _):
        with sync_playwright() as playwright:
            browser = chromium(playwright)
            figures, views = measure(browser, f"http://127.0.0.1:{port}", asked)
            browser.close()
        for name, rows in figures.items():
            for kind, row in rows.items():
                print(f"{name:8} {kind:12}", row, flush=True)
        crowd = Crowd(port, views, VISITS, asked.users, asked.texts, asked.items, given.visitors, seconds=given.seconds)
        runs = _runs(crowd, given.runs, given.seed, f"{given.visitors} visitors")
        first_look = counted(f"http://127.0.0.1:{port}")
        print("the log is counted", first_look, flush=True)
        with console(f"http://127.0.0.1:{port}") as base:
            with sync_playwright() as playwright:
                browser = chromium(playwright)
                pages_of_console = measured(browser, base)
                browser.close()
            for name, row in pages_of_console.items():
                print(f"console {name:12}", row, flush=True)
            with people_at_work(base, given.people) as opened:
                beside = _runs(
                    crowd, given.runs, given.seed, f"{given.visitors} visitors, {given.people} in the console"
                )
            looked = opened()
    p99 = _middle_p99(runs)
    result = {
        "question": "how soon is a page there, and how fast does the API stay with visitors at work?",
        "seed": given.seed,
        "shop": asked.shop,
        "load_before": load_before,
        "pages": figures,
        "asked": {name: [_told(each) for each in some] for name, some in views.items()},
        "visitors": given.visitors,
        "processes": given.processes,
        "pause_s": list(crowd.pause_s),
        "runs": runs,
        "p99_ms": p99,
        "first_look": first_look,
        "console": pages_of_console,
        "with_console": {"people": given.people, "pages": looked, "runs": beside, "p99_ms": _middle_p99(beside)},
        "limits": LIMITS,
    }
    print(f"p99 of the API, the middle of {given.runs} runs: {p99} ms; written to {record.write('faces', result).name}")


if __name__ == "__main__":
    main()
