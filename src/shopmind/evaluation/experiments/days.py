"""An experiment day by day: what the units dealt in until each day show, as known now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import polars as pl

from shopmind.evaluation.experiments import drafts
from shopmind.evaluation.experiments.analysis import analyse
from shopmind.evaluation.experiments.measures import frame_of
from shopmind.evaluation.experiments.report import period_of, question_of, votes_of
from shopmind.evaluation.experiments.units import Units, dealt_by, read_units
from shopmind.kit.clock import DAY_MS, format_time
from shopmind.kit.errors import InputError
from shopmind.scenarios.experiment import Experiment
from shopmind.shop import Shop
from shopmind.shop.experiment_book import State

MOST_POINTS = 60
"""A longer experiment is told every second day, and so on."""


@dataclass(frozen=True, slots=True)
class Point:
    """All units dealt in before the end of a UTC day.

    Attributes:
        units: variant → how many.
        changes: variant → lift (or the difference, where there is none; of an interleaving the preference) with its
            interval, each None while there is too little to say.
        split: p of the counts under the shares.
    """

    day: str
    units: Mapping[str, int]
    changes: Mapping[str, Mapping[str, float | None]]
    split: float | None


def experiment_days(shop: Shop, name: str) -> tuple[Point, ...]:
    """One point a day, oldest first; none before the start. The log is read once.

    A later click of an early unit counts for its day, so an early point is not what stood there at the time: it is
    the same experiment had nobody come later.

    Raises:
        NotFoundError: there is no such experiment.
        InputError: its file is gone.
    """
    state = shop.experiments.get(name)
    experiment, layout = state.experiment, state.layout
    if experiment is None:
        raise InputError(f"experiment {name!r}: its file is gone, so nothing says what it asks", field="name")
    shop.flush()
    if layout is None or state.started_ms is None:
        return ()
    until_ms = period_of(state, experiment, shop.folder.clock())
    units = read_units(shop, dealt_by(name), layout.unit, state.started_ms, until_ms)
    first, last = state.started_ms // DAY_MS, max(state.started_ms, until_ms - 1) // DAY_MS
    step = ceil((last - first + 1) / MOST_POINTS)
    days = sorted({*range(last, first - 1, -step)})
    return tuple(_point(shop, state, experiment, units, day) for day in days)


def _point(shop: Shop, state: State, experiment: Experiment, units: Units, day: int) -> Point:
    table = units.table.filter(pl.col("first_ms") < (day + 1) * DAY_MS)
    question = question_of(state, experiment)
    said = format_time(day * DAY_MS)[:10]
    if experiment.kind == "interleaving":
        part = Units(table, units.crossed, units.drafts.join(table.select("unit"), on="unit", how="semi"), units.cut)
        found = drafts.judge(votes_of(part, question), question)
        told = {key: found["preference"][key] for key in ("value", "low", "high")}
        return Point(said, found["units"], {list(question.shares)[1]: told}, None)
    found = analyse({experiment.metric: frame_of(experiment.metric, table, shop.settings.currency)}, question)
    rows = found["metrics"][experiment.metric]["comparisons"]
    return Point(said, found["units"], {name: _change(row) for name, row in rows.items()}, found["split"]["p"])


def _change(row: Mapping[str, Any]) -> dict[str, float | None]:
    if not row["enough"]:
        return {"value": None, "low": None, "high": None}
    keys = ("lift", "lift_low", "lift_high") if row["lift"] is not None else ("difference", "low", "high")
    return dict(zip(("value", "low", "high"), (row[key] for key in keys), strict=True))
