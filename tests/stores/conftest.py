"""A database of the test's own, and children that can be killed."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shopmind.stores.database import ShopDatabase, open_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[ShopDatabase]:
    """Empty."""
    opened = open_database(f"sqlite:///{tmp_path}/shop.db")
    yield opened
    opened.close()


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts a Python process over a piece of code, with `folder` set to the test's folder; killed at the end."""
    started = []

    def start(code: str) -> subprocess.Popen[str]:
        head = f"import pathlib\nfolder = pathlib.Path({str(tmp_path)!r})\n"
        process = subprocess.Popen(
            [sys.executable, "-c", head + textwrap.dedent(code)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture
def killed_after() -> Callable[[subprocess.Popen[str], int], list[str]]:
    """Reads so many lines of what a child acknowledged, kills it with -9, and gives every line it got out."""

    def kill(process: subprocess.Popen[str], lines: int) -> list[str]:
        assert process.stdout is not None
        read = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        process.wait()
        read += process.stdout.readlines()
        return [line.strip() for line in read if line.endswith("\n")]

    return kill
