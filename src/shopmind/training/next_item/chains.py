"""Histories sent along chains of matrices, every matrix once a stage: what a product costs besides is paid once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from shopmind.kit.highest import highest
from shopmind.training.next_item.asked import Asked

Chain = tuple[str, ...]
"""Names of matrices, the one that is walked first in front."""
STRONGEST = 100
"""Of what a history came to, from where it goes on to the next matrix."""
Start = tuple[float, bool]
"""What an event counts beside the next newer one, and whether orders are counted instead of events."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Where b histories come to: a sparse (b, width) matrix as its parts, columns of a row in no order.

    Attributes:
        starts: (b + 1,) where each row begins.
        columns: (m,) int32, each at most once in a row.
        values: (m,) float32.
    """

    starts: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.float32]

    def row(self, number: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Columns and values of one history."""
        here = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return self.columns[here], self.values[here]

    def strongest(self, k: int) -> Reached:
        """The k largest values of each row; equal values keep the one that stands first."""
        if not (np.diff(self.starts) > k).any():
            return self
        kept = []
        for first, stop in zip(self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True):
            best = highest(self.values[first:stop], k)
            if len(best) > k:
                best = best[np.argsort(-self.values[first + best], kind="stable")[:k]]
            kept.append(first + best)
        starts = np.concatenate([[0], np.cumsum([len(each) for each in kept])]).astype(np.int32)
        places = np.concatenate(kept)
        return Reached(starts, self.columns[places], self.values[places])

    def __add__(self, other: Reached) -> Reached:
        """Columns that both came to are added up."""
        width = 1 + int(max(self.columns.max(initial=-1), other.columns.max(initial=-1)))
        return _reached(_matrix([self], width) + _matrix([other], width))


def starting(asked: Asked, start: Start, size: int, least: float) -> Reached:
    """The items of each history whose events weigh more than `least`; those of an item are added up."""
    decay, by_order = start
    weights = np.power(decay, asked.order_ranks if by_order else asked.ranks)
    counting = (weights > least) & (asked.items < size)
    cells, place = np.unique(asked.rows[counting] * size + asked.items[counting], return_inverse=True)
    rows, items = np.divmod(cells, size)
    starts = np.searchsorted(rows, np.arange(len(asked) + 1)).astype(np.int32)
    return Reached(starts, items.astype(np.int32), np.bincount(place, weights[counting]).astype(np.float32))


def walked(
    starts: Mapping[Start, Reached], wanted: Iterable[tuple[Start, Chain]], matrices: Mapping[str, sparse.csr_array]
) -> dict[tuple[Start, Chain], Reached]:
    """Every start sent along every chain wanted of it."""
    found: dict[tuple[Start, Chain], Reached] = {(start, ()): reached for start, reached in starts.items()}
    wanted = list(wanted)
    for stage in range(1, 1 + max((len(chain) for _, chain in wanted), default=0)):
        due: dict[str, dict[tuple[Start, Chain], None]] = {}
        for start, chain in wanted:
            if len(chain) >= stage:
                due.setdefault(chain[stage - 1], {})[start, chain[:stage]] = None
        for name, keys in due.items():
            sources = [found[start, chain[:-1]] for start, chain in keys]
            if stage > 1:
                sources = [each.strongest(STRONGEST) for each in sources]
            found |= zip(keys, _sent(sources, matrices[name]), strict=True)
    return found


def _sent(sources: Sequence[Reached], along: sparse.csr_array) -> Iterable[Reached]:
    """The product of each with the matrix. For a single history its rows times a vector: half the time, and the sums
    are made in the same order."""
    if len(sources[0].starts) == 2:
        return [_of_one(each.values @ along[each.columns]) for each in sources]
    return _parted(_reached(_matrix(sources, along.shape[0]) @ along), len(sources))


def _of_one(sums: NDArray[np.float32]) -> Reached:
    columns = np.flatnonzero(sums != 0).astype(np.int32)  # of floats themselves it takes ten times as long
    return Reached(np.array([0, len(columns)], np.int32), columns, sums[columns])


def _matrix(stacked: Sequence[Reached], width: int) -> sparse.csr_array:
    """One upon the other."""
    if len(stacked) == 1:
        (only,) = stacked
        return sparse.csr_array((only.values, only.columns, only.starts), shape=(len(only.starts) - 1, width))
    ends = np.cumsum([0, *(len(each.columns) for each in stacked)])
    starts = np.concatenate([[0], *(each.starts[1:] + end for each, end in zip(stacked, ends, strict=False))])
    values = np.concatenate([each.values for each in stacked])
    columns = np.concatenate([each.columns for each in stacked])
    return sparse.csr_array((values, columns, starts.astype(np.int32)), shape=(len(starts) - 1, width))


def _parted(whole: Reached, parts: int) -> Iterable[Reached]:
    height = (len(whole.starts) - 1) // parts
    for first in range(0, parts * height, max(height, 1)):
        starts = whole.starts[first : first + height + 1]
        here = slice(int(starts[0]), int(starts[-1]))
        yield Reached(starts - starts[0], whole.columns[here], whole.values[here])


def _reached(matrix: Any) -> Reached:
    return Reached(matrix.indptr, matrix.indices, matrix.data)
