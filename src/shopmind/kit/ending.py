"""Leaving a server without noise."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def in_peace() -> Iterator[None]:
    """Around a run of uvicorn, which raises the signal that stopped it once more when it has stopped: by then there is
    nothing left to do but to leave with 0."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
