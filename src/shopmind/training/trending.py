"""How many people want an item lately, and how many usually do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.kit.clock import DAY_MS
from shopmind.kit.progress import Progress
from shopmind.training.people import people
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.worth import WORTH, type_weights


class TrendingRecipe(Recipe):
    """People by item, each counted once, by how long ago they last came: with a short and with a long half-life."""

    @dataclass(frozen=True)
    class Options:
        """half_life_days: of "lately". usual_half_life_days: of "usually". weights: event type → weight."""

        half_life_days: float = 3.0
        usual_half_life_days: float = 28.0
        weights: dict[str, float] = field(default_factory=lambda: dict(WORTH))

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """Arrays `lately` and `usually`: (size,) float32 by item number; `weights`: by event type code."""
        weights = type_weights(options.weights)
        events = tables.events.filter(pl.col("type").is_in(np.flatnonzero(weights > 0).tolist())).drop_nulls("item")
        arrays = {}
        for name, half_life in (("lately", options.half_life_days), ("usually", options.usual_half_life_days)):
            arrays[name] = people_by_item(
                people(events),
                events["item"].to_numpy(),
                weights[events["type"].to_numpy()],
                tables.now_ms - events["timestamp_ms"].to_numpy(),
                half_life,
                tables.columns.size,
            ).astype(np.float32)
        return Fitted({**arrays, "weights": weights.astype(np.float32)})


def people_by_item(
    who: NDArray[np.int64],
    items: NDArray[np.int64],
    weights: NDArray[np.float64],
    age_ms: NDArray[np.int64],
    half_life_days: float,
    size: int,
) -> NDArray[np.float64]:
    """(size,) how many people want each item: one person counts once, with the event that counts most.

    Source: exponential decay, count = sum over people of max over their events of weight * 0.5 ** (age / half-life).
    Whoever has no name and no session is person 0, all of them together: a flood of nameless events is one person.
    """
    worth = weights * np.power(0.5, np.maximum(0, age_ms) / (half_life_days * DAY_MS))
    order = np.lexsort((-worth, items, who))
    who, items, worth = who[order], items[order], worth[order]
    first = np.ones(len(items), np.bool_)
    first[1:] = (who[1:] != who[:-1]) | (items[1:] != items[:-1])
    return np.bincount(items[first], worth[first], minlength=size).astype(np.float64)


def surprise(lately: NDArray[np.float64], usually: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much more an item is wanted lately than was to be expected; above 0 for a trend.

    Source: Poisson z score, (observed - expected) / sqrt(expected), with one person taken off and one added below, so
    that nobody makes a trend alone and rare items do not lead by chance. Expected is the item's usual count times the
    shop's ratio of both, so that a busy week is no trend of everything.
    """
    total = float(usually.sum())
    expected = usually * (float(lately.sum()) / total if total > 0 else 0.0)
    return (lately - expected - 1) / np.sqrt(expected + 1)
