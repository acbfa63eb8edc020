"""Figures of the shop floor. A rate without a denominator is NaN, never 0."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


def rate(part: float, whole: float) -> float:
    """part / whole, NaN when the whole is 0."""
    return part / whole if whole > 0 else float("nan")


def click_through_rate(clicks: float, impressions: float) -> float:
    """Clicks for each impression."""
    return rate(clicks, impressions)


def conversion_rate(purchases: float, clicks: float) -> float:
    """Purchases for each click."""
    return rate(purchases, clicks)


def add_to_cart_rate(carts: float, clicks: float) -> float:
    """Times something was put into the cart for each click."""
    return rate(carts, clicks)


def repeat_rate(purchase_days: ArrayLike) -> float:
    """Share of the buyers who bought on two days or more; NaN without a buyer.

    Args:
        purchase_days: (n,) days with a purchase of each customer; 0 is no buyer.
    """
    days = np.asarray(purchase_days, np.int64)
    return rate(int((days > 1).sum()), int((days > 0).sum()))


def retention(before: ArrayLike, after: ArrayLike) -> float:
    """Share of the customers (numbers) of one period who are there in a later one too; NaN when the first has none."""
    first = np.unique(np.asarray(before, np.int64))
    return rate(int(np.isin(first, np.asarray(after, np.int64)).sum()), len(first))


def revenue_per_request(revenue_minor: int, requests: int) -> float:
    """Money in minor units for each answered request."""
    return rate(revenue_minor, requests)


def revenue_per_mille(revenue_minor: float, impressions: float) -> float:
    """Money in minor units for a thousand impressions."""
    return 1000 * rate(revenue_minor, impressions)


def average_order_value(revenue_minor: int, orders: int) -> float:
    """Money in minor units for each order."""
    return rate(revenue_minor, orders)


def latency_percentiles(milliseconds: ArrayLike, levels: Sequence[int] = (50, 90, 99)) -> dict[str, float]:
    """{"p50": …, "p90": …, "p99": …} in milliseconds: the smallest measured value that `level` % do not exceed.

    Source: Hyndman, Fan, Sample quantiles in statistical packages (1996), definition 1 (no interpolation: a p99 is a
    time that was measured).
    """
    values = np.asarray(milliseconds, np.float64)
    if not len(values):
        return {f"p{level}": float("nan") for level in levels}
    found = np.percentile(values, list(levels), method="inverted_cdf")
    return {f"p{level}": float(value) for level, value in zip(levels, found, strict=True)}


def counted_percentiles(bounds: ArrayLike, counts: ArrayLike, levels: Sequence[int] = (50, 90, 99)) -> dict[str, float]:
    """As latency_percentiles, of measurements that were counted in buckets: the bucket's upper bound.

    Args:
        bounds: (b,) upper bounds in milliseconds.
        counts: (b,) measurements in each.
    """
    order = np.argsort(np.asarray(bounds, np.float64), kind="stable")
    rising, held = np.asarray(bounds, np.float64)[order], np.asarray(counts, np.int64)[order]
    total = int(held.sum())
    if not total:
        return {f"p{level}": float("nan") for level in levels}
    reached = np.cumsum(held)
    return {f"p{level}": float(rising[np.searchsorted(reached, level / 100 * total - 1e-9)]) for level in levels}
