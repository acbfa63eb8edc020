"""The space that goods and users are compared in, and the generator as the pipeline runs it: numpy, no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from shopmind.kit.seeds import generator

DECAY = 0.8
"""What an event counts beside the next newer one in a profile."""
LEAK = 0.2
Arrays = Mapping[str, NDArray[Any]]


def item_space(
    texts: NDArray[np.float32] | None, holding: sparse.csr_array, dimension: int, seed: int
) -> NDArray[np.float32]:
    """(size, d) unit vectors: half of them principal parts of the texts, half factors of who holds what.

    An item nobody holds has its text alone, a shop without an encoder the factors alone; zeros where there is neither.

    Args:
        texts: (size, t) of likeness.text_vectors.
        holding: (people, size).
        dimension: of each half.
    """
    halves = [_factors(holding, dimension, seed)]
    if texts is not None:
        halves.append(_principal(texts, dimension))
    return unit(np.asarray(np.hstack([unit(half) for half in halves]), np.float32))


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1; zeros stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-9), np.float32)


def profile(space: NDArray[np.float32], items: NDArray[np.int64]) -> NDArray[np.float32]:
    """(d,) unit mean of the items, oldest first, each counting DECAY of the next; zeros for a user of nothing known."""
    items = items[(items > 0) & (items < len(space))]
    weights = DECAY ** np.arange(len(items) - 1, -1, -1, dtype=np.float32)
    return (
        unit(np.asarray(weights @ space[items], np.float32)[None, :])[0]
        if len(items)
        else np.zeros(space.shape[1], np.float32)
    )


def generated(arrays: Arrays, of: NDArray[np.float32]) -> NDArray[np.float32]:
    """(draws, d) unit vectors that the generator makes of a profile (d,), one for each kept draw of its noise."""
    noise = arrays["noise"]
    given = np.hstack([np.broadcast_to(of, (len(noise), len(of))), noise])
    hidden = given @ arrays["first"].T + arrays["first_bias"]
    hidden = np.where(hidden > 0, hidden, LEAK * hidden)
    return unit(np.asarray(hidden @ arrays["second"].T + arrays["second_bias"] + of, np.float32))


def nearness(arrays: Arrays, made: NDArray[np.float32]) -> NDArray[np.float32]:
    """(size,) cosine of each item to the nearest of the made vectors; NaN for what is not of the tail."""
    space, tail = arrays["space"], arrays["tail"]
    scores = np.full(len(space), np.nan, np.float32)
    scores[tail] = (np.asarray(space[tail], np.float32) @ made.T).max(axis=1)
    return scores


def _factors(holding: sparse.csr_array, dimension: int, seed: int) -> NDArray[np.float32]:
    """(size, k) right factors of the matrix over the roots of its row and column sums; zeros for what nobody holds.

    Source: truncated SVD of the normalised matrix, as PureSVD, Cremonesi, Koren, Turrin, RecSys 2010.
    """
    people: NDArray[np.float64] = np.asarray(holding.sum(axis=1), np.float64).ravel()
    items: NDArray[np.float64] = np.asarray(holding.sum(axis=0), np.float64).ravel()
    used = np.flatnonzero(items)
    k = min(dimension, len(people) - 1, len(used) - 1)
    found = np.zeros((holding.shape[1], dimension), np.float32)
    if k < 1:
        return found
    level = sparse.diags_array(1 / np.sqrt(np.maximum(people, 1e-9)))
    small = sparse.csr_array(level @ holding.tocsc()[:, used] @ sparse.diags_array(1 / np.sqrt(items[used])))
    start = generator(seed, "factors").standard_normal(min(small.shape))
    _, strengths, right = svds(small.astype(np.float64), k=k, v0=start)
    found[used, :k] = right.T * strengths
    return found


def _principal(texts: NDArray[np.float32], dimension: int) -> NDArray[np.float32]:
    """(size, k) the texts along the directions in which they differ most."""
    _, directions = np.linalg.eigh(texts.T.astype(np.float64) @ texts)
    return np.asarray(texts @ directions[:, ::-1][:, :dimension].astype(np.float32), np.float32)
