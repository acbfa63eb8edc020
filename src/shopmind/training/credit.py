"""Which impressions were rewarded: an event that echoes their request and names their item, after them, in a window."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.kit.clock import DAY_MS
from shopmind.kit.seeds import hash64_all

CLOCKS_MS = DAY_MS
"""An event that echoes a request came after its answer, whatever its clock says: so far behind it may run."""
LEARNED_WITHIN_DAYS = 1.0
"""What learns looks so far on from an answer; reports look further, see evaluation.attribution."""

TEXTS_AT_ONCE = 100_000
_BITS = np.uint64((1 << 18) - 1)
_ITEM = np.uint64(0x9E3779B97F4A7C15)


def in_time(late_ms: pl.Expr) -> pl.Expr:
    """Whether an event so long after the answer whose request it echoes is learned from."""
    return late_ms.is_between(-CLOCKS_MS, round(LEARNED_WITHIN_DAYS * DAY_MS))


def hashes(texts: pl.Series) -> NDArray[np.uint64]:
    """(n,) `hash64` of each text, each different one hashed once; 0 where there is none."""
    found = np.empty(len(texts), np.uint64)
    known: dict[str | None, int] = {None: 0}
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        block = texts[start : start + TEXTS_AT_ONCE].to_list()
        new = [text for text in dict.fromkeys(block) if text not in known]
        known |= zip(new, hash64_all(new).tolist(), strict=True)
        found[start : start + len(block)] = [known[text] for text in block]
    return found


def places(requests: NDArray[np.uint64], items: NDArray[np.int64]) -> NDArray[np.uint64]:
    """(n,) one key for request and item together."""
    return requests ^ (items.astype(np.uint64) * _ITEM)


def first_of(keys: NDArray[np.uint64], times_ms: NDArray[np.int64]) -> NDArray[np.intp]:
    """Rows of the earliest impression of each key, by rising key: shown twice is shown once."""
    order = np.lexsort((times_ms, keys))
    ordered = keys[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return order[first]


def rewarded(
    keys: NDArray[np.uint64],
    shown_ms: NDArray[np.int64],
    event_keys: NDArray[np.uint64],
    event_ms: NDArray[np.int64],
    within_ms: int,
) -> NDArray[np.bool_]:
    """(n,) whether each impression was rewarded; however often, it counts once.

    Args:
        keys: (n,) rising, each once.
        shown_ms: (n,) time of the impression.
        event_keys, event_ms: (m,) the events that count as a reward.
    """
    found = np.zeros(len(keys), np.bool_)
    if not len(keys) or not len(event_keys):
        return found
    near = np.zeros(1 << 18, np.bool_)  # most events are about other places, and a bit by the key says so at once
    near[keys & _BITS] = True
    likely = near[event_keys & _BITS]
    event_keys, event_ms = event_keys[likely], event_ms[likely]
    rows = np.minimum(np.searchsorted(keys, event_keys), len(keys) - 1)
    late = event_ms - shown_ms[rows]
    found[rows[(keys[rows] == event_keys) & (late >= -CLOCKS_MS) & (late <= within_ms)]] = True
    return found
