"""Are purchase, churn, the time until then and the next action foreseen better than by LightGBM on recency, frequency
and money?

The log is cut eight weeks before its end. Ours is the recipe `behaviour` on what came before; beside it stands LightGBM
on the columns of recency, frequency and money alone, with the true values of the lines and the same moments to learn
from: its settings are chosen on the same held-out moment, once as it is, once with the same calibration. All are asked
as of the cut, and what came after it is looked at once. 95 % intervals by bootstrap over users, differences paired.

    python -m benchmarks.behaviour [--sets complete_journey gifts] [--backbone none|auto|own] [--shop shops/demo]

`own` needs the extra [train]. Writes results/behaviour.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

import shopmind
from benchmarks.record import RESULTS, write
from benchmarks.search.sets import DATA
from shopmind.domain import EVENT_TYPES, HISTORY_TYPES
from shopmind.kit.clock import DAY_MS
from shopmind.kit.progress import silent
from shopmind.metrics.calibration import expected_calibration_error, log_loss
from shopmind.metrics.discrimination import auc
from shopmind.metrics.intervals import bootstrap, paired
from shopmind.training.behaviour.cases import (
    PATIENCE_DAYS,
    Cases,
    action_cases,
    cutoffs,
    joined,
    purchase_cases,
    windows,
)
from shopmind.training.behaviour.doings import PURCHASE, Doings
from shopmind.training.behaviour.evidence import FREQUENCY, GROUPS, MONEY, RECENCY, Evidence
from shopmind.training.behaviour.foresight import Foreseen, Foresight, seen_through
from shopmind.training.behaviour.heads import platt
from shopmind.training.behaviour.recipe import BehaviourRecipe
from shopmind.training.recipe import Tables

SEED = 0
DRAWS = 500
Floats = NDArray[np.float64]
GRID: tuple[dict[str, Any], ...] = tuple(
    {"num_leaves": leaves, "learning_rate": rate, "rounds": rounds, "min_data_in_leaf": 20}
    for leaves, rate, rounds in ((31, 0.1, 100), (15, 0.05, 100), (7, 0.05, 200), (4, 0.03, 200))
)
"""The first is LightGBM's own choice."""


@contextmanager
def opened(name: str, shop: Path) -> Iterator[Tables]:
    """The log of a set as recipes see it."""
    if name == "complete_journey":
        with shopmind.open(shop) as found:
            yield found.tables()
        return
    with (
        tempfile.TemporaryDirectory(prefix="shopmind-behaviour-") as scratch,
        shopmind.create(Path(scratch) / name, encoder="none") as made,
    ):
        made.ingest(DATA / name)
        yield made.tables()


def measure(tables: Tables, options: Any) -> dict[str, Any]:
    """Ours and the others on one log."""
    events = tables.events
    start_ms, end_ms = int(events["timestamp_ms"].min()), int(events["timestamp_ms"].max()) + 1  # type: ignore[arg-type]
    cut_ms = end_ms - max(options.days) * DAY_MS
    before = replace(tables, events=events.filter(pl.col("timestamp_ms") < cut_ms), now_ms=cut_ms)
    begun = time.process_time()
    fitted = BehaviourRecipe().fit(before, options, seed=SEED, progress=silent)
    ours = Foresight.of_arrays(fitted.arrays, fitted.figures)
    spent_s = time.process_time() - begun
    doings = Doings.of_events(events, ours.prices)
    asked = purchase_cases(doings, Evidence(doings), cut_ms)
    foreseen = ours.read(asked.matrix, seen_through(ours.backbone, doings, asked.rows, asked.moments))
    rival = Rival(events, doings, start_ms, cut_ms, options)
    said: dict[str, list[Floats]] = {"shopmind": [], "lightgbm_rfm": [], "lightgbm_rfm_calibrated": []}
    purchase = {}
    for place, days in enumerate(foreseen.days.tolist()):
        happened = (asked.outcome < days).astype(np.float64)
        plain, calibrated = rival.purchase(days, asked.rows)
        told = {
            "shopmind": foreseen.purchase[:, place],
            "lightgbm_rfm": plain,
            "lightgbm_rfm_calibrated": calibrated,
        }
        for system, probabilities in told.items():
            said[system].append(probabilities)
        purchase[f"{days} days"] = {"rate": round(float(happened.mean()), 4), **compared(told, happened)}
    return {
        "users": len(doings),
        "events": len(doings.types),
        "asked": len(asked),
        "days_before_the_cut": round((cut_ms - start_ms) / DAY_MS),
        "processor_s": round(spent_s, 1),
        "card": dict(fitted.figures),
        "purchase": purchase,
        "days": days_figures(foreseen.days, said, asked.outcome),
        "action": actions(ours, doings, rival, cut_ms),
    }


