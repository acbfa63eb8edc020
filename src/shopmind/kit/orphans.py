"""Processes that do not outlive the one that started them, however that one ends: `kill -9` lets nobody say goodbye."""

from __future__ import annotations

import os
import threading


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
