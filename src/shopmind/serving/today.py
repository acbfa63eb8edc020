"""The counters of today as figures for Prometheus; nothing about anybody."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from shopmind.insights.traffic import SERVING_BLOCK, Line, count, lines
from shopmind.kit.clock import DAY_MS
from shopmind.shop import Shop

PATIENCE_S = 1.0
MOST_VARIANTS = 50
OTHER = "other"
"""Scenarios and variants that only clients speak of: a label of Prometheus comes from a closed list."""

COUNTS = ("answers", "impressions", "clicks", "views", "favourites", "add_to_carts", "purchases")


def today(shop: Shop) -> bytes:
    """What happened since midnight UTC by scenario and variant, in the exposition format; counts what is new first."""
    behind = count(shop, patience_s=PATIENCE_S, block=SERVING_BLOCK).behind
    day = shop.folder.clock() // DAY_MS
    registry = CollectorRegistry()
    registry.register(_Today(lines(shop, day, day + 1, ("scenario", "variant")), behind, frozenset(shop.scenarios)))
    return generate_latest(registry)


class _Today(Collector):
    def __init__(self, told: list[Line], behind: int, scenarios: frozenset[str]) -> None:
        self._told, self._behind, self._scenarios = told, behind, scenarios
        answered = sorted((line for line in told if line.answers), key=lambda line: -(line.answers or 0))
        self._variants = {line.variant for line in answered[:MOST_VARIANTS]} | {""}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family for each count, and how far the counters are behind the log."""
        labels = ["scenario", "variant"]
        for name in COUNTS:
            family = GaugeMetricFamily(
                f"shopmind_today_{name}", f"{name} since midnight UTC".replace("_", " "), labels=labels
            )
            sums: dict[tuple[str, str], float] = {}
            for line in self._told:
                key = self._labels(line)
                sums[key] = sums.get(key, 0.0) + float(getattr(line, name) or 0)
            for key, value in sums.items():
                family.add_metric(key, value)
            yield family
        revenue = GaugeMetricFamily(
            "shopmind_today_revenue", "Revenue since midnight UTC in major units", labels=[*labels, "currency"]
        )
        money: dict[tuple[str, str, str], float] = {}
        for line in self._told:
            for currency, value in line.revenue.items():
                place = (*self._labels(line), currency)
                money[place] = money.get(place, 0.0) + value
        for place, value in money.items():
            revenue.add_metric(place, value)
        yield revenue
        yield GaugeMetricFamily("shopmind_traffic_behind", "Events that are not counted yet", value=self._behind)

    def _labels(self, line: Line) -> tuple[str, str]:
        scenario, variant = line.scenario or "", line.variant or ""
        return (
            scenario if scenario in self._scenarios or not scenario else OTHER,
            variant if variant in self._variants else OTHER,
        )
