"""Asks the real engine, one request a case, as a visitor of that moment would have."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EventType, History, Query
from shopmind.evaluation.split import Cases
from shopmind.kit.progress import Progress, silent
from shopmind.shop import Shop

LONGEST = 1_000
"""Longest slate the engine gives."""


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
    progress: Progress = silent,
) -> Replayed:
    """The first k of what the scenario answers to each case.

    Args:
        without: items the user had by events of these types are taken out of the slate, which is asked longer for it.
            A scenario that needs anchors gets the user's newest order.
    """
    needs_anchors = "anchors" in shop.scenarios[scenario].needs
    ranked = np.full((len(cases), k), -1, np.int64)
    took, degraded = np.zeros(len(cases)), Counter[str]()
    for row, history in enumerate(cases.histories()):
        now_ms = int(cases.now_ms[row])
        had = np.unique(history.of(without).items) if without else np.empty(0, np.int64)
        anchors = _newest_order(shop, history) if needs_anchors else ()
        query = Query(scenario, anchors=anchors, history=history, now_ms=now_ms, n=k)
        start = time.perf_counter()
        slate = shop.answer(query)
        took[row] = (time.perf_counter() - start) * 1000
        numbers = _left(shop, [hit.item.item_id for hit in slate.hits], had)
        if len(numbers) < min(k, len(slate.hits)):
            longer = shop.answer(
                Query(scenario, anchors=anchors, history=history, now_ms=now_ms, n=min(k + len(had), LONGEST))
            )
            numbers = _left(shop, [hit.item.item_id for hit in longer.hits], had)
        ranked[row, : len(numbers[:k])] = numbers[:k]
        degraded.update(slate.degraded)
        if row % 64 == 0 or row == len(cases) - 1:
            progress(f"ask {scenario}", row + 1, len(cases))
    return Replayed(ranked, took, dict(degraded))


def _left(shop: Shop, item_ids: list[str], had: NDArray[np.int64]) -> NDArray[np.int64]:
    numbers = shop.catalogue.numbers(item_ids) if item_ids else np.empty(0, np.int64)
    return numbers[~np.isin(numbers, had)] if len(had) else numbers


def _newest_order(shop: Shop, history: History) -> tuple[str, ...]:
    if not len(history):
        return ()
    items = np.unique(history.items[history.orders == history.orders[-1]])
    return tuple(item.item_id for item in shop.catalogue.get(items) if item is not None)