class Rival:
    """LightGBM on recency, frequency and money."""

    def __init__(self, events: pl.DataFrame, doings: Doings, start_ms: int, cut_ms: int, options: Any) -> None:
        self._doings = replace(doings, spent=_paid(events))
        self._evidence = Evidence(self._doings)
        self._start_ms, self._cut_ms, self._options = start_ms, cut_ms, options

    def purchase(self, days: int, rows: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Probabilities as they are, and calibrated, for the users of these rows as of the cut."""
        held_ms, moments = cutoffs(
            self._start_ms, self._cut_ms, days, step_days=self._options.step_days, most=self._options.moments
        )
        learned, held, asked = (
            joined([purchase_cases(self._doings, self._evidence, each) for each in some])
            for some in (moments, [held_ms], [self._cut_ms])
        )
        y, held_y = ((each.outcome < days).astype(np.float64) for each in (learned, held))
        x, held_x, asked_x = (rfm(each) for each in (learned, held, asked))
        tried = [(grow(x, y, each).predict(held_x), each) for each in GRID]
        told, best = min(tried, key=lambda each: log_loss(each[0], held_y))
        slope, shift = platt(_odds(told), held_y)
        final = grow(np.concatenate([x, held_x]), np.concatenate([y, held_y]), best).predict(asked_x)
        if not np.array_equal(asked.rows, rows):
            raise ValueError("the users asked about differ")
        return np.asarray(final), expit(slope * _odds(np.asarray(final)) + shift)

    def actions(self, kinds: NDArray[np.int64], asked: Cases) -> Floats:
        """(c, kinds) probabilities of the next action."""
        bound = self._cut_ms - PATIENCE_DAYS * DAY_MS
        parts = [
            action_cases(self._doings, self._evidence, begin, end, SEED)
            for begin, end in windows(self._start_ms, bound, days=PATIENCE_DAYS, most=self._options.moments)
        ]
        learned = joined([each.take(np.isin(each.outcome, kinds)) for each in parts if len(each)])
        classes = np.searchsorted(kinds, learned.outcome)
        model = grow(rfm(learned), classes, GRID[2], objective="multiclass", num_class=len(kinds))
        columns = {
            name: column[asked.rows]
            for name, column in self._evidence.columns(_spread(asked, len(self._doings))).items()
        }
        return np.asarray(model.predict(rfm(replace(asked, columns=columns))))


def _spread(cases: Cases, users: int) -> NDArray[np.int64]:
    moments = np.full(users, cases.moments.max(), np.int64)
    moments[cases.rows] = cases.moments
    return moments


def rfm(cases: Cases) -> NDArray[np.float32]:
    """(c, m) the columns of recency, frequency and money."""
    names = [name for name in cases.columns if name.startswith((*RECENCY, *FREQUENCY, *MONEY))]
    return np.column_stack([cases.columns[name] for name in names])


def grow(x: NDArray[np.float32], y: NDArray[Any], settings: dict[str, Any], **told: Any) -> Any:
    """A LightGBM model."""
    chosen = {"objective": "binary", "verbose": -1, "num_threads": 1, "seed": SEED, **settings, **told}
    rounds = int(chosen.pop("rounds"))
    return lightgbm.train(chosen, lightgbm.Dataset(x, y, params={"verbose": -1}), rounds)


def _paid(events: pl.DataFrame) -> Floats:
    """(n,) of each doing: the value of a purchase in mean lines, in the order of Doings.of_events."""
    codes = [EVENT_TYPES.index(kind) for kind in HISTORY_TYPES]
    lines = events.filter(pl.col("type").is_in(codes) & (pl.col("user").fill_null(0) > 0)).drop_nulls(["item", "order"])
    lines = lines.sort("user", "timestamp_ms", "number")
    bought = lines["type"].to_numpy() == PURCHASE
    value = lines["value_minor"].fill_null(0).to_numpy()
    return np.asarray(np.where(bought, value, 0) / max(float(value[bought].mean()), 1e-9), np.float64)


def _odds(probabilities: Floats) -> Floats:
    inside = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)), np.float64)


def compared(told: dict[str, Floats], happened: Floats) -> dict[str, Any]:
    """Figures of each with intervals, and ours less theirs."""
    random = np.random.default_rng(SEED)
    draws = [random.integers(0, len(happened), len(happened)) for _ in range(DRAWS)]
    figures: dict[str, Callable[[Floats, Floats], float]] = {
        "auc": auc,
        "log_loss": log_loss,
        "calibration_error": expected_calibration_error,
    }
    systems: dict[str, Any] = {name: {} for name in told}
    differences: dict[str, Any] = {name: {} for name in told if name != "shopmind"}
    for figure, measured in figures.items():
        drawn = {name: np.array([measured(p[rows], happened[rows]) for rows in draws]) for name, p in told.items()}
        for name, probabilities in told.items():
            systems[name][figure] = _interval(measured(probabilities, happened), drawn[name])
        for name in differences:
            gap = measured(told["shopmind"], happened) - measured(told[name], happened)
            differences[name][figure] = _interval(gap, drawn["shopmind"] - drawn[name])
    return {"systems": systems, "differences": differences}


def _interval(value: float, drawn: Floats) -> dict[str, float]:
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def days_figures(days: NDArray[np.int64], said: dict[str, list[Floats]], outcome: Floats) -> dict[str, Any]:
    """The ranked probability score over the horizons, and what the median says.

    Source: Epstein, A scoring system for probability forecasts of ranked categories (1969), a mean over thresholds.
    """
    scores: dict[str, Floats] = {}
    found: dict[str, dict[str, Any]] = {}
    for name, parts in said.items():
        risen = np.maximum.accumulate(np.column_stack(parts), axis=1)
        scores[name] = ((risen - (outcome[:, None] < days)) ** 2).mean(axis=1)
        some = bootstrap(scores[name], seed=SEED, draws=DRAWS)
        found[name] = {"ranked_probability_score": _plain(some)}
        median = Foreseen(days, risen, (), np.zeros((len(risen), 0))).quantile()
        known = ~np.isnan(median)
        came = known & (outcome < days[-1])
        found[name] |= {
            "median_told": round(float(known.mean()), 4),
            "came_by_the_median": round(float((outcome < median)[known].mean()), 4),
            "median_error_days": round(float(np.median(np.abs(median - outcome)[came])), 2),
        }
    differences = {
        name: _plain(paired(scores["shopmind"], theirs, seed=SEED, draws=DRAWS))
        for name, theirs in scores.items()
        if name != "shopmind"
    }
    return {"systems": found, "differences": differences}


def _plain(interval: Any) -> dict[str, float]:
    return {name: round(getattr(interval, name), 5) for name in ("value", "low", "high")}


def actions(ours: Foresight, doings: Doings, rival: Rival, cut_ms: int) -> dict[str, Any]:
    """Log-loss of what came within four weeks after an event after the cut; empty for one kind alone."""
    if ours.action is None:
        return {}
    kinds = np.array([tuple(GROUPS).index(name) for name in ours.actions])
    last = cut_ms + PATIENCE_DAYS * DAY_MS
    asked = action_cases(doings, Evidence(doings), cut_ms, last, SEED)
    asked = asked.take(np.isin(asked.outcome, kinds))
    hidden = np.zeros((len(asked), 0), np.float32)
    classes = np.searchsorted(kinds, asked.outcome)
    said = replace(ours, heads={}, backbone=None).read(asked.matrix, hidden).next_action
    theirs = rival.actions(kinds, asked)
    rows = np.arange(len(asked))
    losses = {
        name: -np.log(np.clip(p[rows, classes], 1e-15, 1)) for name, p in (("shopmind", said), ("lightgbm_rfm", theirs))
    }
    return {
        "kinds": list(ours.actions),
        "asked": len(asked),
        "systems": {
            name: {"log_loss": _plain(bootstrap(lost, seed=SEED, draws=DRAWS))} for name, lost in losses.items()
        },
        "differences": {
            "lightgbm_rfm": {
                "log_loss": _plain(paired(losses["shopmind"], losses["lightgbm_rfm"], seed=SEED, draws=DRAWS))
            }
        },
    }


def main() -> None:
    """Measures, and keeps the sets that were not asked for as they were."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=["complete_journey", "gifts"])
    parser.add_argument("--backbone", choices=("none", "auto", "own"), default="none")
    parser.add_argument("--shop", type=Path, default=Path("shops/demo"), help="the demo's shop, for complete_journey")
    parser.add_argument("--minutes", type=float, default=10.0, help="of training of an own backbone")
    asked = parser.parse_args()
    options = BehaviourRecipe.Options(backbone=asked.backbone, minutes=asked.minutes)
    before = RESULTS / "behaviour.json"
    sets = json.loads(before.read_text("utf-8"))["sets"] if before.is_file() else {}
    for name in asked.sets:
        if name == "gifts" and not (DATA / name).is_dir():
            print(f"{name}: the data are absent")
            continue
        with opened(name, asked.shop) as tables:
            sets[name if asked.backbone == "none" else f"{name}, backbone {asked.backbone}"] = measure(tables, options)
    print(f"wrote {write('behaviour', {'question': 'behaviour', 'seed': SEED, 'sets': sets}).name}")


if __name__ == "__main__":
    main()
