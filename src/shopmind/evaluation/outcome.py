"""What one seed gave, and the report of all seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.evaluation import report
from shopmind.evaluation import segments as by_segment
from shopmind.evaluation.figures import OURS, chance, number, reach, reach_per_case
from shopmind.evaluation.material import Crowd
from shopmind.evaluation.plan import Plan
from shopmind.evaluation.protocol import Protocol
from shopmind.evaluation.report import Report
from shopmind.evaluation.segments import Segment
from shopmind.evaluation.split import Cases, Split
from shopmind.evaluation.variants import Judged, Parts

CUTOFF = 10
REACHING = ("full", "explore_only")
"""Parts whose lists are measured beyond accuracy too."""

PerCase = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Outcome:
    """What one seed gave.

    Attributes:
        parts: part → view → the targets and whose lists they judge.
        ranked: view → system → (n, k) ranked lists.
        segments: kind → the bins of the targets.
        had: (m,) True for the targets that are in their case's history.
    """

    seed: int
    split: Split
    cases: Cases
    crowd: Crowd
    parts: Parts
    ranked: Mapping[str, Mapping[str, NDArray[np.int64]]]
    took_ms: Mapping[str, Mapping[str, float]]
    degraded: Mapping[str, int]
    segments: dict[str, list[Segment]]
    had: NDArray[np.bool_]


def told(plan: Plan, outcomes: Sequence[Outcome]) -> Report:
    """The report over all seeds: figures are means over them, intervals are over cases."""
    parts: dict[str, report.Part] = {}
    for name in dict.fromkeys(name for each in outcomes for name in each.parts):
        having = [each for each in outcomes if name in each.parts]
        views = having[0].parts[name]
        values = {view: _values(having, name, view, judged, plan) for view, judged in views.items()}
        parts[name] = report.part(values, seed=0, single=_single(having, name, plan))
    whole = parts.pop("full")
    tuned = {
        view: {system.name: dict(chosen) for system, chosen in systems.items() if chosen}
        for view, systems in plan.options.items()
    }
    ranked = [each.ranked["full"] for each in outcomes]
    return Report(
        protocol=_protocol(plan, outcomes),
        whole=whole,
        parts=parts,
        options=tuned.pop("full"),
        extra={
            "segments": by_segment.told([each.segments for each in outcomes], ranked),
            **_seeds(outcomes),
            "took_ms": {view: dict(found) for view, found in outcomes[0].took_ms.items()},
            "degraded": dict(outcomes[0].degraded),
            **({"options_of_parts": tuned} if tuned else {}),
            **({"cold": _cold(plan, outcomes)} if "cold" in parts else {}),
            "users_known": outcomes[0].crowd.people,
        },
    )


def _values(having: Sequence[Outcome], name: str, view: str, judged: Judged, plan: Plan) -> dict[str, PerCase]:
    """Of the cases that have a target in any seed: the intervals draw from these."""
    cases = np.unique(np.concatenate([each.parts[name][view].truth.cases for each in having]))
    found = {}
    for system in having[0].ranked[judged.view]:
        runs = [_figures(each, name, each.parts[name][view], system, plan) for each in having]
        found[system] = {figure: _mean([run[figure][cases] for run in runs]) for figure in runs[0]}
    return found


def _mean(runs: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """(n,) mean over seeds of each case, over those seeds that have an answer for it."""
    values = np.stack(runs)
    known = ~np.isnan(values)
    counts = known.sum(0)
    total = np.where(known, values, 0.0).sum(0)
    means: NDArray[np.float64] = np.divide(total, counts, out=np.full(len(total), np.nan), where=counts > 0)
    return means


def _figures(outcome: Outcome, name: str, judged: Judged, system: str, plan: Plan) -> PerCase:
    ranked, crowd = outcome.ranked[judged.view][system], outcome.crowd
    found = judged.truth.figures(ranked, (CUTOFF,))
    if name in REACHING:
        truth = judged.truth
        found |= reach_per_case(ranked, truth.cases, truth.items, crowd.known_by, crowd.people, plan.columns, CUTOFF)
    return found


def _single(having: Sequence[Outcome], name: str, plan: Plan) -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    if name not in REACHING:
        return {}
    view = having[0].parts[name]["full"].view
    found = {}
    for system in having[0].ranked[view]:
        runs = [reach(each.ranked[view][system], plan.allowed, CUTOFF) for each in having]
        found[system] = {"full": {figure: float(np.mean([run[figure] for run in runs])) for figure in runs[0]}}
    return found


def _protocol(plan: Plan, outcomes: Sequence[Outcome]) -> Protocol:
    split, cases = outcomes[0].split, outcomes[0].cases
    wishes = plan.wishes
    left_out = dict(split.left_out)
    notes = [*split.notes]
    if len(cases) < len(split.cases):
        left_out["cases_not_sampled"] = len(split.cases) - len(cases)
        notes.append(f"{len(cases)} of {len(split.cases)} cases, chosen by hash of the user; all items are ranked")
    if wishes.fit == "refit" and wishes.name != "leave-one-out":
        notes.append("everything before the cutoff is known to train already: refit changes nothing here")
    if plan.repeats:
        notes.append(f"explore_only asks the scenario {wishes.explore!r} and shows nothing the user had, to anyone")
    again = int(np.count_nonzero(outcomes[0].had))
    if again and not plan.repeats:
        notes.append(f"{again} targets are items the user had: they are never shown, so nobody finds them")
    if plan.untuned:
        notes.append(f"the baselines are not tuned, there is no validation part: {plan.untuned}")
    return Protocol(
        task="recommend",
        split=wishes.name,
        fit=wishes.fit,
        seeds=tuple(each.seed for each in outcomes),
        repeats="allowed" if plan.repeats else "removed",
        cutoff_ms=split.cutoff_ms,
        window_days=split.window_days,
        events=split.events,
        times=plan.cutter.times,
        request_time="the cutoff" if split.cutoff_ms is not None else "of the event that is asked",
        scenario=plan.variants["full"].scenario,
        left_out=left_out,
        notes=tuple(notes),
    )


def _seeds(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Our figures of each seed, and of every system the mean and spread over seeds."""
    by_system: dict[str, list[dict[str, float]]] = {}
    for each in outcomes:
        for system, ranked in each.ranked["full"].items():
            values = each.parts["full"]["full"].truth.figures(ranked, (CUTOFF,))
            by_system.setdefault(system, []).append({name: float(np.nanmean(found)) for name, found in values.items()})
    ours = [{"seed": each.seed, **found} for each, found in zip(outcomes, by_system[OURS], strict=True)]
    over = {
        system: {figure: _spread([run[figure] for run in runs]) for figure in runs[0]}
        for system, runs in by_system.items()
    }
    return {"seeds": ours, "spread": over}


def _spread(values: Sequence[float]) -> dict[str, Any]:
    """Mean, standard deviation (of a sample; unknown of one value) and the values, in the order of the seeds."""
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
    return {"mean": float(np.mean(values)), "deviation": number(deviation), "values": [float(each) for each in values]}


def _cold(plan: Plan, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """How many items and cases are cold, and what blind chance would reach among the cold items."""
    items = int(np.count_nonzero(outcomes[0].crowd.cold & plan.allowed))
    return {"items": items, "chance": chance(items, CUTOFF)}
