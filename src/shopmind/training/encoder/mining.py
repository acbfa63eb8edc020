"""Hard negatives: what the shop's own search finds for a query although nobody wanted it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from shopmind.kit.progress import Progress, track
from shopmind.stores.ports import Number, Numbers
from shopmind.training.encoder.pairs import Graded, Pair, plain

Negatives = Mapping[str, Sequence[Number]]
"""Query in plain form → items that are near and wrong, nearest first."""


def mine(
    pairs: Sequence[Pair],
    judged: Sequence[Graded],
    search: Callable[[str, int], Numbers] | None,
    *,
    skip: int,
    depth: int,
    poor: float,
    progress: Progress,
) -> Negatives:
    """Hard negatives of every query among the pairs.

    Args:
        search: the shop's own; None leaves the judged ones alone.
        skip: the first hits are left out: what stands there unclicked is often right all the same.
        depth: how far down the hits are read.
        poor: judgments graded so low or lower, in [0, 1], are negatives, and come first.
    """
    right: dict[str, set[Number]] = {}
    for pair in pairs:
        if pair.role == "query":
            right.setdefault(plain(pair.left), set()).add(pair.item)
    found: dict[str, list[Number]] = {query: [] for query in right}
    for row in judged:
        query = plain(row.query)
        if query in found and row.grade <= poor:
            found[query].append(row.item)
        elif query in found:
            right[query].add(row.item)
    if search is not None and depth > skip:
        for query in track(list(found), progress, "mine negatives", len(found)):
            hits = [int(item) for item in search(query, depth)[skip:]]
            found[query] += [item for item in hits if item not in right[query] and item not in found[query]]
    return {query: items for query, items in found.items() if items}
