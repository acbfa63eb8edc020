"""Visitors at work: page views as the browser asked them and when, with other people, texts and goods, and pauses.

A process of its own, raw asyncio over kept connections, as http_load.py: a client that parsed answers would take the
processor from the server that it measures.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import numpy as np
import orjson

from benchmarks.http_load import request

CONNECTIONS = 4
"""Of one visitor; browsers open up to six."""

ONCE = "/v1/scenarios"
"""What the storefront asks once in a visit, for it follows links without loading itself anew."""

TYPING = "typing"
"""Kind of view that is no page: while a text is typed. The page of results follows at once."""


@dataclass(frozen=True)
class Asked:
    """A request of a page as the browser sent it.

    Attributes:
        heeds: places of those before it that were answered when it was sent.
        after_ms: how long after the last of their answers, or after the beginning of the page.
    """

    method: str
    path: str
    body: str
    heeds: tuple[int, ...] = ()
    after_ms: float = 0.0


@dataclass(frozen=True)
class Crowd:
    """What one run does.

    Attributes:
        views: kind of page → what it asks, each request as long after what it follows from as in the browser.
        visits: kinds of pages in the order in which a visitor sees them; then the next visitor takes the place.
        pause_s: shortest and longest pause of a visitor before a page, in seconds.
        warm_s: seconds at the beginning that are not counted.
    """

    port: int
    views: dict[str, list[Asked]]
    visits: tuple[str, ...]
    users: list[str]
    texts: list[str]
    items: list[str]
    visitors: int = 20
    pause_s: tuple[float, float] = (2.0, 6.0)
    seconds: float = 20.0
    warm_s: float = 3.0
    seed: int = 0


@dataclass
class Work:
    """What came back: (kind of request, milliseconds) of each, and how many were not answered well."""

    latencies: list[tuple[str, float]] = field(default_factory=list)
    pages_ms: list[float] = field(default_factory=list)
    failed: int = 0

    def summary(self) -> dict[str, Any]:
        """Requests, p50 and p99, whole pages, and p99 of each kind of request."""
        kinds: dict[str, list[float]] = {}
        for kind, latency in self.latencies:
            kinds.setdefault(kind, []).append(latency)
        every = [latency for _, latency in self.latencies]
        return {
            "requests": len(every),
            "failed": self.failed,
            "p50_ms": _at(every, 50),
            "p99_ms": _at(every, 99),
            "pages": len(self.pages_ms),
            "page_p50_ms": _at(self.pages_ms, 50),
            "page_p99_ms": _at(self.pages_ms, 99),
            "p99_ms_of": {kind: _at(some, 99) for kind, some in sorted(kinds.items())},
        }


def run(crowd: Crowd) -> Work:
    """Lets the visitors work in a fresh process and waits for them."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, crowd))
    process.start()
    theirs.close()
    work: Work = ours.recv()
    process.join()
    return work


def varied(asked: Asked, user: str, text: str, item: str, number: int) -> tuple[str, bytes]:
    """The request of another visitor for another thing: its kind, and the bytes to send."""
    url = urlsplit(asked.path)
    session = f"crowd-{user}"
    if url.path == "/v1/events":
        row = {
            "event_id": f"{session}-{number}",
            "type": "view",
            "user_id": user,
            "session_id": session,
            "item_id": item,
        }
        return "events", request("POST", "/v1/events", orjson.dumps(row), "application/x-ndjson")
    if url.path.startswith("/v1/items/"):
        return "items", request("GET", f"/v1/items/{quote(item, safe='')}")
    if asked.method == "GET":
        given = dict(parse_qsl(url.query))
        if "text" in given:
            given |= {"text": text[: len(given["text"])], "user": user, "session": session}
        return url.path.removeprefix("/v1/"), request("GET", f"{url.path}?{urlencode(given)}" if given else url.path)
    body = orjson.loads(asked.body)
    if "lines" in body:
        body["lines"] = [{"item_id": item, "quantity": 1, "price_minor": 199}]
    else:
        body |= {"user": user, "session": session}
    body |= {"text": text} if "text" in body else {}
    body |= {"anchors": [item]} if "anchors" in body else {}
    return url.path.removeprefix("/v1/"), request(asked.method, url.path, body)


def _work(pipe: Connection, crowd: Crowd) -> None:
    import uvloop

    pipe.send(uvloop.run(_all(crowd)))


async def _all(crowd: Crowd) -> Work:
    work = Work()
    start = time.perf_counter()
    await asyncio.gather(*(_visitor(crowd, number, start, work) for number in range(crowd.visitors)))
    return work


async def _visitor(crowd: Crowd, number: int, start: float, work: Work) -> None:
    randomness = np.random.default_rng((crowd.seed, number))
    wires = [await asyncio.open_connection("127.0.0.1", crowd.port) for _ in range(CONNECTIONS)]
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for wire in wires:
        free.put_nowait(wire)
    view = number  # so that not all begin with the same page
    user = ""
    await asyncio.sleep(float(randomness.uniform(0, crowd.pause_s[1])))
    while (now := time.perf_counter()) - start < crowd.warm_s + crowd.seconds:
        if view == number or view % len(crowd.visits) == 0:
            user = str(randomness.choice(crowd.users))  # who comes next
        text, item = (str(randomness.choice(some)) for some in (crowd.texts, crowd.items))
        counted = now - start >= crowd.warm_s
        asked = {
            place: (each, *varied(each, user, text, item, int(randomness.integers(1 << 40))))
            for place, each in enumerate(crowd.views[crowd.visits[view % len(crowd.visits)]])
            if view == number or each.path != ONCE
        }
        told = {place: asyncio.Event() for place in asked}
        await asyncio.gather(*(_send(place, asked, told, free, work, counted) for place in asked))
        typing = crowd.visits[view % len(crowd.visits)] == TYPING
        if counted and not typing:
            work.pages_ms.append((time.perf_counter() - now) * 1000)
        view += 1
        await asyncio.sleep(0.0 if typing else float(randomness.uniform(*crowd.pause_s)))
    for _, writer in wires:
        writer.close()


async def _send(
    place: int,
    asked: dict[int, tuple[Asked, str, bytes]],
    told: dict[int, asyncio.Event],
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]],
    work: Work,
    counted: bool,
) -> None:
    each, kind, content = asked[place]
    for before in each.heeds:
        if before in told:
            await told[before].wait()
    await asyncio.sleep(each.after_ms / 1000)
    reader, writer = await free.get()
    sent = time.perf_counter()
    writer.write(content)
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0]
    await reader.readexactly(int(length))
    if counted:
        work.latencies.append((kind, (time.perf_counter() - sent) * 1000))
        work.failed += not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201"))
    told[place].set()
    free.put_nowait((reader, writer))


def _at(some: list[float], share: float) -> float | None:
    return round(float(np.percentile(some, share)), 2) if some else None
