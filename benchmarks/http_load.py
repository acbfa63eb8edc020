"""A load generator in a process of its own: prepared requests over kept connections, raw asyncio, nothing parsed.

Its own cost is measured against a server that answers at once without thinking (`idle_overhead`).
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import orjson


@dataclass(frozen=True)
class Load:
    """What one run sends.

    Attributes:
        requests: whole HTTP requests; each is sent once, by whichever client is free.
        clients: connections at the same time.
        seconds: how long at most.
        keep: whether answers are handed back.
    """

    port: int
    requests: Sequence[bytes]
    clients: int
    seconds: float
    keep: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came back: one latency for each answered request, in order of the answers."""

    latencies_ms: list[float]
    failed: int
    wall_s: float
    bodies: list[bytes]

    def summary(self) -> dict[str, Any]:
        """p50, p99, maximum and requests a second."""
        ordered = sorted(self.latencies_ms)

        def at(share: float) -> float | None:
            return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) if ordered else None

        return {
            "requests": len(ordered),
            "failed": self.failed,
            "p50_ms": at(0.50),
            "p99_ms": at(0.99),
            "max_ms": at(1.0),
            "per_s": round(len(ordered) / self.wall_s, 1) if self.wall_s else None,
        }


def request(method: str, path: str, body: Any = None, content_type: str = "application/json") -> bytes:
    """A whole HTTP/1.1 request; `body` is JSON, or bytes as they are."""
    content = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
    head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: {content_type}\r\n"
    return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content


def run(load: Load) -> Outcome:
    """Runs the load in a fresh process and waits for it."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(theirs, load))
    process.start()
    theirs.close()
    outcome: Outcome = ours.recv()
    process.join()
    return outcome


def idle_overhead(seconds: float = 1.5, clients: int = 1) -> dict[str, Any]:
    """What the generator itself measures when the other side does nothing."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_answer_at_once, args=(theirs,), daemon=True)
    server.start()
    try:
        asked = [request("POST", "/v1/search", {"text": "green tea"})] * 200_000
        return run(Load(ours.recv(), asked, clients, seconds)).summary()
    finally:
        server.terminate()
        server.join()


def _work(pipe: Connection, load: Load) -> None:
    import uvloop

    pipe.send(uvloop.run(_send_all(load)))


async def _send_all(load: Load) -> Outcome:
    waiting = iter(load.requests)
    latencies: list[float] = []
    bodies: list[bytes] = []
    failed = 0
    connections = [await asyncio.open_connection("127.0.0.1", load.port) for _ in range(load.clients)]
    start = time.perf_counter()

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal failed
        for asked in waiting:
            sent = time.perf_counter()
            if sent - start > load.seconds:
                return
            writer.write(asked)
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0]
            body = await reader.readexactly(int(length))
            latencies.append((time.perf_counter() - sent) * 1000)
            failed += not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201"))
            if load.keep:
                bodies.append(body)

    await asyncio.gather(*(client(reader, writer) for reader, writer in connections))
    wall_s = time.perf_counter() - start
    for _, writer in connections:
        writer.close()
    return Outcome(latencies, failed, wall_s, bodies)


def _answer_at_once(pipe: Connection) -> None:
    import uvloop

    answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0]))
                writer.write(answer)
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(serve())
