"""Real server processes on free ports."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

PATIENCE_S = 180.0
"""For a server to get ready on a machine that has much else to do."""

_CHANCE = random.SystemRandom()
"""Not the seeded one: hypothesis gives all processes the same."""

_GIVEN: set[int] = set()
"""Ports that this process was given, by those that listen there already or will."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `log` is what it wrote to stderr so far."""

    url: str
    process: subprocess.Popen[bytes]
    log_file: Path

    @property
    def log(self) -> str:
        """What it wrote so far."""
        return self.log_file.read_text(encoding="utf-8")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ends it and returns its exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE_S)


class Processes:
    """Starts servers and ends them all."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: list[Server] = []

    def shop(self, folder: Path, *arguments: str, port: int = 0) -> Server:
        """`shopmind serve FOLDER ...`, ready."""
        return self._start(["serve", str(folder)], arguments, "/health/ready", port)

    def console(self, api: str, *arguments: str, port: int = 0) -> Server:
        """`shopmind console --api API ...`, listening; the API need not be up."""
        return self._start(["console", "--api", api], arguments, "/health/live", port)

    def end(self) -> None:
        """Kills what still runs."""
        for server in self._running:
            if server.process.poll() is None:
                server.stop(signal.SIGKILL)

    def _start(self, verb: list[str], arguments: tuple[str, ...], path: str, port: int) -> Server:
        port = port or free_port()
        log_file = self._logs / f"server-{len(self._running)}.log"
        command = [sys.executable, "-m", "shopmind", *verb, "--port", str(port), *arguments]
        environment = {**os.environ, "COLUMNS": "200"}
        environment.pop("PYTEST_CURRENT_TEST", None)  # NiceGUI would take itself for part of the test
        with log_file.open("wb") as log:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, env=environment, cwd=self._logs)
        server = Server(f"http://127.0.0.1:{port}", process, log_file)
        self._running.append(server)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise AssertionError(f"the server ended with {process.returncode}: {server.log[-2000:]}")
            try:
                if httpx.get(f"{server.url}{path}").status_code == 200:
                    return server
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"the server did not get ready within {PATIENCE_S:.0f} s")


def until(sign: Callable[[], object]) -> None:
    """Waits for a sign, such as what another process is to see; raises AssertionError when it never comes."""
    deadline = time.monotonic() + PATIENCE_S
    while not sign():
        assert time.monotonic() < deadline, f"there was no sign within {PATIENCE_S:.0f} s"
        time.sleep(0.05)


def free_port() -> int:
    """A port that nobody listens on, below those that the system gives to connections, and that no other process of
    this run of tests is given: nobody takes it before a server listens there, seconds later."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    own = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    while True:
        port = _CHANCE.randrange(15_000, 32_000)
        port += own - port % processes
        if port in _GIVEN:
            continue
        with socket.socket() as free, contextlib.suppress(OSError):
            free.bind(("127.0.0.1", port))
            _GIVEN.add(port)
            return port
