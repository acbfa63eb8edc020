"""Which titles share their rare words: what a model's vectors blur, such as the number of a cartridge."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from shopmind.stores.ports import Catalogue
from shopmind.text.analyse import analyse
from shopmind.training.next_item.meaning import COMMON, COMPARED
from shopmind.training.next_item.walks import chained

VECTOR_SHARE = 0.5
"""What nearness of text vectors counts beside shared words."""


def words(catalogue: Catalogue, size: int, worth: NDArray[np.floating]) -> sparse.csr_array:
    """(size, terms) float32 unit rows: tf-idf of title and brand.

    Source: Salton and Buckley, 1988: (1 + ln tf) * (1 + ln((1 + n) / (1 + df))), cosine-normalised. A word of a single
    item says nothing of two, and one that more than COMMON of them have only costs time.

    Args:
        worth: (size,) only the COMPARED items of most worth have words.
    """
    index: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    counts: list[int] = []
    kept = np.zeros(size, bool)
    kept[np.argsort(-worth, kind="stable")[:COMPARED]] = True
    for number, item in catalogue.scan():
        if number < size and kept[number]:
            found = Counter(analyse(f"{item.title} {item.brand or ''}", item.language))
            rows += [number] * len(found)
            columns += [index.setdefault(word, len(index)) for word in found]
            counts += found.values()
    shape = (size, max(len(index), 1))
    places = (np.array(rows, np.int64), np.array(columns, np.int64))
    matrix = sparse.csr_array((1 + np.log(np.maximum(np.array(counts, np.float32), 1)), places), shape=shape)
    there = np.count_nonzero(np.diff(matrix.indptr))
    having = np.bincount(places[1], minlength=shape[1])
    idf = np.where((having >= 2) & (having <= COMMON * there), 1 + np.log((1 + there) / (1 + having)), 0.0)
    weighed = sparse.csr_array(matrix @ sparse.diags_array(idf))
    weighed.eliminate_zeros()
    length = np.maximum(sparse.linalg.norm(weighed, axis=1), 1e-9)
    return sparse.csr_array(sparse.diags_array(1 / length) @ weighed).astype(np.float32)


def likeness(words_of: sparse.csr_array, near: sparse.csr_array, k: int) -> sparse.csr_array:
    """(size, size) symmetric likeness of two texts in 0..1: shared words, and VECTOR_SHARE of what vectors say.

    Args:
        words_of: see words.
        near: (size, size) cosines of text vectors, k or so a row.
        k: neighbours by words of each item.
    """
    shared = chained(words_of, sparse.csr_array(words_of.T), k + 1)
    shared.setdiag(0)
    shared.eliminate_zeros()
    found = sparse.csr_array(shared.maximum(shared.T) + VECTOR_SHARE * near.maximum(near.T))
    return sparse.csr_array(found / (1 + VECTOR_SHARE)).astype(np.float32)
