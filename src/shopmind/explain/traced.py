"""From the trace to what people look at: who brought what, what was taken out, and how each stage moved the items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates, Item
from shopmind.pipeline.ads.bidding import placed
from shopmind.pipeline.context import Context
from shopmind.pipeline.trace import Step, Trace

MOST_ROWS = 100
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Brought:
    """What one retriever brought.

    Attributes:
        items: how many. alone: how many of them no other retriever brought. shown: how many are on the page.
    """

    part: str
    items: int
    alone: int
    shown: int


@dataclass(frozen=True, slots=True)
class Removed:
    """What one filter took out of what those before it let pass.

    Attributes:
        examples: ids of a few of them: those the visitor had to do with, then others by hash.
    """

    part: str
    items: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One item on its way.

    Attributes:
        places: where each of the trace's `stages` put it, from 0 on; None where it is not there (any more).
        brought: retriever → its place in what that one brought, from 0 on.
        score: as it was ranked; None where it cannot be said, and of ads, whose worth is between advertiser and shop.
        values: name of the evidence → its value, where it can say something. shares: its part of the score.
    """

    item_id: str
    kind: str
    title: str
    position: int | None
    places: tuple[int | None, ...]
    brought: Mapping[str, int]
    score: float | None
    values: Mapping[str, float]
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Told:
    """One answer, looked into.

    Attributes:
        stages: names of the orders in which the rows have places: the ranker, rules that push, the rerankers, the page.
        candidates: how many were ranked.
        rows: the page, and what stood on it after the ranker and was moved off it.
    """

    steps: tuple[Step, ...]
    brought: tuple[Brought, ...]
    removed: tuple[Removed, ...]
    stages: tuple[str, ...]
    candidates: int
    rows: tuple[Row, ...]


def traced(
    context: Context,
    trace: Trace,
    final: Candidates,
    n: int,
    items: Callable[[Sequence[int] | NDArray[np.int64]], Sequence[Item | None]],
) -> Told:
    """A watched trace as something to look at.

    Args:
        final: candidates as the engine handed them back, the page first.
        n: length of the page.
        items: numbers → items.
    """
    page = final.items[:n]
    orders = [each for (stage, _), each in trace.orders.items() if stage != "retrieve"]
    stages = [_named(each.stage, each.part) for each in orders] + ["page"]
    lists = [*(each.items for each in orders), page]
    lost = lists[0][:n][~np.isin(lists[0][:n], page)]
    shown = np.concatenate([page, lost])[:MOST_ROWS]
    places = [_places(each, shown) for each in lists]
    retrieved = {part: each.items for (stage, part), each in trace.orders.items() if stage == "retrieve"}
    brought = {part: _places(each, shown) for part, each in retrieved.items()}
    evidence = _Evidence(context, trace.ranked, final)
    rows = []
    for at, (number, item) in enumerate(zip(shown.tolist(), items(shown), strict=True)):
        if item is None:
            continue
        own = {part: found for part, each in brought.items() if (found := each[at]) is not None}
        row = (item.item_id, item.kind, item.title, places[-1][at], tuple(each[at] for each in places), own)
        rows.append(Row(*row, *evidence.of(number, item)))
    return Told(
        tuple(trace.steps),
        _brought(retrieved, page),
        _removed(context, trace.removed, items),
        tuple(stages),
        0 if trace.ranked is None else len(trace.ranked),
        tuple(rows),
    )


class _Evidence:
    """Score, values and shares of an item: as it was ranked, or, of what came in later, as it left the engine."""

    def __init__(self, context: Context, ranked: Candidates | None, final: Candidates) -> None:
        self._ads = placed(context)
        self._tables = [
            (each, {int(number): row for row, number in enumerate(each.items)})
            for each in (ranked, final)
            if each is not None
        ]

    def of(self, number: int, item: Item) -> tuple[float | None, dict[str, float], dict[str, float]]:
        """Nothing of an ad."""
        if number in self._ads or item.kind == "ad":
            return None, {}, {}
        for table, place in self._tables:
            row = place.get(number)
            if row is not None:
                score = float(table.scores[row]) if len(table.scores) else float("nan")
                return (
                    (None if np.isnan(score) else score),
                    _known(table.columns, row),
                    _known(table.contributions, row),
                )
        return None, {}, {}


def _known(columns: Mapping[str, NDArray[np.float32]], row: int) -> dict[str, float]:
    return {name: float(column[row]) for name, column in columns.items() if np.isfinite(column[row])}


def _named(stage: str, part: str) -> str:
    return part if stage == "rerank" else f"{stage} {part}"


def _places(order: NDArray[np.int64], wanted: NDArray[np.int64]) -> list[int | None]:
    place = {int(number): at for at, number in reversed(list(enumerate(order)))}
    return [place.get(int(number)) for number in wanted]


def _brought(retrieved: Mapping[str, NDArray[np.int64]], page: NDArray[np.int64]) -> tuple[Brought, ...]:
    every = np.concatenate([np.empty(0, np.int64), *retrieved.values()])
    numbers, times = np.unique(every, return_counts=True)
    once = numbers[times == 1]
    return tuple(
        Brought(part, len(found), int(np.isin(found, once).sum()), int(np.isin(page, found).sum()))
        for part, found in retrieved.items()
    )


def _removed(
    context: Context,
    removed: Mapping[str, NDArray[np.int64]],
    items: Callable[[Sequence[int] | NDArray[np.int64]], Sequence[Item | None]],
) -> tuple[Removed, ...]:
    told = []
    for part, numbers in removed.items():
        near = np.isin(numbers, np.concatenate([context.anchors, context.history.items]))
        few = numbers[np.lexsort((context.columns.tie[numbers], ~near))][:EXAMPLES]
        ids = tuple(item.item_id for item in items(few) if item is not None)
        told.append(Removed(part, len(numbers), ids))
    return tuple(told)
