"""What every stage saw, kept and how long it took."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates


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


@dataclass(frozen=True, slots=True)
class Order:
    """Items as one part left them, best first.

    Attributes:
        stage: retrieve, rank or rerank.
        part: of that stage; a retriever by its column.
        items: (n,) item numbers.
    """

    stage: str
    part: str
    items: NDArray[np.int64]


@dataclass(slots=True)
class Trace:
    """The steps of one request, in order.

    Attributes:
        watching: whether the items are kept too, for people who look into an answer: it costs memory and time.
        orders: while watching, every order in the course of the request; a later one of a part replaces its earlier.
        removed: while watching, filter → (m,) numbers of what it took out of what those before it let pass.
        ranked: while watching, all candidates with their evidence as the ranker ordered them.
    """

    steps: list[Step] = field(default_factory=list)
    watching: bool = False
    orders: dict[tuple[str, str], Order] = field(default_factory=dict)
    removed: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    ranked: Candidates | None = None

    def put(self, stage: str, part: str, items: NDArray[np.int64]) -> None:
        """Keeps an order, while watching."""
        if self.watching:
            self.orders[stage, part] = Order(stage, part, items)

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
