"""`shopmind evaluate recommend`: the real engine, replayed on hidden events, beside tuned baselines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.evaluation import report, tune
from shopmind.evaluation.baskets import Baskets, baskets_of
from shopmind.evaluation.figures import OURS, reach, reach_per_case
from shopmind.evaluation.folder import Source, opened
from shopmind.evaluation.protocol import Fit, Protocol, SplitName, fit_name, split_name
from shopmind.evaluation.replay import replay
from shopmind.evaluation.report import Report
from shopmind.evaluation.sequences import TIMES, split_instances, split_sequences
from shopmind.evaluation.split import Cases, Split, split_events
from shopmind.evaluation.systems import Material, System
from shopmind.evaluation.tune import Truth
from shopmind.kit.clock import parse_time
from shopmind.kit.errors import InputError, not_allowed
from shopmind.kit.progress import Progress, silent
from shopmind.kit.seeds import hash64_all
from shopmind.metrics.business import latency_percentiles
from shopmind.shop import Shop
from shopmind.stores.columns import NumberColumn

CUTOFF = 10
REPEAT_SHARE = 0.01
"""Where fewer of the known events repeat an item of the same user, items he had are not shown."""
FIRST_CHOICE = {True: ("basket", "buy_again"), False: ("home",)}
"""Repeats allowed → the scenarios that fit, best first."""
SEQUENCES_END_MS = parse_time("2026-01-01T00:00:00Z")
TUNING_CASES = 300

PerCase = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Variant:
    """One way of asking: which scenario, and whether items the user had may be shown."""

    scenario: str
    without_history: bool


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
    progress: Progress = silent,
) -> dict[str, Any]:
    """How well a scenario foresees what users take next.

    Args:
        source: a shop, its folder, or a data folder (events, sequences or next_item beside items).
        seeds: how many seeds of shuffles and fits; figures are means over them.
        scenario: None takes the first that fits the protocol (FIRST_CHOICE).
        explore: the scenario asked when only items the user never had may be shown.
        most: at most so many cases, chosen by hash of the user; None asks all. Items are never sampled.
        thorough: a finer search of the baselines' options.

    Returns:
        The JSON of `shopmind evaluate recommend`; `report.table` makes it readable.

    Raises:
        InputError: an unknown protocol, fit or scenario, or too few events.
    """
    name, chosen_fit = split_name(protocol), fit_name(fit)
    if seeds < 1:
        raise InputError(f"evaluate: {seeds} seeds, at least 1 is needed", field="seeds")
    with opened(source, progress) as found:
        run = _Run(found, name, chosen_fit, scenario, explore, most, thorough, progress)
        return _reported(run, [run.once(seed) for seed in range(seeds)]).as_json()


class _Run:
    """One evaluation: what does not change with the seed."""

    def __init__(
        self,
        source: Source,
        name: SplitName,
        fit: Fit,
        scenario: str | None,
        explore: str,
        most: int | None,
        thorough: bool,
        progress: Progress,
    ) -> None:
        self.shop, self.name, self.fit, self.most = source.shop, name, fit, most
        self.thorough, self.progress, self.explore = thorough, progress, explore
        for given in filter(None, (scenario, explore)):
            if given not in self.shop.scenarios:
                raise not_allowed("evaluate: scenario", given, self.shop.scenarios, field="scenario")
        self.columns = self.shop.catalogue.columns()
        self.given = scenario
        kinds = self.shop.scenarios[scenario or explore].kinds
        self.split, self.times = _splitter(source, name, self.columns.kinds(kinds))
        self.first = self.split(fit, 0)
        self._first_known: Baskets | None = None
        self._first_known = self._known(self.first)
        self.repeats = name in ("next-basket", "last-basket") or _repeated(self._first_known) > REPEAT_SHARE
        self.scenario = scenario or next(
            (each for each in FIRST_CHOICE[self.repeats] if each in self.shop.scenarios), explore
        )
        self.allowed = self.columns.shown & self.columns.kinds(self.shop.scenarios[self.scenario].kinds)
        stock = self.columns.column("stock")
        if any(part.part == "in_stock" for part in self.shop.scenarios[self.scenario].filters) and isinstance(
            stock, NumberColumn
        ):
            self.allowed = self.allowed & ~(stock.values <= 0)
        self.variants = {"full": Variant(self.scenario, not self.repeats)}
        if self.repeats:
            self.variants["explore_only"] = Variant(explore, True)
        self.options = self._tuned()

    def once(self, seed: int) -> Seeded:
        """All systems on the split of one seed."""
        split = self.first if seed == 0 else self.split(self.fit, seed)
        cases = _some(split.cases, self.most)
        material = self._material(split, cases, seed)
        truths = _truths(Truth(cases.target_cases, cases.target_items), material.asked, self.repeats)
        ranked: dict[str, dict[str, NDArray[np.int64]]] = {view: {} for view in self.variants}
        took: dict[str, dict[str, float]] = {}
        degraded: dict[str, int] = {}
        with self.shop.fitted_on(
            split.known, split.now_ms, held=split.held, seed=seed, progress=self.progress
        ) as fitted:
            for view, variant in self.variants.items():
                answered = replay(
                    fitted,
                    variant.scenario,
                    cases,
                    CUTOFF,
                    without=split.events if variant.without_history else (),
                    progress=self.progress,
                )
                ranked[view][OURS] = answered.ranked
                took[view] = latency_percentiles(answered.took_ms)
                degraded |= answered.degraded
        for view, variant in self.variants.items():
            for system, options in self.options[view].items():
                made = system(material, **options)
                ranked[view][made.name] = made.rank(CUTOFF, without_history=variant.without_history)
        return Seeded(seed, split, cases, _Crowd.of(material.known), truths, ranked, took, degraded)

    def _known(self, split: Split) -> Baskets:
        if split is self.first and self._first_known is not None:
            return self._first_known
        users = split.known["user"].drop_nulls().unique().sort().to_numpy()
        of = np.full(int(users.max(initial=0)) + 1, -1, np.int64)
        of[users] = np.arange(len(users))
        rows = pl.Series("row", of[split.known["user"].fill_null(0).to_numpy()])
        return baskets_of(split.known.with_columns(rows), "row", users, split.events, self.columns.size)

    def _material(self, split: Split, cases: Cases, seed: int) -> Material:
        asked = baskets_of(cases.history, "case", cases.users, split.events, self.columns.size)
        return Material(self._known(split), asked, self.allowed, self.columns.tie, split.now_ms, seed)

    def _tuned(self) -> dict[str, dict[type[System], dict[str, float]]]:
        """View → system → options, chosen on the validation part."""
        grids = tune.THOROUGH if self.thorough else tune.QUICK
        try:
            split = self.split("valid", 0)
        except InputError:  # too few events for a validation part: the baselines keep where their search starts
            return {view: {system: {} for system in grids} for view in self.variants}
        cases = _some(split.cases, None if self.thorough else TUNING_CASES)
        material = self._material(split, cases, 0)
        found: dict[str, dict[type[System], dict[str, float]]] = {}
        for view, variant in self.variants.items():
            truth = Truth(cases.target_cases, cases.target_items)
            if variant.without_history:
                truth = truth.take(~_had(truth, material.asked))
            found[view] = {
                system: tune.tune(
                    system,
                    grid,
                    material,
                    truth,
                    without_history=variant.without_history,
                    rounds=2 if self.thorough else 1,
                    progress=self.progress,
                )
                for system, grid in grids.items()
            }
        return found


@dataclass(frozen=True)
class _Crowd:
    """How many users there are, and (size,) how many know each item."""

    people: int
    known_by: NDArray[np.int64]

    @staticmethod
    def of(known: Baskets) -> _Crowd:
        pairs = np.sort(known.rows * known.size + known.items)
        first = np.ones(len(pairs), np.bool_)
        first[1:] = pairs[1:] != pairs[:-1]
        return _Crowd(len(known), np.bincount(pairs[first] % known.size, minlength=known.size))


@dataclass(frozen=True)
class Seeded:
    """What one seed gave.

    Attributes:
        truths: part → the view whose lists it judges, and its targets.
        ranked: view → system → (n, k) ranked lists.
    """

    seed: int
    split: Split
    cases: Cases
    crowd: _Crowd
    truths: Mapping[str, tuple[str, Truth]]
    ranked: Mapping[str, Mapping[str, NDArray[np.int64]]]
    took_ms: Mapping[str, Mapping[str, float]]
    degraded: Mapping[str, int]


def _truths(truth: Truth, asked: Baskets, repeats: bool) -> dict[str, tuple[str, Truth]]:
    """The targets of each part; targets the user had and had not apart where repeats are allowed."""
    parts = {"full": ("full", truth)}
    if repeats:
        had = _had(truth, asked)
        repeat, new = truth.take(had), truth.take(~had)
        parts |= {"repeat": ("full", repeat), "explore": ("full", new), "explore_only": ("explore_only", new)}
    return parts


def _splitter(source: Source, name: SplitName, items: NDArray[np.bool_]) -> tuple[Callable[[Fit, int], Split], str]:
    """What cuts this source for a fit and a seed, and where its times come from."""
    shop = source.shop
    for table, cut in (("sequences", _cut_sequences), ("next_item", _cut_instances)):
        frame = source.table(table) if not shop.events.count() else None
        if frame is not None:
            if name != "leave-one-out":
                raise InputError(f"evaluate: {table} has no times; only leave-one-out can be asked", field="protocol")
            return cut(frame, shop), TIMES
    events = shop.events.table()
    return lambda fit, seed: split_events(events, name, fit, items=items, seed=seed), "of the events"


def _cut_sequences(frame: pl.DataFrame, shop: Shop) -> Callable[[Fit, int], Split]:
    return lambda fit, seed: split_sequences(frame, shop.catalogue.numbers, fit, end_ms=SEQUENCES_END_MS, seed=seed)


def _cut_instances(frame: pl.DataFrame, shop: Shop) -> Callable[[Fit, int], Split]:
    return lambda fit, seed: split_instances(frame, shop.catalogue.numbers, fit, end_ms=SEQUENCES_END_MS)


def _some(cases: Cases, most: int | None) -> Cases:
    """At most so many cases, by hash of user and case, the same for every seed."""
    if most is None or len(cases) <= most:
        return cases
    chance = hash64_all(f"{user}/{row}" for row, user in enumerate(cases.users.tolist()))
    return cases.take(np.sort(np.argsort(chance)[:most]))


def _repeated(known: Baskets) -> float:
    """Share of entries whose item stood in an earlier basket of the same row."""
    pairs = np.sort(known.rows * known.size + known.items)
    return float((pairs[1:] == pairs[:-1]).sum() / len(pairs)) if len(pairs) else 0.0


def _had(truth: Truth, asked: Baskets) -> NDArray[np.bool_]:
    """(m,) True for the targets that are in their case's history."""
    keys = np.sort(asked.rows * asked.size + asked.items)
    if not len(keys):
        return np.zeros(len(truth.items), np.bool_)
    wanted = truth.cases * asked.size + truth.items
    return np.asarray(keys[np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)] == wanted, np.bool_)


