"""How wide what is shown reaches: over the catalogue, over the long tail, and within one slate.

Slates are (n, k) int64 item numbers, best first, negative where nothing stands. NaN where there is nothing to measure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopmind.kit.errors import InputError

Floats = NDArray[np.float64]
Slates = NDArray[np.int64]


def exposure(slates: Slates, size: int) -> NDArray[np.int64]:
    """(size,) how often each item number stands in the slates."""
    shown = slates[slates >= 0]
    if len(shown) and shown.max() >= size:
        raise InputError(
            f"metrics: item number {int(shown.max())} is outside a catalogue of size {size}", field="slates"
        )
    return np.bincount(shown, minlength=size).astype(np.int64)


def coverage(shown: ArrayLike) -> float:
    """Share of the catalogue that is shown at all; `shown` is the exposure of each item that could be shown.

    Source: Ge, Delgado-Battenfeld, Jannach, Beyond accuracy: evaluating recommender systems by coverage and
    serendipity (2010).
    """
    counts = np.asarray(shown, np.float64)
    return float((counts > 0).mean()) if len(counts) else float("nan")


def gini(shown: ArrayLike) -> float:
    """Inequality of exposure: 0 when every item is shown equally often, towards 1 when one item takes all.

    G = Σ (2i − n − 1) x_i / (n Σ x) over exposures x in rising order, i from 1. NaN when nothing is shown.

    Source: Shani, Gunawardana, Evaluating recommendation systems (2011), 8.3.6; the sorted form is the usual estimator.
    """
    counts = np.sort(np.asarray(shown, np.float64))
    if not len(counts) or counts.sum() == 0:
        return float("nan")
    weights = 2.0 * np.arange(1, len(counts) + 1) - len(counts) - 1
    return float(weights @ counts / (len(counts) * counts.sum()))


def novelty(slates: Slates, counts: NDArray[np.int64], total: int) -> Floats:
    """(n,) mean self-information of each slate in bits: −log2 of the share of `total` that knows the item.

    An item nobody knows counts as known by one, so its novelty is finite.

    Args:
        counts: (size,) users (or events) that know each item.
        total: all users (or events).

    Source: Zhou et al., Solving the apparent diversity-accuracy dilemma of recommender systems (2010), "surprisal".
    """
    if total < 1:
        return np.full(len(slates), np.nan)
    bits = -np.log2(np.maximum(counts, 1) / total)
    return _mean_where(np.where(slates >= 0, bits[slates], 0.0), slates >= 0)


def mean_surprise(shown: ArrayLike, counts: ArrayLike) -> float:
    """Novelty of many slates at once: mean self-information in bits of what was shown, each time counted.

    Σ s_i · −log2(max(c_i, 1) / Σ c) / Σ s, over items shown s_i times and known c_i times. NaN when nothing was shown
    or nothing is known.

    Source: as `novelty`, weighed by exposure.
    """
    times, known = np.asarray(shown, np.float64), np.asarray(counts, np.float64)
    if not len(times) or times.sum() == 0 or known.sum() == 0:
        return float("nan")
    return float(times @ -np.log2(np.maximum(known, 1) / known.sum()) / times.sum())


def intra_list_distance(vectors: ArrayLike) -> float:
    """Mean of 1 − cosine over all pairs of one slate; NaN with fewer than two items that have a vector.

    Args:
        vectors: (k, d); rows of NaN are items without a vector and are left out.

    Source: Ziegler et al., Improving recommendation lists through topic diversification (2005).
    """
    rows = np.asarray(vectors, np.float64)
    rows = rows[~np.isnan(rows).any(axis=1)]
    lengths = np.linalg.norm(rows, axis=1)
    rows = rows[lengths > 0] / lengths[lengths > 0, None]
    n = len(rows)
    if n < 2:
        return float("nan")
    total = rows.sum(0)
    return float(1.0 - (total @ total - n) / (n * (n - 1)))


def category_diversity(slates: Slates, codes: NDArray[np.int32]) -> Floats:
    """(n,) share of the pairs of each slate whose categories differ; items without a category are left out.

    Args:
        codes: (size,) category code by item number, -1 for none.

    Source: Ziegler et al. (2005) with the 0/1 distance of category.
    """
    differing, pairs = category_pairs(slates, codes)
    share: Floats = np.divide(differing, pairs, out=np.full(len(slates), np.nan), where=pairs > 0)
    return share


def category_pairs(slates: Slates, codes: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(n,) ordered pairs of each slate whose categories differ, and (n,) all pairs of items with a category.

    Sums of both over many slates give their common share; see category_diversity.
    """
    labels = np.where(slates >= 0, codes[slates], -1)
    known = labels >= 0
    pairs = known.sum(1) * (known.sum(1) - 1)
    same = ((labels[:, :, None] == labels[:, None, :]) & known[:, :, None]).sum((1, 2)) - known.sum(1)
    return (pairs - same).astype(np.int64), pairs.astype(np.int64)


def long_tail(counts: NDArray[np.int64], head_share: float = 0.8) -> NDArray[np.bool_]:
    """(size,) True for the items outside the short head: the fewest items that take `head_share` of all events.

    Equal counts at the border all belong to the head, so the answer does not hang on item order.
    """
    if not 0 < head_share < 1:
        raise InputError(f"metrics: head_share = {head_share!r}, it must lie between 0 and 1", field="head_share")
    falling = -np.sort(-counts)
    reached = np.searchsorted(np.cumsum(falling), head_share * counts.sum())
    border = falling[min(int(reached), len(falling) - 1)] if len(falling) else 0
    return np.asarray((counts < border) | (counts == 0), np.bool_)


def aplt(slates: Slates, tail: NDArray[np.bool_]) -> Floats:
    """(n,) share of long-tail items in each slate; the mean over slates is APLT.

    Source: Abdollahpouri, Burke, Mobasher, Managing popularity bias in recommender systems with personalized
    re-ranking (2019).
    """
    return _mean_where(np.where(slates >= 0, tail[slates], False).astype(np.float64), slates >= 0)


def _mean_where(values: Floats, known: NDArray[np.bool_]) -> Floats:
    counts = known.sum(1)
    means: Floats = np.divide((values * known).sum(1), counts, out=np.full(len(values), np.nan), where=counts > 0)
    return means
