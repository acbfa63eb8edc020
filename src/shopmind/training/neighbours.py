"""Which items are found together: similarity of the columns of a sparse matrix, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from shopmind.kit.progress import Progress
from shopmind.training.sparse import best_of_rows

PRODUCTS_A_BLOCK = 5_000_000
"""Pairs counted at once: about 240 MB."""


def neighbours(
    baskets: sparse.csr_array,
    k: int,
    *,
    tilt: float,
    shrink: float,
    at_least: float,
    progress: Progress,
    title: str,
) -> sparse.csr_array:
    """For each column the k most similar other columns.

    Source: asymmetric cosine, Aiolli, RecSys 2013, times the shrinkage c / (c + shrink) of Bell and Koren, ICDM 2007:
    s(i → j) = c_ij / (n_i ** tilt * n_j ** (1 - tilt)) * c_ij / (c_ij + shrink), with c = XᵀX and n its diagonal.

    Args:
        baskets: (rows, size) X, not negative: who or what holds which item, and how much.
        tilt: 0.5 is the cosine; less prefers rare items, more prefers common ones.
        at_least: pairs with a smaller c are left out.

    Returns:
        (size, size), row i holding the neighbours of i.
    """
    size = baskets.shape[1]
    counts = np.asarray(baskets.multiply(baskets).sum(axis=0)).ravel()
    kept = np.flatnonzero(counts >= at_least)
    if not len(kept):
        none = np.empty(0, np.int64)
        return sparse.csr_array((np.empty(0, np.float32), (none, none)), shape=(size, size))
    inside = sparse.csr_array(baskets.tocsc()[:, kept])
    by_item = sparse.csr_array(inside.T)
    own = counts[kept]
    parts = []
    for rows in _blocks(inside, by_item):
        found = _similar(sparse.csr_array(by_item[rows, :] @ inside), rows, own, tilt, shrink, at_least)
        parts.append(best_of_rows(found, k))
        progress(title, rows.stop, len(kept))
    starts = np.zeros(size + 1, np.int64)
    starts[kept + 1] = np.concatenate([np.diff(part.indptr) for part in parts])
    columns = np.concatenate([kept[part.indices].astype(np.int32) for part in parts])
    values = np.concatenate([part.data for part in parts])
    similar = sparse.csr_array((values, columns, np.cumsum(starts)), shape=(size, size))
    similar.sort_indices()
    return similar


def _blocks(inside: sparse.csr_array, by_item: sparse.csr_array) -> Iterator[slice]:
    """Runs of items whose products with all others stay within PRODUCTS_A_BLOCK."""
    work = np.asarray(by_item.astype(bool) @ np.diff(inside.indptr).astype(np.int64), np.int64)
    done = np.cumsum(work)
    start = 0
    while start < len(work):
        before = done[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(done, before + PRODUCTS_A_BLOCK, side="right")))
        yield slice(start, stop)
        start = stop


def _similar(
    together: sparse.csr_array,
    rows: slice,
    own: NDArray[np.floating],
    tilt: float,
    shrink: float,
    at_least: float,
) -> sparse.csr_array:
    kept = np.flatnonzero(together.data >= at_least)
    starts = np.searchsorted(kept, together.indptr)
    row = np.repeat(np.arange(together.shape[0]), np.diff(starts))
    column, count = together.indices[kept], together.data[kept].astype(np.float64)
    value = count * (own**-tilt)[row + rows.start] * (own ** (tilt - 1))[column] * (count / (count + shrink))
    value[row + rows.start == column] = 0
    return sparse.csr_array((value.astype(np.float32), column, starts), shape=together.shape)