def _reported(run: _Run, seeded: Sequence[Seeded]) -> Report:
    parts: dict[str, report.Part] = {}
    for name, (view, _) in seeded[0].truths.items():
        values = {system: _mean_over_seeds(seeded, name, view, system, run) for system in seeded[0].ranked[view]}
        single = {
            system: {"full": reach(ranked, run.allowed, CUTOFF)} for system, ranked in seeded[0].ranked[view].items()
        }
        parts[name] = report.part({"full": values}, seed=0, single=single if name in run.variants else None)
    whole = parts.pop("full")
    first = seeded[0]
    return Report(
        protocol=_protocol(run, seeded),
        whole=whole,
        parts=parts,
        options={system.name: options for system, options in run.options["full"].items()},
        extra=_extra(run, seeded) | {"users_known": first.crowd.people},
    )


def _mean_over_seeds(seeded: Sequence[Seeded], part: str, view: str, system: str, run: _Run) -> PerCase:
    runs = [_figures(each, part, view, system, run) for each in seeded]
    return {figure: np.mean([each[figure] for each in runs], axis=0) for figure in runs[0]}


def _figures(seeded: Seeded, part: str, view: str, system: str, run: _Run) -> PerCase:
    ranked = seeded.ranked[view][system]
    found = seeded.truths[part][1].figures(ranked, (CUTOFF,))
    if part in run.variants:
        found |= reach_per_case(ranked, seeded.crowd.known_by, seeded.crowd.people, run.columns, CUTOFF)
    return found


