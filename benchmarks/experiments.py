"""Do experiments keep what they promise? Two equal arms, arms that differ as planned, splits that lose units, and two
orders on one page.

Run `python -m benchmarks.experiments [--worlds N] [--only PART …]`. Every world is an experiment whose truth is known
(shopmind.testing.experiment_worlds): a share of units, orders, money that is mostly nothing and else lognormal, or
clicks of hits, where units see very different numbers of hits. Writes results/experiments.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks import record
from shopmind.evaluation.experiments import intervals
from shopmind.evaluation.experiments.balance import BROKEN, always_sample_ratio
from shopmind.evaluation.experiments.estimate import pair
from shopmind.evaluation.experiments.moments import Moments
from shopmind.evaluation.experiments.planning import quantile, units_needed
from shopmind.metrics.proportion import wilson
from shopmind.shop.interleaving import team_draft
from shopmind.testing.experiment_worlds import KINDS, World

BLOCK = 250
UNITS = 2_000
LIFTS = {"conversion": 0.2, "orders": 0.1, "revenue": 0.3, "click_through": 0.1}
LOOKS = 20
HALVES = {"a": 0.5, "b": 0.5}


def told(found: NDArray[np.bool_], promised: float | None = None) -> dict[str, Any]:
    """A share of worlds with its 95 % interval."""
    hits = int(found.sum())
    low, high = wilson(hits, len(found))
    promise = {} if promised is None else {"promised": promised}
    return {"share": round(hits / len(found), 5), "low": round(low, 5), "high": round(high, 5), **promise}


def blocks(world: World, worlds: int, units: int, seed: int, looks: int) -> Iterator[list[Moments]]:
    """Both arms of BLOCK worlds at a time."""
    for number in range(worlds // BLOCK):
        random = np.random.default_rng([seed, number])
        yield [Moments.running(world.draw(BLOCK, units, arm, random), looks) for arm in (0, 1)]


def as_served(control: Moments, effect: float) -> NDArray[np.float64]:
    """Planned units as a report finds them at each look: from the control's own figures so far."""
    one, _ = pair(control, control, earlier=False)
    away = quantile(0.05, "sequential") + float(stats.norm.ppf(0.8))
    with np.errstate(divide="ignore", invalid="ignore"):
        planned = away**2 * 4 * one.variance * one.units / (effect * one.value) ** 2
    return np.asarray(np.where(np.isfinite(planned) & (planned > 0), planned, intervals.USUAL_UNITS))


def equal_arms(kind: str, worlds: int) -> dict[str, Any]:
    """How often two equal arms are called different."""
    found: dict[str, list[NDArray[np.bool_]]] = {}
    for drawn in blocks(World(kind), worlds, UNITS, 11, LOOKS):
        for name, earlier in (("", False), (", earlier period out", True)):
            control, other = pair(drawn[0], drawn[1], earlier=earlier)
            fixed = intervals.fixed(control, other).p < 0.05
            always = intervals.sequential(control, other, planned=as_served(drawn[0], LIFTS[kind])).p < 0.05
            found.setdefault(f"fixed, one look{name}", []).append(np.asarray(fixed[:, -1]))
            found.setdefault(f"fixed, {LOOKS} looks{name}", []).append(np.asarray(fixed.any(-1)))
            found.setdefault(f"sequential, {LOOKS} looks{name}", []).append(np.asarray(always.any(-1)))
    return {name: told(np.concatenate(each), 0.05) for name, each in found.items()}


def planned_arms(kind: str, worlds: int) -> dict[str, Any]:
    """How often the planned effect is found with the planned units, and after how many of them by the sequential."""
    lift = LIFTS[kind]
    trial = Moments.of(World(kind).draw(1, 400_000, 0, np.random.default_rng(12))[0])
    one, _ = pair(trial, trial, earlier=False)
    rows: dict[str, Any] = {"effect": lift}
    variance = None if kind == "conversion" else float(one.variance * one.units)
    for test in ("fixed", "sequential"):
        needed = units_needed(float(one.value), lift, variance=variance, test=test)
        units = round(needed / 2 / LOOKS) * LOOKS
        for factor in (1, 2):
            sure, first, right = [], [], []
            for drawn in blocks(World(kind, lift * factor), worlds, units, 13 + factor, LOOKS):
                control, other = pair(drawn[0], drawn[1], earlier=False)
                if test == "fixed":
                    p = intervals.fixed(control, other).p[:, -1:]
                else:
                    p = intervals.sequential(control, other, planned=needed).p
                crossed = p < 0.05
                sure.append(crossed.any(-1))
                first.append(np.where(crossed.any(-1), crossed.argmax(-1) + 1, crossed.shape[-1]) / crossed.shape[-1])
                right.append(other.value[:, -1] > control.value[:, -1])
            name = test if factor == 1 else f"{test}, effect twice as large"
            promise = 0.8 if factor == 1 else None
            rows[name] = told(np.concatenate(sure), promise) | {
                "units": 2 * units,
                "units_used": round(2 * units * float(np.concatenate(first).mean())),
            }
    return rows


