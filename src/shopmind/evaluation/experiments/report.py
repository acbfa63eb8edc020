"""The report of one experiment of a shop: its figures, its plan, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

import polars as pl

from shopmind.evaluation.experiments import drafts
from shopmind.evaluation.experiments.analysis import analyse, needed_of
from shopmind.evaluation.experiments.measures import frame_of
from shopmind.evaluation.experiments.question import Question
from shopmind.evaluation.experiments.units import EARLIER_DAYS, MOST_SLATES, Units, asked_in, dealt_by, read_units
from shopmind.kit.clock import DAY_MS, format_time
from shopmind.kit.errors import InputError
from shopmind.scenarios.experiment import HOLDOUT, Experiment
from shopmind.shop import Shop
from shopmind.shop.experiment_book import State


def experiment_report(shop: Shop, name: str) -> dict[str, Any]:
    """What came out so far, JSON-ready: analysis.analyse or drafts.judge, and what the experiment is and how it stands.

    Answers are read from the records they leave, at most the newest million. Of an experiment that has not been
    started the report is its plan, from what the last EARLIER_DAYS were like.

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
        return _before(shop, state, experiment)
    until_ms = period_of(state, experiment, shop.folder.clock())
    units = read_units(shop, dealt_by(name), layout.unit, state.started_ms, until_ms)
    told: dict[str, Any] = {
        "name": name,
        "title": experiment.title,
        "kind": experiment.kind,
        "status": state.status,
        "unit": layout.unit,
        "started_at": format_time(state.started_ms),
        "until": format_time(until_ms),
        "metric": experiment.metric if experiment.kind == "variants" else "preference",
        "remarks": [*state.remarks, *_remarks(units)],
    }
    if experiment.kind == "interleaving":
        return told | drafts.judge(votes_of(units, question_of(state, experiment)), question_of(state, experiment))
    wanted = dict.fromkeys((experiment.metric, *experiment.watch))
    frames: dict[str, pl.DataFrame] = {
        metric: frame_of(metric, units.table, shop.settings.currency) for metric in wanted
    }
    found = analyse(frames, question_of(state, experiment))
    held = int((units.table["variant"] == HOLDOUT).sum())
    return told | found | {"held_out": held, "crossed": units.crossed}


def _before(shop: Shop, state: State, experiment: Experiment) -> dict[str, Any]:
    now_ms = shop.folder.clock()
    since_ms = now_ms - EARLIER_DAYS * DAY_MS
    units = read_units(shop, asked_in(experiment.scenarios), experiment.unit, since_ms, now_ms + 1)
    told: dict[str, Any] = {
        "name": state.name,
        "title": experiment.title,
        "kind": experiment.kind,
        "status": state.status,
        "unit": experiment.unit,
        "metric": experiment.metric if experiment.kind == "variants" else "preference",
        "remarks": _remarks(units),
    }
    if experiment.kind == "interleaving":
        needed: int | None = drafts.votes_needed(question_of(state, experiment))
        value = None
    else:
        frame = frame_of(experiment.metric, units.table, shop.settings.currency)
        needed, value = needed_of(frame, question_of(state, experiment))
    daily = len(units.table) * experiment.share * experiment.ramp * (1 - experiment.holdout) / EARLIER_DAYS
    plan = {
        "effect": experiment.effect,
        "power": experiment.power,
        "units_needed": needed,
        "units_a_day": daily,
        "days": None if needed is None or not daily else ceil(needed / daily),
        "value": value,
    }
    if needed is None:
        count = f"{len(units.table)} {experiment.unit}s were answered there in the last {EARLIER_DAYS} days"
        told["remarks"].append(f"{count}; what they did does not say yet how {experiment.metric} varies")
    return told | {"plan": plan}


def question_of(state: State, experiment: Experiment) -> Question:
    """What the experiment asks, with the shares as they were dealt."""
    as_written = tuple((each.name, each.share) for each in experiment.variants)
    dealt = dict(as_written if state.layout is None else state.layout.variants)
    gone = tuple(each for each in dealt if experiment.variant(each) is None)
    return Question(
        shares=dealt,
        metric=experiment.metric,
        effect=experiment.effect,
        level=experiment.level,
        power=experiment.power,
        test=experiment.test,
        over=state.status in ("stopped", "ended"),
        gone=gone,
    )


def period_of(state: State, experiment: Experiment, now_ms: int) -> int:
    """When an experiment ends, or now; exclusive."""
    ends = [each for each in (state.stopped_ms, experiment.end_ms) if each is not None]
    return min([now_ms + 1, *ends])


def _remarks(units: Units) -> list[str]:
    said = []
    if units.crossed:
        said.append(f"{units.crossed} units were seen in two variants: they are left out")
    if units.cut:
        said.append(f"only the newest {MOST_SLATES:,} answers were read")
    return said


def votes_of(units: Units, question: Question) -> pl.DataFrame:
    """One row for each unit that was shown a draft, with the hits it chose of each team."""
    control, other = question.shares
    shown = units.table.select("unit")
    votes: Mapping[str, pl.DataFrame] = {
        column: units.drafts.filter(team=team).select("unit", pl.col("chosen").alias(column))
        for column, team in (("control", control), ("other", other))
    }
    for frame in votes.values():
        shown = shown.join(frame, on="unit", how="left")
    return shown.with_columns(pl.col("control", "other").fill_null(0).cast(pl.Int64))
