"""How good an order of items is, for one case or for many at once.

The last axis of every array is the rank, the axes before it are cases: `gains` (k,) is one case, (n, k) is n of them.
`gains[..., i]` is the gain of what stands at rank i (0-based), 0 where it is not relevant or nothing stands there.

NaN: a case without a single relevant item has no answer. Its value is NaN; means leave it out and say how many were
left out (`intervals.mean`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopmind.kit.errors import InputError

Floats = NDArray[np.float64]


def recall(gains: ArrayLike, relevant: ArrayLike, k: int) -> Floats:
    """Share of the relevant items among the first k.

    Args:
        relevant: (...,) how many relevant items each case has.
        k: from 1; ranks that do not exist count as misses.

    Source: Manning, Raghavan, Schütze, Introduction to Information Retrieval (2008), 8.3.
    """
    return _ratio(_hits(gains, k).sum(-1), _counts(relevant))


def precision(gains: ArrayLike, relevant: ArrayLike, k: int) -> Floats:
    """Share of relevant items among the first k; a list shorter than k is still divided by k.

    Source: Manning, Raghavan, Schütze (2008), 8.4; division by k as trec_eval's P_k.
    """
    return _where_relevant(_hits(gains, k).sum(-1) / k, relevant)


def hit_rate(gains: ArrayLike, relevant: ArrayLike, k: int) -> Floats:
    """1 where any of the first k is relevant, else 0.

    Source: Deshpande, Karypis, Item-based top-N recommendation algorithms (2004), 5.1.
    """
    return _where_relevant(_hits(gains, k).any(-1).astype(np.float64), relevant)


def reciprocal_rank(gains: ArrayLike, relevant: ArrayLike, k: int) -> Floats:
    """1 over the 1-based rank of the first relevant item, 0 when it stands after k. Its mean is MRR.

    Source: Voorhees, The TREC-8 Question Answering Track Report (1999).
    """
    hits = _hits(gains, k)
    first = hits.argmax(-1) if hits.shape[-1] else np.zeros(hits.shape[:-1], np.int64)
    return _where_relevant(np.where(hits.any(-1), 1.0 / (first + 1.0), 0.0), relevant)


def average_precision(gains: ArrayLike, relevant: ArrayLike, k: int) -> Floats:
    """Precision at each relevant rank up to k, summed and divided by all relevant items. Its mean is MAP.

    Source: Manning, Raghavan, Schütze (2008), 8.8; cut as trec_eval's map_cut_k (divided by all, not by min(k, all)).
    """
    hits = _hits(gains, k)
    ranks = np.arange(1, hits.shape[-1] + 1)
    return _ratio((hits * (hits.cumsum(-1) / ranks)).sum(-1), _counts(relevant))


def ndcg(gains: ArrayLike, ideal: ArrayLike, k: int) -> Floats:
    """Discounted cumulative gain of the first k over that of the best possible first k; gains are linear.

    DCG = Σ gain_i / log2(i + 1) over 1-based ranks i ≤ k.

    Args:
        ideal: (..., m) gains of *all* relevant items of the case in any order, padded with 0; `ideal_gains` makes it
            where every relevant item has gain 1. The ideal list has min(k, relevant) items.

    Source: Järvelin, Kekäläinen, Cumulated gain-based evaluation of IR techniques (2002), with the log2(i + 1) discount
    and linear gain of trec_eval's ndcg_cut.
    """
    best = -np.sort(-_gains(ideal, None), axis=-1)
    return _ratio(_dcg(_gains(gains, k)), _dcg(best[..., :k]))


def ideal_gains(relevant: ArrayLike, k: int) -> Floats:
    """(..., k) the ideal list of cases whose relevant items all have gain 1: min(k, relevant) ones, then zeros."""
    return (np.arange(_cutoff(k)) < _counts(relevant)[..., None]).astype(np.float64)


def gains_at(
    ranked: NDArray[np.int64], cases: NDArray[np.int64], items: NDArray[np.int64], gains: NDArray[np.float64]
) -> Floats:
    """Gains of ranked lists: (n, k).

    Args:
        ranked: (n, k) item numbers, best first; negative where nothing stands. An item that stands twice gains only at
            its first place.
        cases: (m,) row of `ranked` each truth belongs to.
        items: (m,) item numbers; one truth for each (case, item).
        gains: (m,) their gains.
    """
    found = np.zeros(ranked.shape, np.float64)
    if not len(items) or not ranked.size:
        return found
    width = int(max(items.max(), ranked.max())) + 1
    keys = cases * width + items
    order = np.argsort(keys, kind="stable")
    keys, gains = keys[order], gains[order]
    asked = np.where(ranked >= 0, np.arange(len(ranked))[:, None] * width + ranked, -1).ravel()
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    match = np.flatnonzero(keys[place] == asked)
    _, first = np.unique(asked[match], return_index=True)
    found.ravel()[match[first]] = gains[place[match[first]]]
    return found


def _cutoff(k: int) -> int:
    if k < 1:
        raise InputError(f"metrics: k = {k!r}, it must be 1 or more", field="k")
    return k


def _gains(gains: ArrayLike, k: int | None) -> Floats:
    values = np.asarray(gains, np.float64)
    if np.isnan(values).any() or (values < 0).any():
        raise InputError("metrics: a gain is negative or NaN; a gain is 0 (not relevant) or more", field="gains")
    return values if k is None else values[..., : _cutoff(k)]


def _hits(gains: ArrayLike, k: int) -> NDArray[np.bool_]:
    return _gains(gains, k) > 0


def _counts(relevant: ArrayLike) -> Floats:
    return np.asarray(relevant, np.float64)


def _dcg(gains: Floats) -> Floats:
    return np.asarray(gains @ (1.0 / np.log2(np.arange(gains.shape[-1]) + 2.0)), np.float64)


def _ratio(top: ArrayLike, bottom: Floats) -> Floats:
    ratio: Floats = np.divide(top, bottom, out=np.full(np.shape(bottom), np.nan), where=bottom > 0)
    return ratio


def _where_relevant(values: ArrayLike, relevant: ArrayLike) -> Floats:
    return np.where(_counts(relevant) > 0, values, np.nan)
