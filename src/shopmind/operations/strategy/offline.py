"""The candidate against what is served, both asked for what they have not seen; nothing that is served is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shopmind.evaluation.baskets import baskets_of
from shopmind.evaluation.outcome import CUTOFF
from shopmind.evaluation.plan import some
from shopmind.evaluation.replay import replay
from shopmind.evaluation.split import split_events
from shopmind.evaluation.tune import Truth
from shopmind.evaluation.variants import had
from shopmind.kit.clock import format_time
from shopmind.kit.errors import InputError
from shopmind.kit.progress import Progress, silent
from shopmind.metrics.intervals import Interval, bootstrap, paired
from shopmind.operations.strategy.cycle import Said
from shopmind.operations.strategy.rules import Evaluate
from shopmind.shop import Shop
from shopmind.stores.pinned_artifacts import PinnedArtifacts


@dataclass(frozen=True, slots=True)
class Compared:
    """One scenario's figures; intervals are over customers."""

    served: Interval
    candidate: Interval
    difference: Interval


def compare(
    shop: Shop,
    scenario: str,
    served: Mapping[str, str],
    candidate: Mapping[str, str],
    cutoff_ms: int,
    rules: Evaluate,
    progress: Progress = silent,
) -> Compared | Said:
    """How well each foresees what known customers do from the cutoff on; or why that cannot be said.

    Both are held still: neither reads the events that came after its fit. Goods that a scenario never shows again are
    not asked for.
    """
    columns = shop.catalogue.columns()
    asked = shop.scenarios[scenario]
    try:
        split = split_events(
            shop.events.table(), "time", "train", items=columns.kinds(asked.kinds), cutoff_ms=cutoff_ms
        )
    except InputError as error:
        said = error.message.removeprefix("evaluate: ").partition(": {")[0]
        return Said(
            f"{said}, held out from {format_time(cutoff_ms)} on", f"{format_time(cutoff_ms)} 之后没有可评判的事件"
        )
    cases = some(split.cases, rules.cases)
    truth = Truth(cases.target_cases, cases.target_items)
    if any(each.part == "bought" for each in asked.filters):
        truth = truth.take(~had(truth, baskets_of(cases.history, "case", cases.users, split.events, columns.size)))
    figures = [
        truth.figures(
            replay(
                shop.over(PinnedArtifacts(shop.artifacts, versions)), scenario, cases, CUTOFF, progress=progress
            ).ranked
        )[rules.metric]
        for versions in (served, candidate)
    ]
    found = int(np.count_nonzero(~np.isnan(figures[0])))
    if found < rules.least_cases:
        return Said(
            f"{found} customers known before did something in the held-out time; {rules.least_cases} are needed",
            f"留出时间内只有 {found} 位老顾客有行为,至少需要 {rules.least_cases} 位",
        )
    return Compared(
        bootstrap(figures[0], seed=0), bootstrap(figures[1], seed=0), paired(figures[1], figures[0], seed=0)
    )
