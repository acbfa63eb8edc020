"""Baselines are tuned, on the validation part and never on the test: an untuned one is no baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.evaluation.figures import per_case
from shopmind.evaluation.neighbours import ItemNeighbours, TimedFrequencyNeighbours
from shopmind.evaluation.systems import Material, PersonalFrequency, PersonalThenPopular, Popularity, Random, System
from shopmind.kit.progress import Progress, silent
from shopmind.metrics.intervals import mean

Grid = Mapping[str, Sequence[float]]
WINDOWS = (7.0, 14.0, 28.0, 56.0, 112.0, 3650.0)

QUICK: Mapping[type[System], Grid] = {
    Random: {},
    Popularity: {"window_days": WINDOWS},
    PersonalFrequency: {},
    PersonalThenPopular: {"window_days": WINDOWS},
    ItemNeighbours: {"half_life": (20.0, 5.0, 1.0, 80.0), "itself": (0.0, 1.0)},
    TimedFrequencyNeighbours: {
        "group": (2, 7),
        "between": (0.9, 0.7),
        "within": (1.0, 0.9),
        "neighbours": (35, 100),
        "alpha": (0.2, 0.5, 0.8),
    },
}
THOROUGH: Mapping[type[System], Grid] = {
    **QUICK,
    ItemNeighbours: {
        "half_life": (20.0, 1.0, 2.0, 5.0, 10.0, 40.0, 80.0),
        "itself": (0.0, 0.1, 0.3, 1.0, 3.0),
        "neighbours": (50, 20, 100, 200),
        "shrink": (10.0, 0.0, 3.0, 30.0, 100.0),
    },
    TimedFrequencyNeighbours: {
        "group": (2, 1, 3, 5, 7, 10, 15),
        "between": (0.9, 0.6, 0.7, 0.8, 0.95, 1.0),
        "within": (1.0, 0.7, 0.8, 0.9, 0.95),
        "neighbours": (35, 10, 20, 50, 75, 100, 300, 900),
        "alpha": (0.2, 0.05, 0.1, 0.3, 0.4, 0.5, 0.7, 0.9),
    },
}
"""Values of each option; the first is where the search starts."""
NEW_ONLY: Mapping[type[System], Grid] = {
    Random: {},
    Popularity: {"window_days": WINDOWS},
    ItemNeighbours: {
        "half_life": (20.0, 1.0, 2.0, 5.0, 80.0),
        "neighbours": (50, 20, 200),
        "shrink": (10.0, 0.0, 50.0),
    },
}
"""Where nothing is shown that the user had: what lives on repeats is left out, and the rest is searched finer."""
TUNING_CASES = {True: 300, False: 2_000}
"""Repeats allowed → how many validation cases settings are chosen by; TIFU-KNN takes long."""


def grids(*, repeats: bool, thorough: bool) -> Mapping[type[System], Grid]:
    """The baselines that make sense, and what of their options is tried."""
    if repeats:
        return THOROUGH if thorough else QUICK
    return {system: THOROUGH[system] for system in NEW_ONLY} if thorough else NEW_ONLY


@dataclass(frozen=True, slots=True)
class Truth:
    """(m,) case and item of each target."""

    cases: NDArray[np.int64]
    items: NDArray[np.int64]

    def take(self, rows: NDArray[np.bool_]) -> Truth:
        """Only these targets."""
        return Truth(self.cases[rows], self.items[rows])

    def figures(self, ranked: NDArray[np.int64], cutoffs: tuple[int, ...] = (10,)) -> dict[str, NDArray[np.float64]]:
        """Per-case figures of (n, k) ranked lists."""
        return per_case(ranked, self.cases, self.items, np.ones(len(self.cases)), cutoffs)


def tune(
    system: type[System],
    grid: Grid,
    material: Material,
    truth: Truth,
    *,
    without_history: bool = False,
    rounds: int = 1,
    progress: Progress = silent,
) -> dict[str, float]:
    """The options of highest mean nDCG@10 + recall@10, one option after the other, `rounds` times over."""
    best: dict[str, float] = {name: values[0] for name, values in grid.items()}
    if not grid:
        return best
    tried: dict[tuple[float, ...], float] = {}
    total = rounds * sum(map(len, grid.values()))
    done = 0
    for _ in range(rounds):
        for name, values in grid.items():
            scores = {}
            for value in values:
                options = {**best, name: value}
                key = tuple(options.values())
                if key not in tried:
                    tried[key] = _score(system, options, material, truth, without_history)
                scores[value] = tried[key]
                done += 1
                progress(f"tune {system.name}", done, total)
            best[name] = max(scores, key=lambda value: scores[value])
    return best


def _score(
    system: type[System], options: Mapping[str, Any], material: Material, truth: Truth, without_history: bool
) -> float:
    found = truth.figures(system(material, **options).rank(10, without_history=without_history))
    return mean(found["ndcg@10"])[0] + mean(found["recall@10"])[0]
