"""Figures for Prometheus: names and numbers only, nothing about anybody."""

from __future__ import annotations

import os
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from shopmind.domain import Slate
from shopmind.kit.clock import system_clock

Figure = TypeVar("Figure", Counter, Histogram)

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5.0, 10.0)
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""When several processes serve a shop, the client keeps figures in this folder and any process answers for all."""


class Figures:
    """The counters and histograms of one served shop; every label comes from a closed list of ours."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.started_ms = system_clock()
        self._requests = Counter(
            "shopmind_requests", "Answered requests", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "shopmind_request_seconds",
            "From the first byte of a request to the last of its answer",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._stages = Histogram(
            "shopmind_stage_seconds",
            "Time in each stage of the pipeline",
            ["scenario", "stage"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._degraded = Counter(
            "shopmind_degraded", "Answers that took a fallback", ["scenario", "part"], registry=self.registry
        )
        self._children: dict[Any, Any] = {}
        self._rows = Counter("shopmind_rows", "Rows written", ["resource", "status"], registry=self.registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One answered request; `route` is the template, never the path."""
        self._child(self._requests, method, route, str(status)).inc()
        self._child(self._seconds, route).observe(seconds)

    def slate(self, slate: Slate) -> None:
        """Stage times and fallbacks of one slate."""
        for stage, milliseconds in slate.stages_ms.items():
            self._child(self._stages, slate.scenario, stage).observe(milliseconds / 1000)
        for fallback in slate.degraded:
            self._degraded.labels(slate.scenario, fallback.partition(":")[0]).inc()

    def rows(self, resource: str, status: str, count: int) -> None:
        """Rows that were written or refused."""
        if count:
            self._rows.labels(resource, status).inc(count)

    def _child(self, figure: Figure, *labels: str) -> Figure:
        """`figure.labels(...)`, found three times faster; the labels are few, so the table stays small."""
        key = (figure, labels)
        child: Figure | None = self._children.get(key)
        if child is None:
            child = self._children[key] = figure.labels(*labels)
        return child

    def text(self) -> bytes:
        """The exposition format of Prometheus."""
        if not os.environ.get(SHARED_FOLDER):
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
