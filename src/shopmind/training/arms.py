"""How often each item was shown at each place of a scenario, and how often that was rewarded: the arms of a bandit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES, EventType
from shopmind.kit.clock import DAY_MS
from shopmind.kit.progress import Progress
from shopmind.training.credit import LEARNED_WITHIN_DAYS, first_of, hashes, places, rewarded
from shopmind.training.recipe import Fitted, Recipe, Tables

DEEPEST = 100
"""Places from here on are not counted: nobody explores so deep."""

EXPLORED: dict[str, Any] = {
    "scenario": pl.String,
    "request_id": pl.String,
    "item": pl.Int64,
    "names": pl.List(pl.String),
    "values": pl.List(pl.Float64),
}
"""Schema of what slots were filled by, from the records of answers: one row for each slot that a request explored, with
the columns that the choice was made by and their values, oldest first."""

_CODES = {name: code for code, name in enumerate(EVENT_TYPES)}


class ArmsRecipe(Recipe):
    """Decayed counts of impressions and rewards by scenario, item and place, and the sums that LinUCB needs.

    An impression is rewarded when one of the event types `rewards` echoes its request and names its item within the
    window; more than once counts once. Both count by the age of the impression, so a rate is a mean of its times.
    """

    @dataclass(frozen=True)
    class Options:
        """rewards: event types that say that it was right to show an item. window_days: after its impression.
        half_life_days: age at which an impression, and what came of it, counts half.
        """

        rewards: tuple[EventType, ...] = ("click",)
        window_days: float = LEARNED_WITHIN_DAYS
        half_life_days: float = 30.0

        def __post_init__(self) -> None:
            for name in self.rewards:
                if name not in HISTORY_TYPES:
                    raise ValueError(f"rewards: {name!r} is nothing that a customer does")
            if not self.rewards or not self.window_days > 0 or not self.half_life_days > 0:
                raise ValueError("rewards must name an event type, window_days and half_life_days be above 0")

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """Arrays of counts, one row for each scenario, item and place: `scenarios` (hash64 of the name), `items`,
        `places`, `shown`, `rewarded`. `open_…`: impressions that may still be rewarded, by request and item. For each
        entry i of the figure `linear`: `gathered_i` and `gained_i` (see pipeline.bandits.upper_bounds), and keys and
        features of the impressions that may still be rewarded.
        """
        log = seen(tables.events, reward_codes(options), options.window_days)
        weights = decay(tables.now_ms, log.times_ms, options.half_life_days)
        last_ms = int(log.times_ms.max(initial=0))
        late = log.times_ms > last_ms - round(options.window_days * DAY_MS)
        arrays: dict[str, NDArray[Any]] = {
            **_counted(log, weights),
            "open_keys": log.keys[late],
            "open_scenarios": log.scenarios[late],
            "open_items": log.items[late],
            "open_places": log.places[late],
            "open_times_ms": log.times_ms[late],
            "open_rewarded": log.rewarded[late],
        }
        linear, sums = _linear(tables.explored() if tables.explored is not None else None, log, weights, late)
        return Fitted(
            {**arrays, **sums},
            {"impressions": len(log.keys), "rewarded": int(log.rewarded.sum()), "linear": linear},
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """Impressions by rising key, each request and item once: (n,) arrays.

    Attributes:
        keys: `credit.places` of request and item.
        scenarios: hash64 of the scenario's name.
        rewarded: whether a reward was credited.
    """

    keys: NDArray[np.uint64]
    scenarios: NDArray[np.uint64]
    items: NDArray[np.int64]
    places: NDArray[np.int64]
    times_ms: NDArray[np.int64]
    rewarded: NDArray[np.bool_]


def reward_codes(options: ArmsRecipe.Options) -> NDArray[np.int64]:
    """Codes of the event types that count as a reward."""
    return np.array([_CODES[name] for name in options.rewards], np.int64)


def decay(now_ms: int, times_ms: NDArray[np.int64], half_life_days: float) -> NDArray[np.float64]:
    """(n,) 0.5 ** (age / half-life); nothing is younger than now."""
    return np.power(0.5, np.maximum(0, now_ms - times_ms) / (half_life_days * DAY_MS))


def seen(events: pl.DataFrame, codes: NDArray[np.int64], window_days: float) -> Seen:
    """The impressions of a log of schema EVENT_TABLE that name request, scenario, item and a place above DEEPEST."""
    echoed = events.filter(pl.col("request_id").is_not_null() & pl.col("item").is_not_null())
    shown = echoed.filter(pl.col("type") == _CODES["impression"]).drop_nulls(["scenario", "position"])
    shown = shown.filter(pl.col("position") < DEEPEST)
    acts = echoed.filter(pl.col("type").is_in(codes.tolist()))
    keys = places(hashes(shown["request_id"]), shown["item"].to_numpy())
    first = first_of(keys, shown["timestamp_ms"].to_numpy())
    shown_ms = shown["timestamp_ms"].to_numpy()[first]
    credited = rewarded(
        keys[first],
        shown_ms,
        places(hashes(acts["request_id"]), acts["item"].to_numpy()),
        acts["timestamp_ms"].to_numpy(),
        round(window_days * DAY_MS),
    )
    return Seen(
        keys[first],
        hashes(shown["scenario"])[first],
        shown["item"].to_numpy()[first],
        shown["position"].to_numpy()[first].astype(np.int64),
        shown_ms,
        credited,
    )


def _counted(log: Seen, weights: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    named = np.stack([log.scenarios, log.items.astype(np.uint64), log.places.astype(np.uint64)])
    cells, which = np.unique(named, axis=1, return_inverse=True)
    size = cells.shape[1]
    return {
        "scenarios": cells[0],
        "items": cells[1].astype(np.int64),
        "places": cells[2].astype(np.int64),
        "shown": np.bincount(which, weights, minlength=size),
        "rewarded": np.bincount(which, weights * log.rewarded, minlength=size),
    }


def _linear(
    explored: pl.DataFrame | None, log: Seen, weights: NDArray[np.float64], late: NDArray[np.bool_]
) -> tuple[list[Mapping[str, Any]], dict[str, NDArray[Any]]]:
    """For each scenario the sums over its slots that were seen; of the columns that it chose by last."""
    linear: list[Mapping[str, Any]] = []
    sums: dict[str, NDArray[Any]] = {}
    if explored is None or not len(log.keys):
        return linear, sums
    for (scenario,), rows in sorted(explored.filter(pl.col("names").list.len() > 0).group_by("scenario")):
        names = rows["names"][-1].to_list()
        rows = rows.filter(pl.col("names").list.join("\x1f") == "\x1f".join(names))
        keys = places(hashes(rows["request_id"]), rows["item"].to_numpy())
        found = np.minimum(np.searchsorted(log.keys, keys), len(log.keys) - 1)
        known = log.keys[found] == keys
        found = found[known]
        values = np.array(rows["values"].to_list(), np.float64).reshape(len(keys), len(names))[known]
        weighed = values * weights[found, None]
        sums[f"gathered_{len(linear)}"] = weighed.T @ values
        sums[f"gained_{len(linear)}"] = weighed.T @ log.rewarded[found].astype(np.float64)
        sums[f"open_slots_{len(linear)}"] = log.keys[found][late[found]]
        sums[f"open_features_{len(linear)}"] = values[late[found]]
        linear.append({"scenario": scenario, "names": names, "slots": int(known.sum())})
    return linear, sums
