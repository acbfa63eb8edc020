"""An experiment's figures from what each unit did, and what to do about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from math import ceil, isfinite, nan, sqrt
from typing import Any

import numpy as np
import polars as pl
import scipy  # its parts are loaded when they are first named: half a second of stats

from shopmind.evaluation.experiments import decision, intervals
from shopmind.evaluation.experiments.balance import BROKEN, always_sample_ratio, sample_ratio
from shopmind.evaluation.experiments.correction import benjamini_hochberg, holm
from shopmind.evaluation.experiments.decision import Change, Decision
from shopmind.evaluation.experiments.estimate import Estimate, pair
from shopmind.evaluation.experiments.intervals import Comparison
from shopmind.evaluation.experiments.measures import MEASURES
from shopmind.evaluation.experiments.moments import Moments
from shopmind.evaluation.experiments.planning import units_needed
from shopmind.evaluation.experiments.question import Question
from shopmind.kit.errors import InputError

COLUMNS = ("numerator", "denominator", "earlier", "earlier_denominator")
FEWEST_UNITS, FEWEST_DOERS = 100, 10
"""In each arm, before anything is read: a normal approximation needs some units, and some that did anything."""


def analyse(frames: Mapping[str, pl.DataFrame], question: Question) -> dict[str, Any]:
    """The figures of each metric, the split, the plan and the decision, JSON-ready; unknown is None.

    Args:
        frames: metric → one row for each unit: `unit`, `variant`, `numerator`, and where they are not 1 and 0
            `denominator`, `earlier` and `earlier_denominator`: what the same unit did before it was dealt in. The
            first metric decides, the others are corrected for being several.

    Raises:
        InputError: a frame without these columns, a unit twice, or a number that is none.
    """
    checked = {metric: _checked(metric, frame) for metric, frame in frames.items()}
    if question.metric not in checked:
        raise InputError(f"experiment: there is no frame of the metric {question.metric!r}", field="metric")
    counts = {name: int(count) for name, count in checked[question.metric]["variant"].value_counts().iter_rows()}
    units = {name: counts.get(name, 0) for name in question.shares}
    dealt = {name: share for name, share in question.shares.items() if name not in question.gone}
    p = (always_sample_ratio if question.test == "sequential" else sample_ratio)(units, dealt)
    planned = _planned(_arms(checked[question.metric], question), question)
    metrics = {metric: _metric(_arms(frame, question), question, planned) for metric, frame in checked.items()}
    _correct(metrics, question)
    main = metrics[question.metric]
    plan = _plan(main, question, units, planned)
    decided = _decided(metrics, question, units, dealt, p, plan)
    return {
        "test": question.test,
        "level": question.level,
        "units": units,
        "split": {"p": p, "broken": p < BROKEN, "dealt": dealt},
        "metrics": metrics,
        "plan": plan,
        "decision": asdict(decided),
    }


def needed_of(frame: pl.DataFrame, question: Question) -> tuple[int | None, float | None]:
    """Units of all variants that the question needs, and the metric now; from a frame as for `analyse` of units that
    no experiment touched. None while there is too little to say."""
    moments = Moments.of(_checked(question.metric, frame).select(COLUMNS).to_numpy())
    planned = _planned({question.control: (moments, 0)}, question)
    value = _arm(moments, question, planned)["value"]
    return _whole(planned, question), value


def _checked(metric: str, frame: pl.DataFrame) -> pl.DataFrame:
    for name in ("unit", "variant", "numerator"):
        if name not in frame.columns:
            raise InputError(f"experiment: the frame of {metric!r} has no column {name!r}", field=name)
    absent = {"denominator": 1.0, "earlier": 0.0, "earlier_denominator": 0.0}
    whole = frame.with_columns(pl.lit(value).alias(name) for name, value in absent.items() if name not in frame.columns)
    whole = whole.with_columns(pl.col(COLUMNS).cast(pl.Float64))
    if whole["unit"].is_duplicated().any():
        raise InputError(f"experiment: a unit stands twice in the frame of {metric!r}", field="unit")
    wrong = whole.select(pl.any_horizontal(pl.col(COLUMNS).is_null() | ~pl.col(COLUMNS).is_finite()).sum()).item()
    if wrong:
        raise InputError(f"experiment: {wrong} rows of {metric!r} hold something that is no number", field="numerator")
    return whole


def _arms(frame: pl.DataFrame, question: Question) -> dict[str, tuple[Moments, int]]:
    """Variant → moments, and how many units did anything."""
    found = {}
    for name in question.shares:
        values = frame.filter(variant=name).select(COLUMNS).to_numpy()
        found[name] = (Moments.of(values), int(np.count_nonzero(values[:, 0])))
    return found


def _planned(arms: Mapping[str, tuple[Moments, int]], question: Question) -> float:
    """Units of control and variant together that the question needs; NaN while that cannot be said."""
    control = arms[question.control][0]
    if not question.others or control.units < 2:
        return nan
    estimate, _ = pair(control, control, earlier=False)
    value, variance = float(estimate.value), float(estimate.variance * estimate.units)
    if not (isfinite(variance) and variance > 0 and value > 0):
        return nan
    share = question.metric in MEASURES and MEASURES[question.metric].any and value * (1 + question.effect) < 1
    smallest = min(question.others, key=lambda name: question.shares[name])
    return float(
        units_needed(
            value,
            question.effect,
            variance=None if share else variance,
            shares=_two(question, smallest),
            level=question.level / len(question.others),
            power=question.power,
            test=question.test,
        )
    )


def _two(question: Question, other: str) -> tuple[float, float]:
    both = question.shares[question.control], question.shares[other]
    return both[0] / sum(both), both[1] / sum(both)


def _metric(arms: Mapping[str, tuple[Moments, int]], question: Question, planned: float) -> dict[str, Any]:
    control, doers = arms[question.control]
    comparisons = {}
    told = {name: _arm(moments, question, planned) for name, (moments, _) in arms.items()}
    for name in question.others:
        other, did = arms[name]
        if min(control.units, other.units) < 2:
            comparisons[name] = {**dict.fromkeys((*Comparison.__slots__, "variance_kept")), "enough": False}
            continue
        enough = min(control.units, other.units) >= FEWEST_UNITS and min(doers, did) >= FEWEST_DOERS
        plain = pair(control, other, earlier=False)
        before, after = pair(control, other)
        kept = _share(after.variance + before.variance, plain[0].variance + plain[1].variance)
        comparisons[name] = {
            **{key: _number(value) for key, value in asdict(_compared(before, after, question, planned)).items()},
            "variance_kept": kept,
            "enough": bool(enough),
        }
    return {"arms": told, "comparisons": comparisons}


def _compared(control: Estimate, other: Estimate, question: Question, planned: float) -> Comparison:
    if question.test == "fixed":
        return intervals.fixed(control, other, level=question.level)
    usual = planned if isfinite(planned) else intervals.USUAL_UNITS
    return intervals.sequential(control, other, level=question.level, planned=usual)


def _arm(moments: Moments, question: Question, planned: float) -> dict[str, Any]:
    if moments.units < 2:
        return {"units": int(moments.units), "value": None, "low": None, "high": None}
    estimate, _ = pair(moments, moments, earlier=False)
    reach = float(scipy.stats.norm.isf(question.level / 2))
    if question.test == "sequential":
        usual = planned if isfinite(planned) else intervals.USUAL_UNITS
        reach = float(intervals.reach(moments.units, usual, question.level))
    around = reach * np.sqrt(estimate.variance)
    return {
        "units": int(moments.units),
        "value": _number(estimate.value),
        "low": _number(estimate.value - around),
        "high": _number(estimate.value + around),
    }


def _correct(metrics: dict[str, Any], question: Question) -> None:
    """Holm over the variants of the metric that decides, Benjamini-Hochberg over all the watched ones."""
    main = [metrics[question.metric]["comparisons"][name] for name in question.others]
    watched = [
        metrics[metric]["comparisons"][name]
        for metric in metrics
        if metric != question.metric
        for name in question.others
    ]
    for rows, adjust in ((main, holm), (watched, benjamini_hochberg)):
        found = adjust([nan if row["p"] is None or not row["enough"] else row["p"] for row in rows])
        for row, p in zip(rows, found, strict=True):
            row["p_adjusted"] = _number(p)


def _plan(main: Mapping[str, Any], question: Question, units: Mapping[str, int], planned: float) -> dict[str, Any]:
    """Units that are needed, of all variants together, how many came, and what so many could find."""
    control = main["arms"][question.control]
    pairs = [units[question.control] + units[name] for name in question.others]
    needed = _whole(planned, question)
    least = _whole(2.0 * FEWEST_UNITS, question) or 0
    now = sum(units[name] for name in (question.control, *question.others))
    finds = None
    if needed is not None and pairs and control["value"]:
        finds = _number(question.effect * sqrt(planned / min(pairs))) if min(pairs) else None
    return {
        "effect": question.effect,
        "power": question.power,
        "units_needed": needed,
        "units": now,
        "units_missing": max(0, (needed or least) - now),
        "finds": finds,
    }


def _whole(planned: float, question: Question) -> int | None:
    """Units of all variants, where `planned` of the control and the smallest other are needed."""
    if not isfinite(planned) or not question.others:
        return None
    first = question.shares[question.control]
    least = min(first + question.shares[name] for name in question.others)
    return ceil(planned * sum(question.shares[name] for name in (question.control, *question.others)) / least)


def _decided(
    metrics: Mapping[str, Any],
    question: Question,
    units: Mapping[str, int],
    dealt: Mapping[str, float],
    p: float,
    plan: Mapping[str, Any],
) -> Decision:
    if question.control in question.gone:
        return decision.orphaned(question.control)
    if p < BROKEN:
        return decision.broken({name: units[name] for name in dealt}, dealt, p)
    rows = metrics[question.metric]["comparisons"]
    changes = {name: _change(name, question.metric, row, question) for name, row in rows.items()}
    readable = {name: row for name, row in rows.items() if row["enough"] and row["p_adjusted"] is not None}
    best = max(readable, key=lambda name: changes[name].value, default=None)
    if best is None or (question.test == "fixed" and plan["units_missing"] and not question.over):
        return decision.wait(max(1, plan["units_missing"]), changes[best] if best is not None else None)
    sure = {name for name, row in readable.items() if row["p_adjusted"] < question.level}
    good = [name for name in sure if changes[name].value > 0]
    bad = [name for name in sure if changes[name].value < 0]
    if good:
        chosen = max(good, key=lambda name: changes[name].value)
        return decision.ship(changes[chosen], _falling(metrics, question, chosen))
    if bad:
        return decision.stop(changes[min(bad, key=lambda name: changes[name].value)])
    if plan["units_missing"] and not question.over:
        return decision.wait(plan["units_missing"], changes[best])
    return decision.keep(changes[best], question.control)


def _falling(metrics: Mapping[str, Any], question: Question, variant: str) -> tuple[str, ...]:
    found = []
    for metric, told in metrics.items():
        row = told["comparisons"][variant]
        if metric != question.metric and row["p_adjusted"] is not None and row["p_adjusted"] < question.level:
            found += [metric] if row["difference"] < 0 else []
    return tuple(found)


def _change(name: str, metric: str, row: Mapping[str, Any], question: Question) -> Change:
    relative = row["lift"] is not None
    keys = ("lift", "lift_low", "lift_high") if relative else ("difference", "low", "high")
    value, low, high = (nan if row[key] is None else float(row[key]) for key in keys)
    return Change(name, metric, value, low, high, relative, 1 - question.level)


def _share(part: Any, whole: Any) -> float | None:
    return _number(part / whole) if float(whole) > 0 else None


def _number(value: Any) -> float | None:
    """JSON has no NaN."""
    return float(value) if isfinite(float(value)) else None
