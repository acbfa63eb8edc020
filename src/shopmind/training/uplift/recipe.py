"""The recipe `uplift`: from a trial to what each arm changes of whoever asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES
from shopmind.kit.errors import NotReadyError, not_allowed
from shopmind.kit.progress import Progress
from shopmind.metrics.intervals import Interval
from shopmind.metrics.uplift import drawn, effect
from shopmind.training.lambdamart import Growth
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.uplift.encoding import matrix
from shopmind.training.uplift.learners import LEARNERS, Cases, arrays, folds_of, out_of_fold, response
from shopmind.training.uplift.trial import Trial, read_trial

DEFAULT = "x"
"""It was the best or nearly so in the worlds of testing/trial_worlds.py; of 20,000 people dr is as good."""
NO_TRIAL = "no trial was given; run: shopmind train FOLDER uplift --trial FILE"
DRAWS = 300


class UpliftRecipe(Recipe):
    """Learns what each arm of a trial changes, and is used for an arm only where its order beats an order by chance.

    The figures name arms, columns and what was measured out of fold; the arrays hold trees, no row and no id.
    """

    @dataclass(frozen=True)
    class Options:
        """learner: t, x or dr. control: name of the arm that was given nothing, where the file does not call it 0 or
        control. folds: of the measurement. level: of its interval. leave_out: bad rows are left out, not refused.
        margin: what a shop keeps of an order's value, where the trial has no column value and an offer no worth."""

        learner: str = DEFAULT
        control: str = ""
        folds: int = 5
        level: float = 0.9
        leave_out: bool = False
        margin: float = 0.3

        def __post_init__(self) -> None:
            if self.learner not in LEARNERS:
                raise ValueError(not_allowed("learner", self.learner, LEARNERS).message)
            if self.folds < 2 or not 0 < self.level < 1 or self.margin < 0:
                raise ValueError("folds are at least 2, level lies between 0 and 1, margin is not below 0")

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """Arrays `ARM.effect`, `ARM.value` and `ARM.response` of learners.arrays, arms by their place.

        Raises:
            NotReadyError: no trial was given.
            InputError: the trial is not sound; see trial.read_trial.
        """
        if tables.trial is None:
            raise NotReadyError(NO_TRIAL)
        trial = read_trial(tables.trial, "trial", control=options.control or None, leave_out=options.leave_out)
        wide = matrix(trial.columns, trial.frame)
        made: dict[str, NDArray[Any]] = {}
        arms: dict[str, Any] = {}
        for place, name in enumerate(trial.arms[1:], start=1):
            cases = cases_of(trial, wide, (trial.arm == 0) | (trial.arm == place))
            growth = growth_of(len(cases))
            made |= arrays(LEARNERS[options.learner](cases, growth, seed), f"{place}.effect")
            made |= arrays(response(cases, growth, seed), f"{place}.response")
            arms[name] = {"place": place, **_measured(cases, trial, options, seed)}
            if trial.value is not None:
                spent = replace(cases, outcome=trial.value[(trial.arm == 0) | (trial.arm == place)], binary=False)
                made |= arrays(LEARNERS[options.learner](spent, growth, seed), f"{place}.value")
                arms[name]["mean_value"] = effect(spent.treated, spent.outcome, spent.weights)
            progress("uplift", place, len(trial.arms) - 1)
        figures = {
            "arms": arms,
            "columns": [column.plain() for column in trial.columns],
            "people": len(trial.ids),
            "binary": trial.binary,
            "notes": list(trial.notes),
            "left_out": dict(trial.left_out),
            "order_minor": order_minor(tables.events),
            "margin": options.margin,
        }
        return Fitted(made, figures, tail=False)


def cases_of(trial: Trial, wide: NDArray[np.float32], rows: NDArray[np.bool_]) -> Cases:
    """The rows of an arm and of control."""
    return Cases(
        wide[rows], trial.arm[rows] > 0, trial.outcome[rows], trial.chance[rows], trial.people[rows], trial.binary
    )


def growth_of(rows: int) -> Growth:
    """How trees of a trial of so many rows are grown: shallow, and no leaf of a few."""
    return Growth(trees=60, leaves=4, rate=0.05, at_least=max(20, rows // 50), columns=0.8)


def order_minor(events: pl.DataFrame) -> float | None:
    """The mean value of an order in the log, minor units; None where none has a value."""
    bought = events.filter(pl.col("type") == EVENT_TYPES.index("purchase"), pl.col("value_minor").is_not_null())
    if not bought.height:
        return None
    return float(bought.group_by("order").agg(pl.col("value_minor").sum())["value_minor"].mean())  # type: ignore[arg-type]


def _measured(cases: Cases, trial: Trial, options: Any, seed: int) -> dict[str, Any]:
    """The mean effect and the out-of-fold Qini beside an order by chance; `used` where its interval is above 0."""
    fold = folds_of(trial.ids, cases.people, options.folds, seed)
    said = out_of_fold(LEARNERS[options.learner], cases, fold, growth_of(len(cases)), seed)
    _, units = np.unique(cases.people, return_inverse=True)
    found = drawn({"": said}, cases.treated, cases.outcome, cases.weights, units=units, seed=seed, draws=DRAWS)[""]
    column = found[1:, 1][~np.isnan(found[1:, 1])]
    edges = [50 * (1 - options.level), 50 * (1 + options.level)]
    low, high = np.percentile(column, edges) if len(column) > 1 else (np.nan, np.nan)
    qini = Interval(float(found[0, 1]), float(low), float(high), len(cases))
    return {
        "people": len(np.unique(cases.people)),
        "mean_effect": effect(cases.treated, cases.outcome, cases.weights),
        "mean_response": float(np.average(cases.outcome, weights=cases.weights * cases.treated)),
        "qini": {"value": qini.value, "low": qini.low, "high": qini.high},
        "used": bool(qini.low > 0),
    }
