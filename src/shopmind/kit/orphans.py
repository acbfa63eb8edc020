"""Processes that do not outlive the one that started them, however that one ends: `kill -9` lets nobody say goodbye."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any


def end_with(handle: int) -> None:
    """Ends this process, in the middle of whatever it does, when the other end of a pipe is closed.

    The kernel closes it when the process that holds it is gone. To be called before the first slow import.

    Args:
        handle: the end of the pipe that is read; nothing but its end ever comes.
    """

    def watch() -> None:
        while os.read(handle, 1):
            continue
        os._exit(1)

    threading.Thread(target=watch, name="orphan", daemon=True).start()


def start(module: str, *arguments: str, **how: Any) -> subprocess.Popen[bytes]:
    """`python -m module arguments` in a process that ends with this one, from its first import on; `end` it.

    Its standard input is the pipe: the module must not read it, and `communicate` would close it.

    Args:
        how: as `subprocess.Popen` takes it.
    """
    command = [sys.executable, "-m", "shopmind.kit.orphans", module, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, **how)


def end(processes: Sequence[subprocess.Popen[bytes]], patience_s: float = 0.0) -> None:
    """Asks what `start` gave to end, and sees to it when that takes longer than `patience_s`."""
    for each in processes:
        each.terminate()
    for each in processes:
        try:
            each.wait(patience_s)
        except subprocess.TimeoutExpired:
            each.kill()
            each.wait()
        for stream in filter(None, (each.stdin, each.stdout)):
            stream.close()


if __name__ == "__main__":
    end_with(sys.stdin.fileno())
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
