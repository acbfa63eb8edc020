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
MOST = 20_000
"""Items that are explained, those that most had: each costs a millisecond."""
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
    lengths = np.diff(chosen.indptr)
    lengths[np.argsort(-own, kind="stable")[MOST:]] = 0
    own += np.where(np.diff(alike.indptr) > 0, worth, 0.0).astype(np.float32) + np.float32(ridge)
    parts = [_solved(near, chosen, block, own) for block in _blocks(lengths)]
    sources, targets, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    return sparse.csr_array((weights, (sources, targets)), shape=near.shape)


def _blocks(lengths: NDArray[np.integer]) -> Iterator[NDArray[np.int64]]:
    """Items of like many neighbours, so that little is padded; those without any are left out."""
    order = np.argsort(lengths, kind="stable")
    order = order[np.searchsorted(lengths[order], 1) :]
    yield np.empty(0, np.int64)
    for start in range(0, len(order), AT_ONCE):
        yield order[start : start + AT_ONCE]


def _solved(
    near: sparse.csr_array, chosen: sparse.csr_array, targets: NDArray[np.int64], own: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Sources, targets and weights of some targets."""
    width = int(np.diff(chosen.indptr)[targets].max(initial=0))
    systems = np.zeros((len(targets), width, width), np.float32)
    asked = np.zeros((len(targets), width, 1), np.float32)
    systems[:, np.arange(width), np.arange(width)] = 1.0
    place = np.full(near.shape[0], -1, np.int64)
    for number, target in enumerate(targets):
        row = slice(int(chosen.indptr[target]), int(chosen.indptr[target + 1]))
        others = chosen.indices[row]
        lengths = near.indptr[others + 1] - near.indptr[others]
        begin = near.indptr[others] - (np.cumsum(lengths) - lengths)
        entries = np.repeat(begin, lengths) + np.arange(lengths.sum())
        place[others] = np.arange(len(others))
        columns = place[near.indices[entries]]
        inside = columns >= 0
        rows = np.repeat(np.arange(len(others)), lengths)
        systems[number, rows[inside], columns[inside]] = near.data[entries[inside]]
        systems[number, np.arange(len(others)), np.arange(len(others))] = own[others]
        asked[number, : len(others), 0] = chosen.data[row]
        place[others] = -1
    weights = np.linalg.solve(systems, asked)[:, :, 0]
    counts = np.diff(chosen.indptr)[targets]
    sources = [chosen.indices[chosen.indptr[target] : chosen.indptr[target + 1]] for target in targets]
    real = np.arange(width) < counts[:, None]
    return np.concatenate([np.empty(0, np.int64), *sources]), np.repeat(targets, counts), weights[real]
