"""Each item explained by the few others that go with it or read like it: regression on a neighbourhood."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from shopmind.training.next_item.meaning import COMPARED
from shopmind.training.next_item.walks import chained
from shopmind.training.sparse import best_of_rows

AT_ONCE = 256
"""Items solved together: 10 MB of systems of 100 x 100."""
PAIRS = 200
"""Others of one item that most had with it; what is rarer counts as never had together."""


def explained(
    held: sparse.csr_array, alike: sparse.csr_array, *, worth: float, ridge: float, k: int
) -> sparse.csr_array:
    """(size, size) how much having the row speaks for the column.

    A neighbour that another one already accounts for adds nothing, which similarity alone cannot see; the likeness of
    texts stands in for the users that a rare item never had.

    Source: the closed form of EASE (Steck, WWW 2019) with side information as further rows of the user matrix (Jeunen,
    Van Balen, Goethals, RecSys 2020): the weights b of target j minimise |X b - x_j|² + worth |F b - f_j|² + ridge
    |b|², with F Fᵀ the likeness. Here each j is solved over its k nearest alone (as SLIM with neighbourhoods, Ning and
    Karypis, ICDM 2011), so that no dense item matrix is ever made.

    Args:
        held: (people, size) 1 where a user had an item.
        alike: (size, size) likeness of texts, symmetric, at most 1; an item without text has none.
        worth: what full likeness counts, in users who had both.
        k: how many others explain one.
    """
    own = np.asarray(held.sum(axis=0), np.float32).ravel()
    known = own.astype(bool)
    if np.count_nonzero(known) > COMPARED:
        known[np.argsort(-own, kind="stable")[COMPARED:]] = False
    some = sparse.csr_array(held @ sparse.diags_array(known.astype(np.float32)))
    both = chained(sparse.csr_array(some.T), some, PAIRS + 1)
    both.setdiag(0)
    near = sparse.csr_array(both.maximum(both.T) + worth * alike).astype(np.float32)
    near.eliminate_zeros()
    near.sort_indices()
    chosen = best_of_rows(near, k)
    own += np.where(np.diff(alike.indptr) > 0, worth, 0.0).astype(np.float32) + np.float32(ridge)
    pairs = _Pairs(both, sparse.csr_array(worth * alike).astype(np.float32), own)
    parts = [_solved(pairs, chosen, block) for block in _blocks(np.diff(chosen.indptr))]
    sources, targets, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    return sparse.csr_array((weights, (sources, targets)), shape=near.shape)


def _blocks(lengths: NDArray[np.integer]) -> Iterator[NDArray[np.int64]]:
    """Items of like many neighbours, so that little is padded; those without any are left out."""
    order = np.argsort(lengths, kind="stable")
    order = order[np.searchsorted(lengths[order], 1) :]
    yield np.empty(0, np.int64)
    for start in range(0, len(order), AT_ONCE):
        yield order[start : start + AT_ONCE]


class _Pairs:
    """How much any two items have in common, some items at a time.

    Args:
        both: (size, size) the PAIRS most that had both, of each row; what a pair counts is the greater of its two.
        alike: (size, size) symmetric, added to that.
        own: (size,) the diagonal.
    """

    def __init__(self, both: sparse.csr_array, alike: sparse.csr_array, own: NDArray[np.float32]) -> None:
        self._both, self._alike, self._own = both, alike, own
        self._place = np.full(len(own), -1, np.int64)

    def among(self, items: NDArray[np.integer]) -> NDArray[np.float32]:
        """(n, n) of these items. Rows of `both` are short; those of its transpose, of items that all had, are not."""
        self._place[items] = np.arange(len(items))
        found = np.zeros((len(items), len(items)), np.float32)
        rows, columns, values = self._inside(self._both, items)
        found[rows, columns] = values
        found = np.maximum(found, found.T)
        rows, columns, values = self._inside(self._alike, items)
        found[rows, columns] += values
        np.fill_diagonal(found, self._own[items])
        self._place[items] = -1
        return found

    def _inside(
        self, matrix: sparse.csr_array, items: NDArray[np.integer]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        lengths = matrix.indptr[items + 1] - matrix.indptr[items]
        begin = matrix.indptr[items] - (np.cumsum(lengths) - lengths)
        entries = np.repeat(begin, lengths) + np.arange(lengths.sum())
        columns = self._place[matrix.indices[entries]]
        inside = columns >= 0
        return np.repeat(np.arange(len(items)), lengths)[inside], columns[inside], matrix.data[entries[inside]]


def _solved(
    pairs: _Pairs, chosen: sparse.csr_array, targets: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Sources, targets and weights of some targets."""
    counts = np.diff(chosen.indptr)[targets]
    width = int(counts.max(initial=0))
    systems = np.zeros((len(targets), width, width), np.float32)
    asked = np.zeros((len(targets), width, 1), np.float32)
    systems[:, np.arange(width), np.arange(width)] = 1.0
    sources = []
    for number, (target, count) in enumerate(zip(targets, counts, strict=True)):
        row = slice(int(chosen.indptr[target]), int(chosen.indptr[target + 1]))
        sources.append(chosen.indices[row])
        systems[number, :count, :count] = pairs.among(chosen.indices[row])
        asked[number, :count, 0] = chosen.data[row]
    weights = np.linalg.solve(systems, asked)[:, :, 0]
    real = np.arange(width) < counts[:, None]
    return np.concatenate([np.empty(0, np.int64), *sources]), np.repeat(targets, counts), weights[real]
