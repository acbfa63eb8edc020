"""Writes what an answer leaves behind (slates, served impressions) in small batches, off the request's path."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from shopmind.kit.errors import ShopmindError

T = TypeVar("T")

logger = logging.getLogger(__name__)


class WriteBehind(Generic[T]):
    """A bounded queue and one thread that hands its content to `write`.

    What is put here was never acknowledged to anybody: a kill may lose the last `every_s` seconds of it. When the
    queue is full, `put` waits, so that a slow disk slows answers instead of filling the memory.
    """

    def __init__(self, write: Callable[[Sequence[T]], None], *, every_s: float = 0.1, most: int = 10_000) -> None:
        self._write = write
        self._every_s = every_s
        self._queue: queue.Queue[T | None] = queue.Queue(most)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._hurry = threading.Event()

    def put(self, thing: T) -> None:
        """Queues one thing; the thread starts with the first."""
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="write-behind", daemon=True)
                    self._thread.start()
        self._queue.put(thing)

    def flush(self) -> None:
        """Returns when everything put so far is written."""
        if self._thread is not None:
            self._hurry.set()
            self._queue.join()

    def close(self) -> None:
        """Writes the rest and ends the thread."""
        if self._thread is not None:
            self._hurry.set()
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        stop = False
        while not stop:
            batch = [self._queue.get()]
            if batch[0] is not None:
                self._hurry.wait(self._every_s)  # so that a busy moment becomes one commit
            self._hurry.clear()  # before the queue is emptied: what a flush waits for was put before it set this
            while not self._queue.empty():
                batch.append(self._queue.get())
            stop = None in batch
            things = [thing for thing in batch if thing is not None]
            if things:
                try:
                    self._write(things)
                except ShopmindError:
                    logger.exception("write-behind failed", extra={"fields": {"lost": len(things)}})
            for _ in batch:
                self._queue.task_done()
