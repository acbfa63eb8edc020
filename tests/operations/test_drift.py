from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from shopmind.domain import EVENT_TYPES
from shopmind.operations.strategy import due
from shopmind.operations.strategy.drift import LEAST_EVENTS, divergence, drift
from shopmind.operations.strategy.rules import Retrain
from shopmind.shop import Shop
from shopmind.stores.ports import EVENT_TABLE

from .conftest import CLOTHES, Life

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


def test_drift_is_a_reason_of_its_own(life: Life) -> None:
    rules = Retrain(new_events=10_000, drift=0.2, pause_hours=0)
    life.customers(CLOTHES, people=60)
    found = due.look(life.shop, ["popularity"], rules, None)
    assert [each.en[:30] for each in found.why] == ["people choose differently: 0.7"]
    assert 0.7 < found.figures["drift"] < 0.8
    assert due.look(life.shop, ["popularity"], Retrain(new_events=10_000, drift=0.9), None).why == ()
    assert "drift" not in due.look(life.shop, ["popularity"], Retrain(new_events=5, drift=0.2), None).figures


def test_new_goods_are_a_reason_of_their_own(life: Life) -> None:
    rows = [{"item_id": f"new-{place}", "kind": "product", "title": f"New {place}"} for place in range(8)]
    life.shop.put_items(rows)
    life.clock.pass_hours(2)
    found = due.look(life.shop, ["popularity"], Retrain(new_items=0.1), None)
    assert found.figures["new_items"] == pytest.approx(8 / 59)
    assert found.why[0].zh == "13.6% 的商品是新的(规则:0.1)"
