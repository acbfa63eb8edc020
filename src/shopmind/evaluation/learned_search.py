"""Learned ranking under query-level folds: every query is asked of a ranking that never saw its text."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.evaluation.judged import SCENARIO, Answers, Asked, Judged
from shopmind.kit.errors import InputError, NotReadyError
from shopmind.kit.options import build
from shopmind.kit.progress import Progress, track
from shopmind.kit.seeds import hash64_all
from shopmind.shop import Shop
from shopmind.stores.ports import Artifact
from shopmind.training.recipe import Fitted
from shopmind.training.search_ranking import SearchRankingRecipe

TRAINED = "shopmind_trained"
NAME = "search_ranking"
TOLD = ("chosen", "graded", "best", "queries", "pairs", "held_out", "spearman", "gain", "trees")


def learned(
    shop: Shop, judged: Judged, folds: int, seed: int, progress: Progress
) -> tuple[list[Answers], list[dict[str, Any]]]:
    """What the engine answers with a ranking learned from the judgments of the other folds.

    The engine is the same but for the artifact; queries of equal text share a fold; grades are all that is learned
    from, the shop's clicks are left out.

    Returns:
        The answers, and each fold's figures from its card.

    Raises:
        InputError: fewer than 2 folds, or more than queries.
        NotReadyError: the scenario's ranker does not learn, or there are too few queries.
    """
    part = parts(shop, judged, folds, seed)
    recipe = SearchRankingRecipe()
    options = build(recipe.Options, shop.settings.training.get(NAME, {}), where=f"shop.toml: training.{NAME}")
    tables = shop.tables(judgments=_judgments(judged))
    lists = recipe.lists(tables.without_events(), options, seed=seed, progress=progress)
    fold_of_text = dict(zip(judged.texts, part, strict=True))
    of_list = np.array([fold_of_text[text] for text in lists.queries], np.int64)
    asked, cards = Asked.nothing(judged), []
    for fold in range(folds):
        fitted = recipe.learn(lists.of(of_list != fold), options, seed=seed, progress=progress)
        cards.append(_told(fitted))
        view = shop.trying({NAME: Artifact(NAME, f"fold-{fold}", fitted.arrays, _card(fitted))})
        cases = np.flatnonzero(part == fold)
        for case in track(cases.tolist(), progress, f"ask fold {fold + 1} of {folds}", len(cases)):
            asked.ask(view, case)
    return [asked.answers(shop.catalogue.columns().tie)], cards


def parts(shop: Shop, judged: Judged, folds: int, seed: int) -> NDArray[np.int64]:
    """(n,) fold of each query; refuses what cannot be learned before anything is asked. Raises: see `learned`."""
    ranker = shop.scenarios[SCENARIO].ranker.part
    if ranker != "learned":
        raise NotReadyError(f"evaluate search: --train-folds needs the ranker learned in {SCENARIO}.toml, not {ranker}")
    return fold_of(judged.texts, folds, seed)


def fold_of(texts: tuple[str, ...], folds: int, seed: int) -> NDArray[np.int64]:
    """(n,) fold of each query, by hash of its text: folds differ in size by one text at most.

    Raises:
        InputError: fewer than 2 folds, or more than texts.
    """
    known, place = np.unique([text.strip().casefold() for text in texts], return_inverse=True)
    if not 2 <= folds <= len(known):
        raise InputError(
            f"train_folds: {folds}; it must lie in 2..{len(known)}, the queries there are", field="train_folds"
        )
    order = np.argsort(hash64_all(f"{seed}\x1f{text}" for text in known), kind="stable")
    part = np.empty(len(known), np.int64)
    part[order] = np.arange(len(known)) % folds
    return np.asarray(part[place], np.int64)


def _judgments(judged: Judged) -> pl.DataFrame:
    texts = [judged.texts[case] for case in judged.cases]
    grades = np.maximum(judged.grades, judged.zero)
    return pl.DataFrame({"query": texts, "item": judged.items, "grade": grades})


def _card(fitted: Fitted) -> dict[str, Any]:
    return {"figures": dict(fitted.figures), "event_number": 0, "tail": False}


def _told(fitted: Fitted) -> dict[str, Any]:
    return {name: fitted.figures[name] for name in TOLD}
