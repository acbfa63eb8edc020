"""What is measured of the hour of a message: the share by hand, around midnight, and nobody learns from later weeks."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from benchmarks import send_time
from shopmind.kit.clock import DAY_MS
from shopmind.shop import Shop


def test_an_hour_on_either_side_counts_around_midnight_too() -> None:
    orders = pl.DataFrame({"person": [0, 0, 0, 0, 1, 1], "hour": [23, 1, 2, 12, 17, 19]})
    near = send_time.within(orders, np.array([0, 18]))
    assert near.tolist() == [0.5, 1.0]


def test_what_the_planner_is_given_ends_before_the_weeks_that_are_asked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_time, "WINDOW_MS", 10 * DAY_MS)
    span = shop.events.time_range()
    assert span is not None
    found = send_time.window(shop, span[1] + 1 - send_time.WINDOW_MS)
    assert found.people
    assert all(len(each) and each.times_ms.max() < found.start_ms for each in found.people.values())
    assert sorted(found.orders["person"].unique().to_list()) == list(range(len(found.people)))
