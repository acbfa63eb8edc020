"""The recipe `redemption`: how likely somebody redeems an offer that they are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.metrics.discrimination import auc
from shopmind.stores.columns import ItemColumns, TextColumn
from shopmind.stores.ports import Catalogue
from shopmind.training.lambdamart import Growth, chance_trees
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.redemption.cases import Cases, Log
from shopmind.training.redemption.evidence import NAMES, Given, offers_of
from shopmind.training.trees import Trees


class RedemptionRecipe(Recipe):
    """Trees of the chance of a redemption, learned from offers that were shown or sent and what became of them.

    What was given is told by impressions of offers, or of the campaign that their attribute `campaign` names. It is a
    propensity, no uplift: who would have come anyway redeems, too.
    """

    @dataclass(frozen=True)
    class Options:
        """at_least: redemptions that are needed. few: pairs that were not redeemed for each that was; weights make up
        for the others. days: how far back. trees, leaves, rate: see lambdamart.Growth."""

        at_least: int = 50
        few: int = 40
        days: float = 365.0
        trees: int = 60
        leaves: int = 4
        rate: float = 0.05

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """Arrays of Trees under `redemption`; `given` and `redeemed` by category, and `bought` by item.

        Raises:
            NotReadyError: too few offers that were given are known to have been redeemed.
        """
        if tables.links is None or tables.catalogue is None:
            raise NotReadyError("redemption: it needs the links of the shop")
        given = given_of(tables.columns, tables.catalogue, tables.links.table("covers"))
        log = Log(tables.events, given)
        first = tables.now_ms - int(options.days * DAY_MS)
        cases = log.cases(first, tables.now_ms, tables.now_ms, few=options.few, seed=seed)
        taken = int(cases.redeemed.sum())
        if taken < options.at_least:
            raise NotReadyError(
                f"{taken} redemptions of offers that were shown or sent before; {options.at_least} are needed"
            )
        at_least = min(200, max(20, len(cases) // 50))
        growth = Growth(trees=options.trees, leaves=options.leaves, rate=options.rate, at_least=at_least)
        trees = grown(cases, growth, seed)
        known = log.known(tables.now_ms)
        said = chances(trees, cases.matrix)
        figures = {
            "columns": list(NAMES),
            "categories": list(given.categories),
            "pairs": round(float(cases.weights.sum())),
            "redeemed": taken,
            "auc_seen": round(auc(said, cases.redeemed), 4),
        }
        rates: dict[str, NDArray[Any]] = {"given": known.given, "redeemed": known.redeemed, "bought": log.bought()}
        return Fitted({**trees.arrays("redemption"), **rates}, figures, tail=False)


def grown(cases: Cases, growth: Growth, seed: int) -> Trees:
    """Trees of the log-odds of a redemption."""
    free = np.zeros(cases.matrix.shape[1], np.bool_)
    return chance_trees(cases.matrix, cases.redeemed, cases.weights, free, growth, seed)


def chances(trees: Trees, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n,) probabilities."""
    return np.asarray(expit(trees.scores(matrix)), np.float64)


def given_of(
    columns: ItemColumns, catalogue: Catalogue, covers: pl.DataFrame, categories: Sequence[str] | None = None
) -> Given:
    """The offers of a shop; `categories` as in offers_of."""
    campaign = columns.column("campaign")
    names = list(campaign.vocabulary) if isinstance(campaign, TextColumn) else []
    numbers = dict(zip(names, catalogue.numbers(names).tolist(), strict=True)) if names else {}
    return offers_of(columns, covers["source"].to_numpy(), covers["target"].to_numpy(), numbers, categories)
