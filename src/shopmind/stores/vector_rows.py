"""Distinct vectors as rows of eight-bit integers, and which items stand on each row.

Many items of a shop read the same ("FRZN PIZZA"), and a neighbour graph over copies loses its way, so each distinct
vector is kept once. Cosines do not change when a vector is stretched: its largest value becomes 127.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.stores.ports import Numbers

CENTRE_ROWS = 2_048

Rows = NDArray[np.int8]
"""(r, d) int8: one distinct vector a row, of any length."""


def quantised(vectors: NDArray[np.float32]) -> Rows:
    """(n, d) vectors as rows; a vector of zeros or with NaN becomes zeros, which is no vector."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0.0)
    usable = np.isfinite(largest) & (largest > 0)
    stretched = np.divide(vectors * np.float32(127), largest, out=np.zeros(vectors.shape, np.float32), where=usable)
    rows: Rows = np.rint(stretched).astype(np.int8)
    return rows


def unit(rows: Rows) -> NDArray[np.float32]:
    """(n, d) unit vectors of rows."""
    wide = rows.astype(np.float32)
    wide /= np.sqrt(np.einsum("nd,nd->n", wide, wide))[:, None]
    return wide


def fingerprints(rows: Rows) -> NDArray[np.uint64]:
    """(r,) hashes: equal rows have equal ones; among a million unequal rows two agree once in 100,000 shops."""
    factors = np.random.default_rng(20).integers(1, 2**63, rows.shape[1], np.uint64) | np.uint64(1)
    found = np.empty(len(rows), np.uint64)
    for start in range(0, len(rows), 4_096):
        block = rows[start : start + 4_096].astype(np.int64).view(np.uint64)
        found[start : start + 4_096] = (block * factors).sum(axis=1, dtype=np.uint64)
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """Which items stand on which row.

    Attributes:
        row_of: (size,) int32 row by item number; -1 where the item has no vector.
        members: (m,) int64 item numbers, those of one row together, in an order that says nothing of their age.
        starts: (r + 1,) int64: the items of row i are members[starts[i]:starts[i + 1]].
        live: (r,) whether any item stands on the row.
    """

    row_of: NDArray[np.int32]
    members: Numbers
    starts: NDArray[np.int64]
    live: NDArray[np.bool_]

    @staticmethod
    def of(row_of: NDArray[np.int32], rows: int) -> Standing:
        """Gathers the items of each row."""
        numbers = np.flatnonzero(row_of >= 0)
        scattered = (numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(11)
        members = numbers[np.lexsort((scattered, row_of[numbers]))]
        counts = np.bincount(row_of[numbers], minlength=rows)
        return Standing(row_of, members, np.concatenate([[0], np.cumsum(counts)]), counts > 0)

    def rows_of(self, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(r,) whether an allowed item stands on the row."""
        size = min(len(allowed), len(self.row_of))
        found = self.row_of[:size][allowed[:size]]
        rows = np.zeros(len(self.starts) - 1, np.bool_)
        rows[found[found >= 0]] = True
        return rows

    def items_on(
        self, rows: NDArray[np.int64], cosines: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None
    ) -> tuple[Numbers, NDArray[np.float32]]:
        """The first k (allowed) items standing on rows given best first."""
        counts = self.starts[rows + 1] - self.starts[rows]
        ends = np.cumsum(counts)
        places = np.repeat(self.starts[rows] - (ends - counts), counts) + np.arange(counts.sum())
        numbers, scores = self.members[places], np.repeat(cosines, counts)
        if allowed is not None:
            inside = numbers < len(allowed)
            inside[inside] = allowed[numbers[inside]]
            numbers, scores = numbers[inside], scores[inside]
        return numbers[:k], scores[:k]


def take(base: Rows, delta: Rows, rows: NDArray[np.int64]) -> Rows:
    """Rows of base and delta by row number."""
    taken: Rows = np.empty((len(rows), base.shape[1]), np.int8)
    early = rows < len(base)
    taken[early] = base[rows[early]]
    taken[~early] = delta[rows[~early] - len(base)]
    return taken


def centre_of(base: Rows, delta: Rows, standing: Standing) -> NDArray[np.float32]:
    """(d,) mean unit vector of live rows, at most CENTRE_ROWS of them, evenly spread."""
    live = np.flatnonzero(standing.live)
    if not len(live):
        return np.zeros(base.shape[1], np.float32)
    some = live[np.linspace(0, len(live) - 1, min(len(live), CENTRE_ROWS)).astype(np.int64)]
    found: NDArray[np.float32] = unit(take(base, delta, some)).mean(axis=0)
    return found
