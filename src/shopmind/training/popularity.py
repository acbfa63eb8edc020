"""How much each item is wanted, with older events counting less."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shopmind.kit.clock import DAY_MS
from shopmind.kit.progress import Progress
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.worth import WORTH, type_weights


class PopularityRecipe(Recipe):
    """Weighted, decayed event counts by item number.

    Source: exponential decay, score = sum over events of weight(type) * 0.5 ** (age / half-life).
    """

    @dataclass(frozen=True)
    class Options:
        """half_life_days: age at which an event counts half. weights: event type → weight."""

        half_life_days: float = 14.0
        weights: dict[str, float] = field(default_factory=lambda: dict(WORTH))

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """Array `scores`: (size,) float32 by item number, at the tables' time; `weights`: by event type code."""
        events = tables.events.drop_nulls("item")
        weights = type_weights(options.weights)
        age_days = np.maximum(0, tables.now_ms - events["timestamp_ms"].to_numpy()) / DAY_MS
        worth = weights[events["type"].to_numpy()] * np.power(0.5, age_days / options.half_life_days)
        scores = np.bincount(events["item"].to_numpy(), worth, minlength=tables.columns.size)
        return Fitted({"scores": scores.astype(np.float32), "weights": weights.astype(np.float32)})
