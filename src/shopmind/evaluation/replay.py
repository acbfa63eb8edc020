"""Asks the real engine, one request a case, as a visitor of that moment would have."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EventType, History, Query
from shopmind.evaluation.split import Cases
from shopmind.evaluation.worker import job_of, working
from shopmind.kit.progress import Progress, silent
from shopmind.shop import Shop

LONGEST = 1_000
"""Longest slate the engine gives."""
MANY = 2_000
"""Cases from which on a further process earns its start."""


@dataclass(frozen=True)
class Replayed:
    """What the engine answered.

    Attributes:
        ranked: (n, k) item numbers, negative where the slate was shorter.
        took_ms: (n,) wall time of each request.
        degraded: fallback → how many answers named it.
    """

    ranked: NDArray[np.int64]
    took_ms: NDArray[np.float64]
    degraded: dict[str, int]


def replay(
    shop: Shop,
    scenario: str,
    cases: Cases,
    k: int,
    *,
    without: tuple[EventType, ...] = (),
    only: NDArray[np.int64] | None = None,
    workers: int = 1,
    progress: Progress = silent,
) -> Replayed:
    """The first k of what the scenario answers to each case.

    Of a history the engine sees the newest events, as many as the shop's settings say, as it would from the store.

    Args:
        without: items the user had by events of these types are taken out of the slate, which is asked longer for it.
            A scenario that needs anchors gets the user's newest order.
        only: numbers of the only items that may be shown; None shows all.
        workers: processes that ask side by side where there are MANY cases; the answers are the same, but each takes
            a little longer than alone.
    """
    shares = [np.arange(len(cases))[place::workers] for place in range(workers if len(cases) >= MANY else 1)]
    jobs = [job_of(shop, scenario, cases.take(rows), k, without, only) for rows in shares[1:]]
    if not jobs or any(job is None for job in jobs):
        return _asked(shop, scenario, cases, k, without, only, progress)
    with tempfile.TemporaryDirectory(prefix="shopmind-replay-") as scratch, ExitStack() as stack:
        others = [stack.enter_context(working(job, Path(scratch), str(place))) for place, job in enumerate(jobs) if job]
        own = _asked(shop, scenario, cases.take(shares[0]), k, without, only, progress)
        return _joined([own, *(other.result() for other in others)], shares)


def _joined(found: Sequence[Replayed], shares: Sequence[NDArray[np.intp]]) -> Replayed:
    order = np.argsort(np.concatenate(shares))
    degraded = Counter[str]()
    for each in found:
        degraded.update(each.degraded)
    ranked = np.concatenate([each.ranked for each in found])[order]
    return Replayed(ranked, np.concatenate([each.took_ms for each in found])[order], dict(degraded))


def _asked(
    shop: Shop,
    scenario: str,
    cases: Cases,
    k: int,
    without: tuple[EventType, ...],
    only: NDArray[np.int64] | None,
    progress: Progress,
) -> Replayed:
    shop = shop if only is None else shop.over(shop.artifacts, only=only)
    asker = _Asker(shop, scenario)
    ranked = np.full((len(cases), k), -1, np.int64)
    took, degraded = np.zeros(len(cases)), Counter[str]()
    for row, history in enumerate(cases.histories()):
        had = np.unique(history.of(without).items) if without else np.empty(0, np.int64)
        start = time.perf_counter()
        slate = asker.ask(history, int(cases.now_ms[row]), k)
        took[row] = (time.perf_counter() - start) * 1000
        numbers = asker.left(slate.items, had)
        if len(numbers) < min(k, len(slate.items)):
            longer = asker.ask(history, int(cases.now_ms[row]), min(k + len(had), LONGEST))
            numbers = asker.left(longer.items, had)
        ranked[row, : len(numbers[:k])] = numbers[:k]
        degraded.update(slate.degraded)
        if row % 64 == 0 or row == len(cases) - 1:
            progress(f"ask {scenario}", row + 1, len(cases))
    return Replayed(ranked, took, dict(degraded))


@dataclass(frozen=True)
class _Answer:
    items: list[str]
    degraded: tuple[str, ...]


class _Asker:
    """Asks one scenario of one shop; remembers the numbers of the items it was shown."""

    def __init__(self, shop: Shop, scenario: str) -> None:
        self._shop, self._scenario = shop, scenario
        self._needs_anchors = "anchors" in shop.scenarios[scenario].needs
        self._numbers: dict[str, int] = {}

    def ask(self, history: History, now_ms: int, n: int) -> _Answer:
        anchors = _newest_order(self._shop, history) if self._needs_anchors else ()
        newest = history.last(self._shop.settings.history)
        slate = self._shop.answer(Query(self._scenario, anchors=anchors, history=newest, now_ms=now_ms, n=n))
        return _Answer([hit.item.item_id for hit in slate.hits], slate.degraded)

    def left(self, item_ids: list[str], had: NDArray[np.int64]) -> NDArray[np.int64]:
        """Their numbers, without those that are in `had`."""
        new = [each for each in item_ids if each not in self._numbers]
        if new:
            self._numbers.update(zip(new, self._shop.catalogue.numbers(new).tolist(), strict=True))
        numbers = np.array([self._numbers[each] for each in item_ids], np.int64)
        return numbers[~np.isin(numbers, had)] if len(had) else numbers


def _newest_order(shop: Shop, history: History) -> tuple[str, ...]:
    if not len(history):
        return ()
    items = np.unique(history.items[history.orders == history.orders[-1]])
    return tuple(item.item_id for item in shop.catalogue.get(items) if item is not None)
