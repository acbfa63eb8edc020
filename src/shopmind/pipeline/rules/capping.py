"""Caps: at most so many of a brand, a category or a set of items on the first places of an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set

import numpy as np

from shopmind.domain import Candidates
from shopmind.pipeline.rules.ruling import Cap

Moved = dict[str, list[int]]
"""Id of a rule → numbers of the items it moved down, in the order in which they stood."""


def capped(candidates: Candidates, caps: Sequence[Cap], fixed: Set[int]) -> tuple[Candidates, Moved]:
    """The same rows, with what is above a cap moved behind its first places; the others close up in their order.

    A cap hides nothing: where too few others are left to fill the first places, what was moved comes back in its
    order. Rows that are fixed stay where they are, and count.

    Args:
        fixed: rows that stay: those of pinned items.
    """
    counts = [_counted(cap, candidates, fixed) for cap in caps]
    waiting = [row for row in range(len(candidates)) if row not in fixed]
    moved: dict[str, set[int]] = {}
    order: list[int] = []
    for end in sorted({min(cap.by.rule.first, len(candidates)) for cap in caps}):
        over = [(cap, count) for cap, count in zip(caps, counts, strict=True) if len(order) < cap.by.rule.first]
        stopped: list[int] = []
        rest = iter(waiting)
        while len(order) < end:
            row = len(order) if len(order) in fixed else _next(rest, over, candidates, stopped, moved)
            row = stopped.pop(0) if row is None and stopped else row
            if row is None:
                break
            order.append(row)
            if row not in fixed:
                for cap, count in over:
                    count[_group(cap, candidates, row)] += 1
        waiting = [*stopped, *rest]
    waiting.reverse()
    while len(order) < len(candidates):
        order.append(len(order) if len(order) in fixed else waiting.pop())
    if order == list(range(len(candidates))):
        return candidates, {}
    stands = {row: place for place, row in enumerate(order)}
    down = {name: sorted(row for row in rows if stands[row] > row) for name, rows in moved.items()}
    return candidates.take(np.array(order, np.intp)), {
        name: candidates.items[rows].tolist() for name, rows in down.items() if rows
    }


def _next(
    rest: Iterator[int],
    over: Sequence[tuple[Cap, Counter[int]]],
    candidates: Candidates,
    stopped: list[int],
    moved: dict[str, set[int]],
) -> int | None:
    """The next row that no cap stops; what is stopped on the way waits, for within one stretch counts only rise."""
    for row in rest:
        by = [cap.by.rule for cap, count in over if _full(cap, count, _group(cap, candidates, row))]
        if not by:
            return row
        stopped.append(row)
        for rule in by:
            if row < rule.first:
                moved.setdefault(rule.rule_id, set()).add(row)
    return None


def _full(cap: Cap, count: Counter[int], group: int) -> bool:
    return group >= 0 and count[group] >= cap.by.rule.most


def _counted(cap: Cap, candidates: Candidates, fixed: Set[int]) -> Counter[int]:
    return Counter(_group(cap, candidates, row) for row in fixed if row < cap.by.rule.first)


def _group(cap: Cap, candidates: Candidates, row: int) -> int:
    item = int(candidates.items[row])
    return int(cap.groups[item]) if item < len(cap.groups) else -1
