"""What every stage saw, kept and how long it took."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """One part of one stage.

    Attributes:
        stage: understand, filter, retrieve, merge, features, rank or rerank.
        part: name on the menu, "" for the engine's own work.
        saw: rows that came in.
        kept: rows that went out.
        took_ms: wall time in milliseconds.
        note: what went wrong or was left out, "" when nothing.
    """

    stage: str
    part: str
    saw: int
    kept: int
    took_ms: float
    note: str = ""


@dataclass(slots=True)
class Trace:
    """The steps of one request, in order."""

    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, stage: str, part: str = "", saw: int = 0) -> Iterator[Counted]:
        """Times a step; the body sets `kept` (and `note`) on what is yielded."""
        counted = Counted()
        start = time.perf_counter()
        try:
            yield counted
        finally:
            took = (time.perf_counter() - start) * 1000
            self.steps.append(Step(stage, part, saw, counted.kept, took, counted.note))

    def stages_ms(self) -> Mapping[str, float]:
        """Stage → milliseconds, in the order of the pipeline."""
        total: dict[str, float] = {}
        for step in self.steps:
            total[step.stage] = total.get(step.stage, 0.0) + step.took_ms
        return total


@dataclass(slots=True)
class Counted:
    """Filled by the body of a step."""

    kept: int = 0
    note: str = ""
