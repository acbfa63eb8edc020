"""How far estimates of policies can be believed: worlds whose truth is known, and the Open Bandit data.

python -m benchmarks.policy [--worlds 1000] [--only NAME …] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks import record
from benchmarks.policy_limit import limits
from shopmind.evaluation.estimators import MENU
from shopmind.evaluation.estimators.logged import Logged
from shopmind.evaluation.policy import evaluate_policy
from shopmind.metrics.off_policy import Terms, doubt, estimated, weights_told
from shopmind.testing.bandit_worlds import (
    COVERED,
    DEVELOPED,
    DEVELOPED_FROM,
    MISSPECIFIED,
    TOO_MUCH,
    Kind,
    choices_of,
    value_of,
    world,
)
from shopmind.testing.slate_worlds import SLATES, SlateKind, slate_world
from shopmind.training.slate_policy import taught
from shopmind.training.softmax_policy import Choices, Learning, learned

ROWS = ("ips", "snips", "dm", "dr", "plain_dr", "sndr", "switch_dr", "dros", "mips")
"""Estimators of rows."""
PLACES = ("iips", "rips", "cascade_dr")
"""Estimators that are asked of answers with several places."""
JUDGED_FROM = 40_000
"""Seed of the first world: nothing was developed in these. Those from 0 and from 20,000 on were seen before."""
LEAST_EFFECTIVE = 100.0
"""Worlds with fewer effective rows are left out, and counted."""


@dataclass(frozen=True)
class Judged:
    """What came of the worlds of one kind.

    Attributes:
        worlds: with enough effective rows; `thin` had too few.
        effective: median of the effective sample sizes.
        error: estimator → root of the mean squared error. bias: its mean.
        covered: estimator → interval → share of the worlds in which it held the truth.
        ratio: error of dr over that of the better of ips and dm.
    """

    kind: Kind | SlateKind
    worlds: int
    thin: int
    effective: float
    error: dict[str, float]
    bias: dict[str, float]
    covered: dict[str, dict[str, float]]

    @property
    def ratio(self) -> float | None:
        """The error of dr over that of the better of ips and dm; None where not all three were asked."""
        if not {"ips", "dm", "dr"} <= set(self.error):
            return None
        return self.error["dr"] / min(self.error["ips"], self.error["dm"])


def judged(
    kind: Kind | SlateKind,
    worlds: int,
    *,
    names: Sequence[str] | None = None,
    draws: int = 300,
    first: int = JUDGED_FROM,
) -> Judged:
    """Every estimator in each of the worlds.

    Args:
        names: ROWS, or PLACES in worlds of answers.
        draws: of the bootstrap; 0 leaves its interval out.
        first: seed of the first world.
    """
    names = (ROWS if isinstance(kind, Kind) else PLACES) if names is None else names
    parts = [MENU.load(name)() for name in names]
    errors, held, effective = [], [], []
    thin = 0
    for seed in range(first, first + worlds):
        made = world(kind, seed) if isinstance(kind, Kind) else slate_world(kind, seed)
        log = made.log(seed)
        rows = _effective(log)
        if rows < LEAST_EFFECTIVE:
            thin += 1
            continue
        effective.append(rows)
        found = estimated([part.sum(log).terms for part in parts], seed=seed, units=log.together, draws=draws)
        errors.append([each.value - made.truth for each in found])
        held.append([[e.low <= made.truth <= e.high, e.drawn_low <= made.truth <= e.drawn_high] for e in found])
    table, covers = np.array(errors), np.array(held, np.float64)
    intervals = ("asymptotic", "bootstrap") if draws else ("asymptotic",)
    return Judged(
        kind,
        len(errors),
        thin,
        float(np.median(effective)) if effective else float("nan"),
        {name: float(np.sqrt((table[:, i] ** 2).mean())) for i, name in enumerate(names)},
        {name: float(table[:, i].mean()) for i, name in enumerate(names)},
        _shares(covers, names, intervals),
    )


def _effective(log: Logged) -> float:
    """Effective rows, or answers by the products of weights down to their last places."""
    if log.places is None:
        return weights_told(log.weights).effective
    return weights_told(log.so_far[log.places == log.places.max()]).effective


def _shares(covers: NDArray[np.float64], names: Sequence[str], intervals: Sequence[str]) -> dict[str, dict[str, float]]:
    """Estimator → interval → share of (worlds, estimators, intervals) in which it held the truth."""
    mean = covers.mean(axis=0)
    return {name: {each: float(mean[i, j]) for j, each in enumerate(intervals)} for i, name in enumerate(names)}


def taught_in_worlds(worlds: int = 20) -> dict[str, Any]:
    """A policy learned from 4,000 and 16,000 logged rows, in worlds whose best policy is known: means over the worlds.

    `reached` is the share of the way from the logging policy to the best there is. `used` counts the worlds where the
    held-out rows said surely that it is better; `rightly`, those of them where it was. `held` is the share of the
    worlds in which the held-out interval of the gain held the true gain of the policy it judged, refitted on all rows.
    """
    told: dict[str, Any] = {}
    for rows in (4_000, 16_000):
        kind = Kind(rows=rows, arms=6, contexts=32, features=2, explored=0.3)
        reached, used, rightly, held = [], 0, 0, 0
        for seed in range(worlds):
            made = world(kind, seed)
            choices, table = choices_of(made, seed)
            policy, figures = taught(choices, tuple(map(str, range(table.shape[2]))), 1, seed=seed)
            true = value_of(policy, made, table, greedy=True) - made.logged_value
            reached.append(true / (made.best - made.logged_value))
            used += figures["used"]
            rightly += figures["used"] and true > 0
            found = figures["held_out"]
            held += found["low"] is not None and found["low"] <= true <= found["high"]
        told[str(rows)] = {
            "worlds": worlds,
            "reached": float(np.mean(reached)),
            "reached_least": float(np.min(reached)),
            "used": used,
            "rightly": rightly,
            "held": held / worlds,
        }
    return told


def taught_on_bandit(folder: Path) -> dict[str, Any]:
    """Campaign → a policy learned from the log of one policy, judged on the whole log of the other: random's and bts's.

    Columns are the item itself and the user's affinity to it. The learned policy chooses each place by itself and is
    told as it would choose by chance (softmax), for a greedy one leaves a fiftieth of the rows.
    """
    log = pl.read_parquet(folder / "log.parquet")
    told: dict[str, Any] = {}
    for campaign in log["campaign"].unique().sort().to_list():
        for learnt, other in (("bts", "random"), ("random", "bts")):
            rows = log.filter(pl.col("campaign") == campaign)
            names, older = _bandit_choices(rows.filter(pl.col("policy") == learnt))
            _, judge = _bandit_choices(rows.filter(pl.col("policy") == other))
            policy = learned(older, names, Learning(penalty=1.0, ridge=1e-3))
            weights = policy.chances(judge)[judge.rows] / judge.propensities
            terms = [Terms(np.zeros(len(judge)), weights * judge.rewards, weights), Terms(judge.rewards)]
            terms.append(Terms(-judge.rewards, weights * judge.rewards, weights))
            value, logged, gained = estimated(terms, seed=0)
            weighed = weights_told(weights)
            told[f"{campaign}: learned from {learnt}, judged on {other}"] = {
                "value": [value.value, value.low, value.high],
                "logged": [logged.value, logged.low, logged.high],
                "gain": [gained.value, gained.low, gained.high],
                "effective": weighed.effective,
                "doubt": doubt(weighed, len(judge)),
                "promoted": bool(gained.low > 0 and doubt(weighed, len(judge)) is None),
            }
    return told


def _bandit_choices(rows: pl.DataFrame) -> tuple[tuple[str, ...], Choices]:
    """The log as choices among all items of its campaign."""
    affinity = np.array(rows["user_item_affinity"].to_list())
    arms, n = affinity.shape[1], rows.height
    items = np.tile(np.eye(arms, dtype=np.float32), (n, 1))
    matrix = np.concatenate([items, affinity.reshape(-1, 1).astype(np.float32)], axis=1)
    choices = Choices(
        matrix,
        np.arange(n + 1) * arms,
        np.arange(n) * arms + rows["item_id"].to_numpy(),
        rows["propensity_score"].to_numpy(),
        rows["click"].to_numpy().astype(np.float64),
        rows["position"].to_numpy(),
    )
    return (*(f"item {each}" for each in range(arms)), "affinity"), choices


BOTH = ("ips", "snips", "dm", "dr", "plain_dr")
"""Estimators that are asked where it matters only whether dr is near the better of ips and dm."""


@dataclass(frozen=True)
class Part:
    """Worlds that are judged in one way; `draws` of the bootstrap, seeds from `first` on, at most `most` worlds."""

    kinds: Mapping[str, Kind | SlateKind]
    names: tuple[str, ...]
    draws: int = 0
    first: int = JUDGED_FROM
    most: int = 1_000


WORLDS = {
    "covered": Part(COVERED, ROWS, draws=200),
    "slates": Part(SLATES, PLACES, draws=200),
    "misspecified": Part({**MISSPECIFIED, **TOO_MUCH}, BOTH),
    "developed": Part(DEVELOPED, BOTH, first=DEVELOPED_FROM, most=300),
}
"""Part of the record → its worlds."""


def main() -> None:
    """Judges, prints and records; with --only some parts, the others stay as they were recorded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, help="how many of each kind, in place of each part's own")
    parts = ", ".join([*WORLDS, "limit", "bandit", "taught", "taught-bandit"])
    parser.add_argument("--only", nargs="*", help=f"names of worlds, or of parts of the record: {parts}")
    parser.add_argument("--first", type=int, help="seed of the first world, in place of each part's own")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SHOPMIND_DATA", "../shared/data")))
    given = parser.parse_args()
    kept = record.RESULTS / "policy.json"
    before = json.loads(kept.read_text(encoding="utf-8")) if given.only and kept.is_file() else {}
    result: dict[str, Any] = {name: each for name, each in before.items() if name not in (*record.head(), "too_much")}
    result |= {"worlds": result.get("worlds", given.worlds or Part.most), "least_effective": LEAST_EFFECTIVE}
    for part, asked in WORLDS.items():
        for name, kind in asked.kinds.items():
            if given.only and not {name, part} & set(given.only):
                continue
            worlds = asked.most if given.worlds is None else given.worlds
            start, first = time.perf_counter(), asked.first if given.first is None else given.first
            found = judged(kind, worlds, names=asked.names, draws=asked.draws, first=first)
            took = {"ratio": found.ratio, "first": first, "seconds": time.perf_counter() - start}
            result.setdefault(part, {})[name] = _rounded({**asdict(found), **took})
            told = {each: tuple(share.values()) for each, share in found.covered.items()}
            print(f"{part}: {name}: {found.worlds} worlds, ratio {found.ratio}, held {told}", flush=True)
    folder = given.data / "bandit"
    others: dict[str, Callable[[], Any]] = {
        "bandit": lambda: evaluate_policy(folder)["parts"],
        "limit": limits,
        "taught": taught_in_worlds,
        "taught-bandit": lambda: taught_on_bandit(folder),
    }
    for name, measure in others.items():
        if (not given.only or name in given.only) and (name in ("limit", "taught") or folder.is_dir()):
            result[name] = _rounded(measure())
    print(record.write("policy", result))


def _rounded(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _rounded(each) for name, each in found.items()}
    if isinstance(found, list | tuple):
        return [_rounded(each) for each in found]
    return float(f"{found:.5g}") if isinstance(found, float) else found


if __name__ == "__main__":
    main()
