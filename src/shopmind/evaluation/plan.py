"""What is decided before the first seed: the scenario, what may be shown, and what the baselines are tuned to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.evaluation import tune
from shopmind.evaluation.cutting import Cutter, cutter
from shopmind.evaluation.folder import Source
from shopmind.evaluation.material import known_of, material_of
from shopmind.evaluation.protocol import Fit, Repeats, SplitName
from shopmind.evaluation.split import Cases, Split
from shopmind.evaluation.systems import System
from shopmind.evaluation.tune import Truth
from shopmind.evaluation.variants import FIRST_CHOICE, REPEAT_SHARE, Variant, had, repeated
from shopmind.kit.errors import InputError, not_allowed
from shopmind.kit.progress import Progress
from shopmind.kit.seeds import hash64_all
from shopmind.shop import Shop
from shopmind.stores.columns import ItemColumns, NumberColumn

Options = Mapping[type[System], Mapping[str, float]]


@dataclass(frozen=True)
class Wishes:
    """What the caller asked for; see evaluate_recommend."""

    name: SplitName
    fit: Fit
    seeds: int = 1
    scenario: str | None = None
    explore: str = "home"
    most: int | None = None
    thorough: bool = False
    workers: int = 1
    repeats: Repeats = "auto"


@dataclass(frozen=True)
class Plan:
    """What does not change with the seed.

    Attributes:
        first: the split of seed 0.
        repeats: whether items a user had may be shown and asked for.
        variants: view → how it is asked; "full" first.
        allowed: (size,) items that may be shown.
        options: view → baseline → what it is tuned to.
        untuned: why the baselines are not tuned; "" where they are.
    """

    wishes: Wishes
    cutter: Cutter
    first: Split
    columns: ItemColumns
    repeats: bool
    variants: Mapping[str, Variant]
    allowed: NDArray[np.bool_]
    options: Mapping[str, Options]
    untuned: str = ""

    @property
    def scenarios(self) -> list[str]:
        """Every scenario that is asked."""
        return list(dict.fromkeys(each.scenario for each in self.variants.values()))

    def split(self, seed: int) -> Split:
        """What is known and what is asked with one seed."""
        return self.first if seed == 0 else self.cutter.cut(self.wishes.fit, "test", seed)


def make_plan(source: Source, wishes: Wishes, progress: Progress) -> Plan:
    """Decides.

    Raises:
        InputError: an unknown scenario, or a source that cannot be cut so.
    """
    shop = source.shop
    for given in filter(None, (wishes.scenario, wishes.explore)):
        if given not in shop.scenarios:
            raise not_allowed("evaluate: scenario", given, shop.scenarios, field="scenario")
    columns = shop.catalogue.columns()
    cut = cutter(source, wishes.name, columns.kinds(shop.scenarios[wishes.scenario or wishes.explore].kinds))
    first = cut.cut(wishes.fit, "test", 0)
    if not len(first.cases):
        raise InputError(f"evaluate: nothing can be asked: {dict(first.left_out)}", field="split")
    repeats = wishes.repeats == "allowed" or (wishes.repeats == "auto" and _repeating(wishes.name, cut, first, columns))
    scenario = wishes.scenario or next(
        (each for each in FIRST_CHOICE[repeats] if each in shop.scenarios), wishes.explore
    )
    variants = {"full": Variant(scenario, not repeats)}
    if repeats:
        variants["explore_only"] = Variant(wishes.explore, True)
    allowed = _allowed(shop, scenario, columns)
    options, untuned = _tuned(cut, wishes, variants, columns, allowed, progress)
    return Plan(wishes, cut, first, columns, repeats, variants, allowed, options, untuned)


def some(cases: Cases, most: int | None) -> Cases:
    """At most so many cases, by hash of user and case, the same for every seed."""
    if most is None or len(cases) <= most:
        return cases
    chance = hash64_all(f"{user}/{row}" for row, user in enumerate(cases.users.tolist()))
    return cases.take(np.sort(np.argsort(chance)[:most]))


def _repeating(name: SplitName, cut: Cutter, split: Split, columns: ItemColumns) -> bool:
    """Whether people take again what they had: yes of baskets, no of files of sequences (published figures mask the
    history), and else as the known events say."""
    if name in ("next-basket", "last-basket"):
        return True
    return cut.timed and repeated(known_of(split, columns.size)) > REPEAT_SHARE


def _allowed(shop: Shop, scenario: str, columns: ItemColumns) -> NDArray[np.bool_]:
    """(size,) what the scenario may show to anyone."""
    allowed = columns.shown & columns.kinds(shop.scenarios[scenario].kinds)
    stock = columns.column("stock")
    if any(part.part == "in_stock" for part in shop.scenarios[scenario].filters) and isinstance(stock, NumberColumn):
        allowed = allowed & ~(stock.values <= 0)
    return allowed


def _tuned(
    cut: Cutter,
    wishes: Wishes,
    variants: Mapping[str, Variant],
    columns: ItemColumns,
    allowed: NDArray[np.bool_],
    progress: Progress,
) -> tuple[dict[str, Options], str]:
    """View → system → options, chosen on the validation part; and why not, where they are not."""
    repeats = not variants["full"].without_history
    grids = tune.grids(repeats=repeats, thorough=wishes.thorough)
    try:
        split = cut.cut(wishes.fit, "validation", 0)
        why = "" if len(split.cases) else "it has no usable case"
    except InputError as error:
        why = error.message.removeprefix("evaluate: ")
    if why:
        return {view: {system: {} for system in grids} for view in variants}, why
    cases = some(split.cases, None if wishes.thorough else tune.TUNING_CASES[repeats])
    material = material_of(split, cases, columns, allowed, 0)
    found: dict[str, Options] = {}
    for view, variant in variants.items():
        truth = Truth(cases.target_cases, cases.target_items)
        if variant.without_history:
            truth = truth.take(~had(truth, material.asked))
        found[view] = {
            system: tune.tune(
                system,
                grid,
                material,
                truth,
                without_history=variant.without_history,
                rounds=2 if wishes.thorough else 1,
                progress=progress,
            )
            for system, grid in grids.items()
        }
    return found, ""
