"""What was said of like items for like queries: judged pairs that a new pair is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.seeds import hash64, hash64_all

COLUMNS = ("precedent", "familiar_pair", "familiar_query")

AXES = 64
"""Dimensions that vectors are brought to: as good as all 384, at a sixth of the work."""

QUERIES = 24
"""How many queries are looked at."""

EACH = 40
"""Pairs kept of one query, the surest first."""

MOST = 300_000
"""Pairs kept of all queries."""

QUERY_SHARPNESS, ITEM_SHARPNESS = 7.0, 10.0
"""How fast a pair counts less with distance: e to the minus so much, from the same to as near as any."""

DOUBT = 0.003
"""The weight of knowing nothing, beside 1 for the same query and the same item."""


@dataclass(frozen=True)
class Precedents:
    """Judged pairs, in few dimensions.

    Attributes:
        axes: (d, r) float32, from the encoder's space to that of the pairs.
        queries: (m, r) float32, unit vectors.
        texts: (m,) uint64, hashes of the query texts: nobody can read them here.
        starts: (m + 1,) int64, where each query's pairs begin.
        items: (p, r) float16, unit vectors.
        gains: (p,) float32, less their mean.
        weights: (p,) float32.
        usual: (2,) float32, the mean cosine of two queries, and of two items.
    """

    axes: NDArray[np.float32]
    queries: NDArray[np.float32]
    texts: NDArray[np.uint64]
    starts: NDArray[np.int64]
    items: NDArray[np.float16]
    gains: NDArray[np.float32]
    weights: NDArray[np.float32]
    usual: NDArray[np.float32]

    @staticmethod
    def of(arrays: Mapping[str, NDArray[Any]]) -> Precedents | None:
        """As `arrays` wrote them; None when there are none."""
        if "precedents_starts" not in arrays:
            return None
        return Precedents(
            **{name: np.asarray(arrays[f"precedents_{name}"]) for name in Precedents.__dataclass_fields__}
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For an artifact."""
        return {f"precedents_{name}": getattr(self, name) for name in self.__dataclass_fields__}

    def columns(
        self, query: NDArray[np.float32], items: NDArray[np.float32], *, without: int | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """What the pairs say of a query and n items.

        `precedent`: Σ k · gain / (Σ k + doubt) over the pairs of the nearest queries, with k = weight · exp(-a · (1 -
        nearness of the queries) - b · (1 - nearness of the items)), nearness 1 for the same and 0 for as near as any;
        `familiar_pair`: ln(1 + Σ k / doubt), so 0 where nothing is known; `familiar_query`: nearness of the nearest
        query.

        Source: Nadaraya, On estimating regression (1964), with a product of two kernels.

        Args:
            query: (r,) unit vector; see `reduced`.
            items: (n, r) unit vectors, rows of NaN where there is none.
            without: hash of a text (`named`) whose own pairs do not count.
        """
        like = (self.queries @ query - self.usual[0]) / (1 - self.usual[0])
        if without is not None:
            like = np.where(self.texts == np.uint64(without), -np.inf, like)
        top = np.argpartition(-like, QUERIES)[:QUERIES] if len(like) > QUERIES else np.arange(len(like))
        top = top[like[top] > -np.inf]
        often = self.starts[top + 1] - self.starts[top]
        ends = np.cumsum(often)
        pairs = np.repeat(self.starts[top] - (ends - often), often) + np.arange(int(often.sum()))
        near = (items @ self.items[pairs].astype(np.float32).T - self.usual[1]) / (1 - self.usual[1])
        far = np.repeat(QUERY_SHARPNESS * (1 - like[top]), often)
        kernel = np.exp(ITEM_SHARPNESS * (near - 1) - far, dtype=np.float32) * self.weights[pairs]
        total = kernel.sum(axis=1) + DOUBT
        nearest = float(like[top].max()) if len(top) else np.nan
        return {
            "precedent": (kernel @ self.gains[pairs] / total).astype(np.float32),
            "familiar_pair": np.log(total / DOUBT).astype(np.float32),
            "familiar_query": np.full(len(items), nearest, np.float32),
        }


def axes_of(vectors: NDArray[np.float32], wide: int = AXES) -> NDArray[np.float32]:
    """(d, r) the directions that say most of the products between (n, d) vectors; rows of NaN do not count."""
    known = vectors[~np.isnan(vectors).any(axis=1)].astype(np.float64)
    _, found = np.linalg.eigh(known.T @ known)
    return np.ascontiguousarray(found[:, ::-1][:, :wide], np.float32)


def reduced(vectors: NDArray[np.float32], axes: NDArray[np.float32]) -> NDArray[np.float32]:
    """(..., r) unit vectors of (..., d) ones; NaN stays NaN."""
    short = vectors @ axes
    found: NDArray[np.float32] = short / np.maximum(np.linalg.norm(short, axis=-1, keepdims=True), 1e-9)
    return found


def named(text: str) -> int:
    """The hash a query text is known by."""
    return hash64(text.strip().casefold())


def remember(
    texts: tuple[str, ...],
    queries: NDArray[np.float32],
    lists: NDArray[np.int64],
    items: NDArray[np.float32],
    gains: NDArray[np.float64],
    weights: NDArray[np.float64],
    axes: NDArray[np.float32],
) -> Precedents:
    """Keeps judged pairs.

    Args:
        texts, queries: of m queries, (m, r) unit vectors.
        lists: (p,) query of each pair, rising.
        items: (p, r) unit vectors, rows of NaN where there is none; those pairs are left out.
        gains, weights: (p,) see judged_lists.Known.
        axes: what the vectors were reduced with.
    """
    order = np.lexsort((-weights, lists))
    order = order[~np.isnan(items[order]).any(axis=1) & (weights[order] > 0)]
    first = np.searchsorted(lists[order], lists[order], side="left")
    order = order[np.arange(len(order)) - first < EACH][:MOST]
    counts = np.bincount(lists[order], minlength=len(texts))
    mean = float(np.average(gains[order], weights=weights[order])) if len(order) else 0.0
    return Precedents(
        axes=axes,
        queries=np.ascontiguousarray(queries, np.float32),
        texts=hash64_all(text.strip().casefold() for text in texts),
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        items=items[order].astype(np.float16),
        gains=(gains[order] - mean).astype(np.float32),
        weights=weights[order].astype(np.float32),
        usual=np.array([_usual(queries), _usual(items[order])], np.float32),
    )


def _usual(vectors: NDArray[np.float32]) -> float:
    """The mean cosine of two different unit vectors, at most .95; 0 for fewer than two."""
    n = len(vectors)
    if n < 2:
        return 0.0
    total = vectors.sum(axis=0, dtype=np.float64)
    return float(np.clip((total @ total - n) / (n * (n - 1)), 0.0, 0.95))
