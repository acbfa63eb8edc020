from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from shopmind.domain import EVENT_TYPES
from shopmind.operations.strategy.drift import LEAST_EVENTS, divergence, drift
from shopmind.shop import Shop
from shopmind.stores.ports import EVENT_TABLE

VIEW = EVENT_TYPES.index("view")


def test_the_divergence_is_as_worked_by_hand() -> None:
    """p = (1, 0), q = (½, ½): the mean is (¾, ¼), H = 0.8113; H(p) = 0, H(q) = 1, so 0.8113 - 0.5 = 0.3113 bits."""
    assert divergence(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == pytest.approx(0.311278, abs=1e-6)
    assert divergence(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(1.0)
    assert divergence(np.array([0.3, 0.7]), np.array([0.3, 0.7])) == pytest.approx(0.0)


def events(items: list[int]) -> pl.DataFrame:
    counted = range(1, len(items) + 1)
    rows = {"number": counted, "timestamp_ms": counted, "type": [VIEW] * len(items), "item": items}
    blank = {name: [None] * len(items) for name in EVENT_TABLE if name not in rows}
    return pl.DataFrame({**rows, **blank}, schema_overrides=EVENT_TABLE).select(list(EVENT_TABLE))


def test_other_goods_of_the_same_categories_are_no_drift_and_other_categories_are(shop: Shop) -> None:
    columns = shop.catalogue.columns()
    tea, pan = shop.catalogue.numbers(["tea-01", "kit-02"]).tolist()
    n = LEAST_EVENTS
    assert drift(events([tea] * n + [tea] * n), n, columns) == pytest.approx(0.0)
    assert drift(events([tea] * n + [pan] * n), n, columns) == pytest.approx(1.0)


def test_too_few_choices_say_nothing(shop: Shop) -> None:
    (tea,) = shop.catalogue.numbers(["tea-01"]).tolist()
    assert math.isnan(drift(events([tea] * (2 * LEAST_EVENTS - 1)), LEAST_EVENTS, shop.catalogue.columns()))
