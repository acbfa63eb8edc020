from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from shopmind.domain import EVENT_TYPES
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.shop import Shop
from shopmind.stores.ports import EVENT_TABLE
from shopmind.training.recipe import Tables
from shopmind.training.response import ResponseRecipe

BUY = EVENT_TYPES.index("purchase")


def world(shop: Shop, days: int = 112, people: int = 300) -> Tables:
    """Half of the people buy one of the teas every few days, the other half one of the kitchen goods."""
    columns = shop.catalogue.columns()
    chance = np.random.default_rng(7)
    goods = [shop.catalogue.numbers([f"{kind}-{at:02d}" for at in (1, 2, 3)]) for kind in ("tea", "kit")]
    rows = []
    for user in range(1, people + 1):
        busy = chance.uniform(0.01, 0.08)
        for day in np.flatnonzero(chance.random(days) < busy).tolist():
            item = (
                int(chance.choice(goods[user % 2]))
                if chance.random() < 0.9
                else int(chance.choice(goods[1 - user % 2]))
            )
            rows.append(
                {"type": BUY, "timestamp_ms": day * DAY_MS, "user": user, "item": item, "order": day * 1000 + user}
            )
    frame = pl.DataFrame(rows).sort("timestamp_ms").with_row_index("number", 1)
    missing = [pl.lit(None, kind).alias(name) for name, kind in EVENT_TABLE.items() if name not in frame.columns]
    events = frame.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in EVENT_TABLE.items())
    return Tables(events, columns, days * DAY_MS)


def test_chances_mean_what_they_say_and_beat_every_rule_in_a_world_whose_truth_is_known(shop: Shop) -> None:
    options = ResponseRecipe.Options(targets=20, people=300)
    figures = ResponseRecipe().fit(world(shop), options, seed=0, progress=silent).figures
    assert figures["auc"] > 0.7
    assert figures["auc"] >= max(figures[f"auc_by_{name}"] for name in ("own", "brand", "category", "orders")) - 0.005
    assert figures["ece"] < 0.05
    assert figures["said"] == pytest.approx(figures["happened"], abs=0.05)


def test_a_short_or_empty_log_says_what_is_missing(shop: Shop) -> None:
    tables = world(shop, people=40)
    with pytest.raises(NotReadyError, match="84 days"):
        ResponseRecipe().fit(replace(tables, now_ms=50 * DAY_MS), ResponseRecipe.Options(), seed=0, progress=silent)
    with pytest.raises(NotReadyError, match="84 days"):
        ResponseRecipe().fit(tables.without_events(), ResponseRecipe.Options(), seed=0, progress=silent)
    rare = replace(tables, events=tables.events.head(60).vstack(tables.events.tail(1)))
    with pytest.raises(NotReadyError, match="50 answers"):
        ResponseRecipe().fit(rare, ResponseRecipe.Options(), seed=0, progress=silent)
