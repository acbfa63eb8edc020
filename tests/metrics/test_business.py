"""Figures of the shop floor."""

from __future__ import annotations

import math

from shopmind.metrics import business


def test_rates_worked_by_hand() -> None:
    assert business.click_through_rate(3, 60) == 0.05
    assert business.conversion_rate(1, 4) == 0.25
    assert business.revenue_per_request(500, 2) == 250
    assert business.revenue_per_mille(500, 250) == 2000
    assert business.average_order_value(900, 3) == 300


def test_customers_worked_by_hand() -> None:
    assert business.add_to_cart_rate(1, 4) == 0.25
    assert business.repeat_rate([0, 1, 2, 5]) == 2 / 3
    assert math.isnan(business.repeat_rate([0, 0]))
    assert business.retention([1, 2, 2, 3, 4], [9, 2, 4]) == 0.5
    assert math.isnan(business.retention([], [1]))


def test_percentiles_of_buckets_are_their_upper_bounds() -> None:
    assert business.counted_percentiles([10.0, 1.0, 5.0], [1, 50, 49]) == {"p50": 1.0, "p90": 5.0, "p99": 5.0}
    assert business.counted_percentiles([10.0, 1.0, 5.0], [2, 50, 48])["p99"] == 10.0
    assert math.isnan(business.counted_percentiles([1.0], [0])["p50"])


def test_a_rate_without_a_denominator_is_unknown_and_not_zero() -> None:
    assert math.isnan(business.click_through_rate(0, 0))
    assert math.isnan(business.revenue_per_mille(10, 0))


def test_latency_percentiles_are_times_that_were_measured() -> None:
    times = [float(i) for i in range(1, 101)]
    assert business.latency_percentiles(times) == {"p50": 50.0, "p90": 90.0, "p99": 99.0}
    assert business.latency_percentiles([5.0, 1.0], (50,)) == {"p50": 1.0}


def test_no_measurement_gives_no_percentile() -> None:
    assert math.isnan(business.latency_percentiles([])["p99"])
