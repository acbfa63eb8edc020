"""What is said of time, said so that it holds on a slow or busy machine, too."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

TURN_S = 0.009
"""What a turn takes on the machine the bounds of tests were set on."""


@contextmanager
def within(seconds: float, *, clock: Callable[[], float] = time.thread_time) -> Iterator[None]:
    """The block takes less than so many seconds of work, as the machine works that the bounds were set on. What earlier
    tests left to the collector is not cleared away meanwhile.

    Args:
        clock: of this thread's work; `time.process_time` where others work for it.

    Raises:
        AssertionError: it took longer.
    """
    before, collecting = slowness(), gc.isenabled()
    gc.disable()
    try:
        started = clock()
        yield
        used = clock() - started
    finally:
        if collecting:
            gc.enable()
    allowed = seconds * max(before, slowness())
    assert used < allowed, f"{used:.3f} s of work; {allowed:.3f} s are allowed on this machine"


def slowness() -> float:
    """How many times longer than there a turn of counting, sorting and multiplying takes here now; at least 1."""
    return max(1.0, min(_turn_s() for _ in range(3)) / TURN_S)


def _turn_s() -> float:
    started = time.thread_time()
    counts: dict[str, int] = {}
    for number in range(30_000):
        word = f"w{number % 977}"
        counts[word] = counts.get(word, 0) + len(word.split("7"))
    sorted(counts.items(), key=lambda each: each[1])
    numbers = np.arange(40_000, dtype=np.float64)
    for _ in range(20):
        numbers = np.sort(numbers[::-1] * 1.0001)
    return time.thread_time() - started
