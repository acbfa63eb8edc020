"""What items say of themselves: text vectors, and traits such as brand, category and attribute values."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from shopmind.domain import Item
from shopmind.stores.ports import Catalogue

BLOCK = 1_024
LIST = "; "
"""What ingest joins a list of values with."""
COMPARED = 30_000
COMMON = 0.2
"""Share of the catalogue above which a trait tells nothing."""


def centred(vectors: NDArray[np.float32], centre: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, d) unit vectors of what sets each item apart from the average one; zeros where there is no vector."""
    apart = np.asarray(vectors - centre, np.float32)
    length = np.sqrt(np.einsum("nd,nd->n", apart, apart))  # NaN where there is no vector
    there = (length > 1e-6) & np.isfinite(length)
    if not there.all():
        apart[~there], length[~there] = 0.0, 1.0
    apart /= length[:, None]
    return apart


def shares(near: sparse.csr_array) -> sparse.csr_array:
    """Rows that sum to 1, or to 0."""
    sums = np.maximum(np.asarray(near.sum(axis=1)).ravel(), 1e-9)
    return sparse.csr_array(sparse.diags_array(1 / sums) @ near).astype(np.float32)


def alike(vectors: NDArray[np.float32], k: int, least: float, worth: NDArray[np.floating]) -> sparse.csr_array:
    """(size, size) cosines of the k nearest other items of each, where above `least`.

    Args:
        vectors: (size, d) of `centred`; a row of zeros has no neighbour and is none.
        worth: (size,) only the COMPARED items of most worth are looked at, for the work is that of their square.
    """
    size = len(vectors)
    parts = []
    there = np.flatnonzero(vectors.any(axis=1))
    if len(there) > COMPARED:
        there = np.sort(there[np.argsort(-worth[there], kind="stable")[:COMPARED]])
    dense = vectors[there]
    k = min(k, max(len(there) - 1, 0))
    for start in range(0, len(there), BLOCK):
        scores = dense[start : start + BLOCK] @ dense.T
        own = np.arange(len(scores))
        scores[own, start + own] = -1.0
        near = np.argpartition(-scores, k - 1, axis=1)[:, :k] if k else np.empty((len(scores), 0), np.int64)
        values = np.take_along_axis(scores, near, axis=1)
        rows, places = np.nonzero(values > least)
        parts.append((there[start + rows], there[near[rows, places]], values[rows, places]))
    if not parts:
        return sparse.csr_array(sparse.coo_array((size, size), dtype=np.float32))
    rows, columns, data = (np.concatenate(column) for column in zip(*parts, strict=True))
    return sparse.csr_array((data.astype(np.float32), (rows, columns)), shape=(size, size))


def traits(catalogue: Catalogue, size: int) -> sparse.csr_array:
    """(size, traits) unit rows of what each item shares with others, the rarer the more it weighs.

    Traits are the brand, every step of the category path and every value of a text or list attribute. One that a
    single item has, or more than COMMON of all, is left out.
    """
    index: dict[tuple[str, str], int] = {}
    rows: list[int] = []
    columns: list[int] = []
    for number, item in catalogue.scan():
        for trait in set(traits_of(item)):
            rows.append(number)
            columns.append(index.setdefault(trait, len(index)))
    has = sparse.csr_array(
        (np.ones(len(rows), np.float32), (np.array(rows, np.int64), np.array(columns, np.int64))),
        shape=(size, max(len(index), 1)),
    )
    counts: NDArray[np.float32] = np.asarray(has.sum(axis=0)).ravel()
    there = max(int(np.count_nonzero(np.diff(has.indptr))), 1)
    telling = np.flatnonzero((counts >= 2) & (counts <= COMMON * there))
    has = sparse.csr_array(has.tocsc()[:, telling])
    weighed = sparse.csr_array(has @ sparse.diags_array(np.log(there / counts[telling]))) if len(telling) else has
    length = sparse.linalg.norm(weighed, axis=1)
    return sparse.csr_array(sparse.diags_array(1 / np.maximum(length, 1e-9)) @ weighed).astype(np.float32)


def traits_of(item: Item) -> Iterator[tuple[str, str]]:
    """Name and value of what an item may share with others; of a list every value."""
    if item.brand:
        yield "brand", item.brand.casefold()
    for step in range(len(item.categories)):
        yield "category", " > ".join(item.categories[: step + 1])
    for name, value in item.attributes.items():
        if isinstance(value, str):
            yield from ((name, each) for each in value.split(LIST))