def earlier_period(kind: str, worlds: int) -> dict[str, Any]:
    """How often the interval of the lift holds the truth, and how much of the variance the earlier period leaves."""
    inside: dict[str, list[NDArray[np.bool_]]] = {"without": [], "with": []}
    kept = []
    for drawn in blocks(World(kind, 0.2, habit=1.0), worlds, UNITS, 17, 1):
        spread = {}
        for name, earlier in (("without", False), ("with", True)):
            control, other = pair(drawn[0], drawn[1], earlier=earlier)
            lift = intervals.fixed(control, other)
            inside[name].append(((lift.lift_low <= 0.2) & (lift.lift_high >= 0.2))[:, 0])
            spread[name] = control.variance + other.variance
        kept.append(spread["with"] / spread["without"])
    covered = {name: told(np.concatenate(each), 0.95) for name, each in inside.items()}
    return {"covered": covered, "variance_kept": round(float(np.concatenate(kept).mean()), 3)}


def splits(worlds: int) -> dict[str, Any]:
    """How often a whole split is called broken, and one that loses 3 % of one arm's units; 100,000 units, once or at
    every 5,000."""
    random = np.random.default_rng(19)
    found: dict[str, Any] = {}
    for name, kept in (("whole", 1.0), ("one arm loses 3 %", 0.97)):
        seen = random.binomial(5_000, 0.5 * kept / (0.5 + 0.5 * kept), (worlds, LOOKS)).cumsum(-1)
        total = 5_000 * np.arange(1, LOOKS + 1)
        chi = stats.chisquare(np.stack([seen, total - seen]), axis=0).pvalue < BROKEN
        always = [
            any(
                always_sample_ratio({"a": int(a), "b": int(n - a)}, HALVES) < BROKEN
                for a, n in zip(row, total, strict=True)
            )
            for row in seen
        ]
        promise = BROKEN if kept == 1 else None
        found[name] = {
            "chi-square, one look": told(np.asarray(chi[:, -1]), promise),
            f"chi-square, {LOOKS} looks": told(np.asarray(chi.any(-1)), promise),
            f"always valid, {LOOKS} looks": told(np.array(always), promise),
        }
    return found


def orders(worlds: int, units: int = 200) -> dict[str, Any]:
    """Two orders of ten, one with its best items lower: on one page against half of the units each.

    Each unit wants a few items and clicks those it sees, fewer further down. Votes are judged by the sign test, units
    of half each by Welch's test on clicks.
    """
    random = np.random.default_rng(23)
    worth = 0.4 * 0.8 ** np.arange(10)
    rows: dict[str, Any] = {"units": units}
    good = [f"i{each}" for each in range(10)]
    for name, worse in (("equal", good), ("two best moved down", [*good[2:6], *good[:2], *good[6:]])):
        page = {"drafted": [], "halves": []}  # type: dict[str, list[bool]]
        for world in range(worlds):
            wants = random.random((units, 10)) < worth
            looks = random.random((units, 10)) < 0.85 ** np.arange(10)
            votes = [
                _vote(team_draft(good, worse, f"{world}/{unit}", 10), wants[unit], looks[unit]) for unit in range(units)
            ]
            won, lost = sum(each > 0 for each in votes), sum(each < 0 for each in votes)
            page["drafted"].append(bool(won + lost) and stats.binomtest(won, won + lost).pvalue < 0.05)
            seen = [_clicks(good if unit % 2 else worse, wants[unit], looks[unit]) for unit in range(units)]
            told_p = stats.ttest_ind(seen[1::2], seen[::2], equal_var=False).pvalue
            page["halves"].append(bool(told_p < 0.05))
        rows[name] = {way: told(np.array(each), 0.05 if name == "equal" else None) for way, each in page.items()}
    return rows


def _vote(picks: list[tuple[int, str]], wants: NDArray[np.bool_], looks: NDArray[np.bool_]) -> int:
    clicked = [team for place, (team, item) in enumerate(picks) if looks[place] and wants[int(item[1:])]]
    return int(np.sign(len(clicked) - 2 * sum(clicked)))


def _clicks(order: list[str], wants: NDArray[np.bool_], looks: NDArray[np.bool_]) -> int:
    return sum(bool(looks[place] and wants[int(item[1:])]) for place, item in enumerate(order))


PARTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "equal_arms": lambda worlds: {kind: equal_arms(kind, worlds) for kind in KINDS},
    "planned_arms": lambda worlds: {kind: planned_arms(kind, worlds // 10 // BLOCK * BLOCK or BLOCK) for kind in KINDS},
    "earlier_period": lambda worlds: {kind: earlier_period(kind, worlds) for kind in KINDS},
    "splits": splits,
    "orders": lambda worlds: orders(max(20, worlds // 25)),
}


def main() -> None:
    """Measures and writes; parts that are not asked for stay as they were recorded, with their own commit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=10_000)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    asked = parser.parse_args()
    worlds = max(BLOCK, asked.worlds // BLOCK * BLOCK)
    path = record.RESULTS / "experiments.json"
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    commits = result.get("commits", dict.fromkeys((part for part in PARTS if part in result), result.get("commit", "")))
    for name in asked.only:
        result[name] = PARTS[name](worlds)
        commits[name] = record.commit()
    result |= {"worlds": worlds, "units_an_arm": UNITS, "commits": commits, **record.head()}
    print(record.write("experiments", result))


if __name__ == "__main__":
    main()
