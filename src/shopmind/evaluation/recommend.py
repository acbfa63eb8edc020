"""`shopmind evaluate recommend`: the real engine, replayed on hidden events, beside tuned baselines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.evaluation import trials
from shopmind.evaluation.figures import OURS
from shopmind.evaluation.folder import opened
from shopmind.evaluation.material import crowd_of, known_of, material_of
from shopmind.evaluation.outcome import CUTOFF, Outcome, told
from shopmind.evaluation.plan import Options, Plan, Wishes, make_plan, some
from shopmind.evaluation.protocol import fit_name, repeats_name, split_name
from shopmind.evaluation.replay import Replayed, replay
from shopmind.evaluation.seconds import Seconds
from shopmind.evaluation.segments import segments
from shopmind.evaluation.split import Cases
from shopmind.evaluation.systems import Material
from shopmind.evaluation.trials import Found, Wanted
from shopmind.evaluation.tune import Truth
from shopmind.evaluation.variants import Variant, had, parts_of
from shopmind.kit.errors import InputError
from shopmind.kit.progress import Progress, silent
from shopmind.metrics.business import latency_percentiles
from shopmind.shop import Shop

Ranked = NDArray[np.int64]


def evaluate_recommend(
    source: Shop | Path | str,
    protocol: str = "leave-one-out",
    fit: str = "train",
    *,
    seeds: int = 1,
    scenario: str | None = None,
    explore: str = "home",
    most: int | None = None,
    thorough: bool = False,
    workers: int = 1,
    repeats: str = "auto",
    search: Wanted | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """How well a scenario foresees what users take next.

    Args:
        source: a shop, its folder, or a data folder (events, sequences or next_item beside items).
        seeds: how many seeds of shuffles and fits; figures are means over them.
        scenario: None takes the first that fits the protocol (variants.FIRST_CHOICE).
        explore: the scenario asked when only items the user never had may be shown.
        most: at most so many cases, chosen by hash of the user; None asks all. Items are never sampled.
        thorough: a finer search of the baselines' options.
        workers: processes that ask the engine side by side, where there are many cases; the answers are the same.

        repeats: whether items a user had may be shown: "allowed", "removed", or "auto": allowed for baskets and where
            the events repeat themselves, removed for files of sequences.
        search: settings are searched for on the validation part first, and the best are measured (trials.search).

    Returns:
        The JSON of `shopmind evaluate recommend`; `report.table` makes it readable.

    Raises:
        InputError: an unknown protocol, fit or scenario, or too few events.
    """
    name, chosen = split_name(protocol), fit_name(fit)
    for word, given in (("seeds", seeds), ("workers", workers), ("most", 1 if most is None else most)):
        if given < 1:
            raise InputError(f"evaluate: {word} = {given}, at least 1 is needed", field=word)
    wishes = Wishes(name, chosen, seeds, scenario, explore, most, thorough, workers, repeats_name(repeats))
    seconds = Seconds()
    with seconds.step("open"), opened(source, progress) as found:
        with seconds.step("tune baselines"):
            plan = make_plan(found, wishes, progress)
        best: Found | None = None
        if search is not None:
            if search.folder is None and found.shop.path != found.folder:
                raise InputError("evaluate: a data folder keeps no trials: name a folder for them", field="trials")
            with seconds.step("search settings"):
                best = trials.search(found.shop, plan, search, progress=progress)
        options = None if best is None else best.options
        outcomes = [_once(found.shop, plan, seed, options, seconds, progress) for seed in range(seeds)]
        with seconds.step("figures"):
            result = told(plan, outcomes).as_json()
    return {**result, **({} if best is None else {"search": dict(best.told)}), "seconds": seconds.as_json()}


def _once(
    shop: Shop, plan: Plan, seed: int, options: trials.Options | None, seconds: Seconds, progress: Progress
) -> Outcome:
    """All systems on the split of one seed."""
    with seconds.step("split"):
        split = plan.split(seed)
        cases = some(split.cases, plan.wishes.most)
        known = known_of(split, plan.columns.size)
        material = material_of(split, cases, plan.columns, plan.allowed, seed, known)
        crowd = crowd_of(split, known)
        truth = Truth(cases.target_cases, cases.target_items)
        cold = crowd.cold & plan.allowed
        parts = parts_of(truth, material.asked, cold, repeats=plan.repeats)
        among_cold = parts.get("cold", {}).get("cold")
        rows = np.unique(among_cold.truth.cases) if among_cold else np.empty(0, np.int64)
    ranked: dict[str, dict[str, Ranked]] = {view: {} for view in plan.variants}
    took: dict[str, dict[str, float]] = {}
    degraded: dict[str, int] = {}

    def ask(fitted: Shop, variant: Variant, some_cases: Cases, only: Ranked | None = None) -> Replayed:
        without = split.events if variant.without_history else ()
        workers = plan.wishes.workers
        with seconds.step("ask"):
            return replay(
                fitted, variant.scenario, some_cases, CUTOFF, without=without, only=only, workers=workers,
                progress=progress,
            )  # fmt: skip

    with (
        seconds.step("fit"),
        shop.fitted_on(
            split.known,
            split.now_ms,
            held=split.held,
            scenarios=plan.scenarios,
            options=options,
            seed=seed,
            progress=progress,
        ) as fitted,
    ):
        for view, variant in plan.variants.items():
            answered = ask(fitted, variant, cases)
            ranked[view][OURS] = answered.ranked
            took[view] = latency_percentiles(answered.took_ms)
            degraded |= answered.degraded
        if len(rows):
            ours = ask(fitted, plan.variants["full"], cases.take(rows), np.flatnonzero(cold)).ranked
            ranked["cold"] = {OURS: _spread(ours, rows, len(cases))}
    with seconds.step("baselines"):
        for view, variant in plan.variants.items():
            ranked[view] |= _baselines(plan.options[view], material, variant)
        if len(rows):
            few = material_of(split, cases.take(rows), plan.columns, cold, seed, known)
            for system, lists in _baselines(plan.options["full"], few, plan.variants["full"]).items():
                ranked["cold"][system] = _spread(lists, rows, len(cases))
    lengths = np.bincount(material.asked.rows, minlength=len(cases))
    cut = segments(truth, cases, lengths, crowd, timed=plan.cutter.timed)
    return Outcome(seed, split, cases, crowd, parts, ranked, took, degraded, cut, had(truth, material.asked))


def _baselines(options: Options, material: Material, variant: Variant) -> dict[str, Ranked]:
    found = {}
    for system, chosen in options.items():
        made = system(material, **chosen)
        found[made.name] = made.rank(CUTOFF, without_history=variant.without_history)
    return found


def _spread(lists: Ranked, rows: NDArray[np.intp], n: int) -> Ranked:
    """Lists of some cases as lists of all; nothing is shown to the others."""
    whole = np.full((n, lists.shape[1]), -1, np.int64)
    whole[rows] = lists
    return whole
