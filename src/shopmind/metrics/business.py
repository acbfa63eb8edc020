"""Figures of the shop floor. A rate without a denominator is NaN, never 0."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


def rate(part: float, whole: float) -> float:
    """part / whole, NaN when the whole is 0."""
    return part / whole if whole > 0 else float("nan")


def click_through_rate(clicks: int, impressions: int) -> float:
    """Clicks for each impression."""
    return rate(clicks, impressions)


def conversion_rate(purchases: int, clicks: int) -> float:
    """Purchases for each click."""
    return rate(purchases, clicks)


def revenue_per_request(revenue_minor: int, requests: int) -> float:
    """Money in minor units for each answered request."""
    return rate(revenue_minor, requests)


def revenue_per_mille(revenue_minor: int, impressions: int) -> float:
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
