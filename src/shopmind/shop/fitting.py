"""Fits the artifacts that the scenarios need, for the live shop or for an evaluation that hides the future."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from shopmind.kit.errors import MissingExtraError, NotReadyError, not_allowed
from shopmind.kit.options import build
from shopmind.kit.progress import Progress
from shopmind.pipeline.features import MENU as FEATURES
from shopmind.pipeline.filters import MENU as FILTERS
from shopmind.pipeline.rankers import MENU as RANKERS
from shopmind.pipeline.rerankers import MENU as RERANKERS
from shopmind.pipeline.retrievers import MENU as RETRIEVERS
from shopmind.pipeline.scenario import Scenario
from shopmind.pipeline.understanding import MENU as UNDERSTANDING
from shopmind.stores.ports import Artifact, Artifacts
from shopmind.training import MENU as RECIPES
from shopmind.training.recipe import Recipe, Tables, card

MENUS = {menu.what: menu for menu in (UNDERSTANDING, FILTERS, RETRIEVERS, FEATURES, RANKERS, RERANKERS)}


def needed(scenarios: Iterable[Scenario]) -> list[str]:
    """Names of the artifacts that any part of the scenarios loads, in the order of the recipes' menu."""
    wanted: set[str] = set()
    for scenario in scenarios:
        for what, specs in scenario.parts():
            for spec in specs:
                wanted.update(MENUS[what].load(spec.part).artifacts)
    return [name for name in RECIPES if name in wanted]


def fit(
    names: Iterable[str],
    tables: Tables,
    artifacts: Artifacts,
    options: Mapping[str, Mapping[str, Any]],
    *,
    seed: int,
    progress: Progress,
    asked: bool = False,
) -> tuple[list[Artifact], dict[str, str]]:
    """Fits and promotes the named artifacts.

    Args:
        options: recipe → what the settings say of it.
        asked: whether somebody named them: an extra that is not installed is then an error.

    Returns:
        What was made, and for what was not, name → what is missing (a shop may have too few events for it yet).

    Raises:
        InputError: an unknown recipe or option.
        MissingExtraError: see `asked`.
    """
    for name in options:
        if name not in RECIPES:
            raise not_allowed("shop.toml: training", name, RECIPES, field="training")
    made, missing = [], {}
    for name in names:
        recipe: Recipe = RECIPES.load(name)()
        chosen = build(recipe.Options, options.get(name, {}), where=f"shop.toml: training.{name}")
        try:
            fitted = recipe.fit(replace(tables, artifacts=artifacts), chosen, seed=seed, progress=progress)
        except NotReadyError as error:
            if asked and isinstance(error, MissingExtraError):
                raise
            missing[name] = error.message
            continue
        told = card(name, tables, chosen, seed, fitted)
        made.append(artifacts.save(name, fitted.arrays, told, promote=fitted.promote))
        progress(f"fit {name}", 1, 1)
    return made, missing
