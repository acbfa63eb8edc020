"""How strongly one set of goods speaks for another, and whether chance alone could look like it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from shopmind.kit.errors import InputError

Floats = NDArray[np.float64]
NEGLIGIBLE = 1e-17
"""A further term of a tail below this part of the sum changes no digit of it."""


def confidence(both: ArrayLike, first: ArrayLike) -> Floats:
    """P(second | first) = both / first; NaN where nothing holds the first.

    Source: Agrawal, Imieliński, Swami, Mining association rules between sets of items, SIGMOD 1993.
    """
    return _share(both, first)


def lift(both: ArrayLike, first: ArrayLike, second: ArrayLike, orders: ArrayLike) -> Floats:
    """How many times as often as by chance: both * orders / (first * second); 1 is chance, NaN where one is never held.

    Source: "interest", Brin, Motwani, Ullman, Tsur, SIGMOD 1997.
    """
    held = np.asarray(both, np.float64) * np.asarray(orders, np.float64)
    return _share(held, np.asarray(first, np.float64) * np.asarray(second, np.float64))


def leverage(both: ArrayLike, first: ArrayLike, second: ArrayLike, orders: ArrayLike) -> Floats:
    """The share of the orders that hold both beyond chance: both / orders - first / orders * second / orders.

    Source: Piatetsky-Shapiro, Discovery, analysis, and presentation of strong rules, Knowledge Discovery in Databases,
    1991.
    """
    return _share(both, orders) - _share(first, orders) * _share(second, orders)


def fisher(both: ArrayLike, first: ArrayLike, second: ArrayLike, orders: ArrayLike) -> Floats:
    """(n,) chance that so many orders or more hold both if the two were independent: Fisher's exact test, one side.

    The upper tail of the hypergeometric distribution, P(X >= both), exact to some 10 digits, and 0 below 1e-300.

    Args:
        both, first, second, orders: (n,) whole numbers, or one number for all.

    Source: Fisher, The logic of inductive inference, Journal of the Royal Statistical Society 98 (1935). Terms follow
    each other as t(k + 1) = t(k) * (first - k) (second - k) / ((k + 1) (orders - first - second + k + 1)).

    Raises:
        InputError: counts that no orders can have.
    """
    counts = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in (both, first, second, orders)))
    k, n1, n2, n = (each.ravel().copy() for each in counts)
    if (k < 0).any() or (k > np.minimum(n1, n2)).any() or (np.maximum(n1, n2) > n).any():
        raise InputError("fisher: both must lie in 0..first and 0..second, and these in 0..orders")
    least = np.maximum(0.0, n1 + n2 - n)
    k = np.maximum(k, least)
    term = np.exp(_log_choose(n1, k) + _log_choose(n - n1, n2 - k) - _log_choose(n, n2))
    # below the mean the tail is long and near 1: its other side is added up there
    low = k * n < n1 * n2
    upper = _tail(term, k, n1, n2, n, rising=True, rows=~low)
    below = _tail(term, k, n1, n2, n, rising=False, rows=low)
    found = np.where(low, 1.0 - (below - term), upper)
    return np.clip(found, 0.0, 1.0).reshape(counts[0].shape)


def false_discovery(p: ArrayLike, tests: int | None = None) -> Floats:
    """(n,) the smallest share of false finds at which each is still a find, over a family of `tests` tests.

    Source: Benjamini, Hochberg, Controlling the false discovery rate, Journal of the Royal Statistical Society B 57
    (1995): with p rising, q(i) = min over j >= i of p(j) * tests / j.

    Args:
        p: (n,) chances in 0..1.
        tests: how many were made; those that are not given are taken for having p = 1. None: as many as are given.

    Raises:
        InputError: fewer tests than chances.
    """
    given = np.asarray(p, np.float64)
    made = len(given) if tests is None else tests
    if made < len(given):
        raise InputError(f"false_discovery: {len(given)} chances of {made} tests are not allowed", field="tests")
    order = np.argsort(given, kind="stable")
    raised = given[order] * made / np.arange(1, len(given) + 1)
    found = np.empty(len(given))
    found[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return found


def _tail(
    start: Floats, k: Floats, n1: Floats, n2: Floats, n: Floats, *, rising: bool, rows: NDArray[np.bool_]
) -> Floats:
    """(n,) the terms from k on, upwards or downwards; only of `rows`, the others hold their first term."""
    sums = start.copy()
    here = np.flatnonzero(rows & (start > 0))
    term, at = start[here].copy(), k[here].copy()
    while len(here):
        first, second, all_ = n1[here], n2[here], n[here]
        if rising:
            term = term * (first - at) * (second - at) / ((at + 1) * (all_ - first - second + at + 1))
            at += 1
        else:
            term = term * at * (all_ - first - second + at) / ((first - at + 1) * (second - at + 1))
            at -= 1
        sums[here] += term
        on = term > sums[here] * NEGLIGIBLE
        here, term, at = here[on], term[on], at[on]
    return sums


def _log_choose(n: Floats, k: Floats) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), np.float64)


def _share(part: ArrayLike, whole: ArrayLike) -> Floats:
    above, below = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(whole, np.float64))
    found = np.full(above.shape, np.nan)
    np.divide(above, below, out=found, where=below > 0)
    return found
