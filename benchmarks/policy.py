"""How far estimates of policies can be believed: worlds whose truth is known, and the Open Bandit data.

python -m benchmarks.policy [--worlds 1000] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import record
from shopmind.evaluation.estimators import MENU
from shopmind.evaluation.policy import evaluate_policy
from shopmind.metrics.off_policy import estimated, weights_told
from shopmind.testing.bandit_worlds import COVERED, MISSPECIFIED, Kind, world

ROWS = ("ips", "snips", "dm", "dr", "sndr", "switch_dr", "dros", "mips")
"""Estimators of rows; the worlds have no slates."""
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

    kind: Kind
    worlds: int
    thin: int
    effective: float
    error: dict[str, float]
    bias: dict[str, float]
    covered: dict[str, dict[str, float]]

    @property
    def ratio(self) -> float:
        """The error of dr over that of the better of ips and dm."""
        return self.error["dr"] / min(self.error["ips"], self.error["dm"])


def judged(kind: Kind, worlds: int, *, names: Sequence[str] = ROWS, draws: int = 300) -> Judged:
    """Every estimator in each of the worlds.

    Args:
        draws: of the bootstrap; 0 leaves its interval out.
    """
    parts = [MENU.load(name)() for name in names]
    errors, held, effective = [], [], []
    thin = 0
    for seed in range(worlds):
        made = world(kind, seed)
        log = made.log(seed)
        rows = weights_told(log.weights).effective
        if rows < LEAST_EFFECTIVE:
            thin += 1
            continue
        effective.append(rows)
        found = estimated([part.sum(log).terms for part in parts], seed=seed, draws=draws)
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


def _shares(covers: NDArray[np.float64], names: Sequence[str], intervals: Sequence[str]) -> dict[str, dict[str, float]]:
    """Estimator → interval → share of (worlds, estimators, intervals) in which it held the truth."""
    mean = covers.mean(axis=0)
    return {name: {each: float(mean[i, j]) for j, each in enumerate(intervals)} for i, name in enumerate(names)}


def main() -> None:
    """Judges, prints and records."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=1_000)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SHOPMIND_DATA", "../shared/data")))
    given = parser.parse_args()
    start = time.perf_counter()
    result: dict[str, Any] = {
        "worlds": given.worlds,
        "least_effective": LEAST_EFFECTIVE,
        "covered": {},
        "misspecified": {},
    }
    for part, kinds, draws in (("covered", COVERED, 300), ("misspecified", MISSPECIFIED, 0)):
        for name, kind in kinds.items():
            found = judged(kind, given.worlds, draws=draws)
            result[part][name] = {**_rounded(asdict(found)), "ratio": round(found.ratio, 3)}
            told = {each: share["asymptotic"] for each, share in found.covered.items()}
            print(
                f"{part}: {name}: {found.worlds} worlds, dr over the better {found.ratio:.3f}, held {told}", flush=True
            )
    if (given.data / "bandit").is_dir():
        result["bandit"] = _rounded(evaluate_policy(given.data / "bandit")["parts"])
    result["seconds"] = round(time.perf_counter() - start, 1)
    print(record.write("policy", result))


def _rounded(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _rounded(each) for name, each in found.items()}
    if isinstance(found, list | tuple):
        return [_rounded(each) for each in found]
    return float(f"{found:.5g}") if isinstance(found, float) else found


if __name__ == "__main__":
    main()