def _protocol(run: _Run, seeded: Sequence[Seeded]) -> Protocol:
    split, cases = seeded[0].split, seeded[0].cases
    left_out = dict(split.left_out)
    notes = []
    if len(cases) < len(split.cases):
        left_out["cases_not_sampled"] = len(split.cases) - len(cases)
        notes.append(f"{len(cases)} of {len(split.cases)} cases, chosen by hash of the user; all items are ranked")
    if run.fit == "refit" and run.name != "leave-one-out":
        notes.append("everything before the cutoff is known to train already: refit changes nothing here")
    if run.repeats:
        notes.append(f"explore_only asks the scenario {run.explore!r} and shows nothing the user had, for every system")
    return Protocol(
        task="recommend",
        split=run.name,
        fit=run.fit,
        seeds=tuple(each.seed for each in seeded),
        repeats="allowed" if run.repeats else "removed",
        cutoff_ms=split.cutoff_ms,
        window_days=split.window_days,
        events=split.events,
        times=run.times,
        request_time="the cutoff" if split.cutoff_ms is not None else "of the event that is asked",
        scenario=run.scenario,
        left_out=left_out,
        notes=tuple(notes),
    )


def _extra(run: _Run, seeded: Sequence[Seeded]) -> dict[str, Any]:
    by_seed = []
    for each in seeded:
        values = each.truths["full"][1].figures(each.ranked["full"][OURS], (CUTOFF,))
        by_seed.append({"seed": each.seed, **{name: float(np.nanmean(found)) for name, found in values.items()}})
    tuned = {
        view: {system.name: options for system, options in systems.items() if options}
        for view, systems in run.options.items()
        if view != "full"
    }
    return {
        "seeds": by_seed,
        "took_ms": {view: dict(found) for view, found in seeded[0].took_ms.items()},
        "degraded": dict(seeded[0].degraded),
        **({"options_of_parts": tuned} if tuned else {}),
    }
