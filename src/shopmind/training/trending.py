"""How many people want an item lately, and how many usually do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.kit.clock import DAY_MS, WEEK_MS
from shopmind.kit.progress import Progress
from shopmind.training.people import people
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.worth import WORTH, type_weights


class TrendingRecipe(Recipe):
    """People by item lately and usually, as `lately` and `usually` count them."""

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
        visits = Visits(
            people(events),
            events["item"].to_numpy(),
            weights[events["type"].to_numpy()],
            np.maximum(0, tables.now_ms - events["timestamp_ms"].to_numpy()),
        )
        size = tables.columns.size
        return Fitted(
            {
                "lately": lately(visits, options.half_life_days, size).astype(np.float32),
                "usually": usually(visits, options.usual_half_life_days, size).astype(np.float32),
                "weights": weights.astype(np.float32),
            }
        )


@dataclass(frozen=True, slots=True)
class Visits:
    """n events that weigh something: (n,) arrays.

    Attributes:
        people: as people.people; all who have neither name nor session are person 0 together, so that a flood of
            nameless events is one person.
        ages_ms: not negative.
    """

    people: NDArray[np.int64]
    items: NDArray[np.int64]
    weights: NDArray[np.float64]
    ages_ms: NDArray[np.int64]


def lately(visits: Visits, half_life_days: float, size: int) -> NDArray[np.float64]:
    """(size,) how many people want each item: each counts once, with the event that counts most.

    Source: exponential decay, sum over people of max over their events of weight * 0.5 ** (age / half-life).
    """
    return _counted(visits, np.zeros_like(visits.ages_ms), half_life_days, size)


def usually(visits: Visits, half_life_days: float, size: int) -> NDArray[np.float64]:
    """(size,) the same with a longer memory, in which a person counts once a week."""
    return _counted(visits, visits.ages_ms // WEEK_MS, half_life_days, size)


def _counted(visits: Visits, turns: NDArray[np.int64], half_life_days: float, size: int) -> NDArray[np.float64]:
    """Decayed weights, the largest one of each person, turn and item."""
    worth = visits.weights * np.power(0.5, visits.ages_ms / (half_life_days * DAY_MS))
    order = np.lexsort((-worth, visits.items, turns, visits.people))
    keys = np.stack([visits.people, turns, visits.items])[:, order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    kept = order[first]
    return np.bincount(visits.items[kept], worth[kept], minlength=size).astype(np.float64)


def surprise(now: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much more an item is wanted lately than was to be expected; above 0 for a trend.

    Source: Poisson z score, (observed - expected) / sqrt(expected), with one person taken off and one added below, so
    that nobody makes a trend alone and rare items do not lead by chance. Expected is the item's usual count times the
    shop's ratio of both, so that a busy week is no trend of everything.

    Args:
        now: (size,) as `lately` counts.
        usual: (size,) as `usually` counts.
    """
    total = float(usual.sum())
    expected = usual * (float(now.sum()) / total if total > 0 else 0.0)
    found: NDArray[np.float64] = (now - expected - 1) / np.sqrt(expected + 1)
    return found
