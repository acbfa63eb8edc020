"""Real server processes on free ports."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest


@dataclass
class Server:
    """A running server; `log` is what it wrote to stderr so far."""

    url: str
    process: subprocess.Popen[bytes]
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(30)


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    """A tiny shop to serve."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "served"))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts `shopmind serve FOLDER ...` and waits until it is ready."""
    running: list[Server] = []

    def started(folder: Path, *arguments: str) -> Server:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log_file = tmp_path / f"server-{len(running)}.log"
        command = [sys.executable, "-m", "shopmind", "serve", str(folder), "--port", str(port), *arguments]
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=log, env={**os.environ, "COLUMNS": "200"}
            )
        server = Server(f"http://127.0.0.1:{port}", process, log_file)
        running.append(server)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if process.poll() is not None:
                pytest.fail(f"the server ended with {process.returncode}: {server.log[-2000:]}")
            try:
                if httpx.get(f"{server.url}/health/ready").status_code == 200:
                    return server
            except httpx.TransportError:
                time.sleep(0.05)
        pytest.fail("the server did not get ready within a minute")

    yield started
    for server in running:
        if server.process.poll() is None:
            server.stop(signal.SIGKILL)
