"""What the figures for Prometheus say of requests, for people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

COUNT, SECONDS = "shopmind_requests_total", "shopmind_request_seconds_bucket"
LEFT_OUT = ("/health/", "/metrics", "unmatched")


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests since the server started.

    Attributes:
        answered, refused, failed: with a status below 400, below 500, and the rest.
        p50_ms, p99_ms: between the bounds of the histogram as if evenly spread; None without requests.
    """

    answered: int
    refused: int
    failed: int
    p50_ms: float | None
    p99_ms: float | None


def requests_told(text: bytes) -> Requests:
    """Reads the exposition format of `Figures.text`."""
    by_class = {"answered": 0, "refused": 0, "failed": 0}
    upto: dict[float, float] = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            if sample.labels.get("route", "").startswith(LEFT_OUT):
                continue
            if sample.name == COUNT:
                status = int(sample.labels["status"])
                by_class["answered" if status < 400 else "refused" if status < 500 else "failed"] += int(sample.value)
            elif sample.name == SECONDS:
                bound = float(sample.labels["le"])
                upto[bound] = upto.get(bound, 0.0) + sample.value
    return Requests(**by_class, p50_ms=_quantile(upto, 0.5), p99_ms=_quantile(upto, 0.99))


def _quantile(upto: Mapping[float, float], q: float) -> float | None:
    """Milliseconds; the last bound that is finite stands for everything above it."""
    total = upto.get(math.inf, 0.0)
    if total == 0:
        return None
    below, before = 0.0, 0.0
    for bound in sorted(upto):
        if upto[bound] >= q * total:
            if math.isinf(bound):
                return round(below * 1000, 3)
            inside = upto[bound] - before
            return round((below + (bound - below) * ((q * total - before) / inside if inside else 1.0)) * 1000, 3)
        below, before = bound, upto[bound]
    return None
