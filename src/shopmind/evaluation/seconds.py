"""Where the time of a measurement goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Seconds:
    """Wall time by step, summed over the times a step is taken; a step inside another counts for itself only."""

    def __init__(self) -> None:
        self._spent: dict[str, float] = {}
        self._inner = [0.0]

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Times what is done inside."""
        start = time.perf_counter()
        self._inner.append(0.0)
        try:
            yield
        finally:
            took = time.perf_counter() - start
            self._spent[name] = self._spent.get(name, 0.0) + took - self._inner.pop()
            self._inner[-1] += took

    def as_json(self) -> dict[str, float]:
        """Step → seconds, and "total"."""
        told = {name: round(spent, 2) for name, spent in self._spent.items()}
        return {**told, "total": round(sum(self._spent.values()), 2)}
