"""The recipe `objectives`: what makes people click, fill the cart and buy, learned from the shop's own answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.metrics.calibration import expected_calibration_error, log_loss
from shopmind.metrics.discrimination import auc
from shopmind.metrics.intervals import Interval, paired
from shopmind.training.by_scenario import by_scenario
from shopmind.training.click_model import Examination, Shown, examination
from shopmind.training.impressions import OBJECTIVES, Replay, labelled, places_in
from shopmind.training.lambdamart import Growth, chance_trees
from shopmind.training.objective_model import Floats, ObjectiveModel
from shopmind.training.rank_model import PRIOR, inputs
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.trees import Trees

HELD = 0.3
"""Share of the answers, the newest, that judge the order."""
LEAST_EXAMINED = 0.1
"""A place is never taken to be seen more seldom when an order is judged: one click far down would decide alone."""
ROUNDS = 2
"""Times the models are fitted: the first time to say who looked and did not want, then with that."""


class ObjectivesRecipe(Recipe):
    """One model a scenario and objective, over the columns of the scenario's own candidates.

    Each answer is asked again of the engine that serves it, for who asked and as of then, with everything fitted on
    what came before the first of these answers. How likely a place is looked at is taken out. The order is used only if
    it beats the scenario's present one on the newest answers by an interval clear of 0.
    """

    @dataclass(frozen=True)
    class Options:
        """requests: newest answers of a scenario, at most. at_least: answers that somebody took something of. of_each:
        events of an objective below which it has no model. level: of the interval. trees, leaves, rate: see
        lambdamart.Growth."""

        requests: int = 10_000
        at_least: int = 200
        of_each: int = 30
        level: float = 0.9
        trees: int = 100
        leaves: int = 6
        rate: float = 0.05

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """The arrays of ObjectiveModel by scenario; the figures say which order is used.

        Raises:
            NotReadyError: no scenario wants it, or none has enough answers that somebody took something of.
        """
        return by_scenario("objectives", tables, progress, lambda replay: self._scenario(replay, tables, options, seed))

    def _scenario(
        self, replay: Replay, tables: Tables, options: Any, seed: int
    ) -> tuple[ObjectiveModel, dict[str, Any]]:
        answers = replay.answers.tail(options.requests)
        shown = labelled(answers, tables.events)
        taken = shown.filter(pl.col("click") > 0)["answer"].n_unique()
        if taken < options.at_least:
            raise NotReadyError(f"{taken} answers that somebody took something of; {options.at_least} are needed")
        moment_ms = int(answers["timestamp_ms"][0])
        return learned(gathered(answers, shown, replay, moment_ms), replay.weights, options, seed)


@dataclass(frozen=True)
class Rows:
    """Items that were shown, answer after answer, oldest first.

    Attributes:
        names: columns, m of them. matrix: (n, 2m) rank_model.inputs of them.
        answers, items, places: (n,) of each row. prior: (n,) its score without what is learned here.
        reached: objective → (n,) 1 or 0.
    """

    names: tuple[str, ...]
    matrix: NDArray[np.float32]
    answers: NDArray[np.int64]
    items: NDArray[np.int64]
    places: NDArray[np.int64]
    prior: Floats
    reached: Mapping[str, Floats]

    def take(self, rows: NDArray[np.bool_]) -> Rows:
        """Some of them."""
        reached = {name: values[rows] for name, values in self.reached.items()}
        return Rows(
            self.names,
            self.matrix[rows],
            self.answers[rows],
            self.items[rows],
            self.places[rows],
            self.prior[rows],
            reached,
        )


def gathered(answers: pl.DataFrame, shown: pl.DataFrame, replay: Replay, moment_ms: int) -> Rows:
    """The shown items with their columns; those that are in the catalogue no more are left out."""
    bounds = np.searchsorted(shown["answer"].to_numpy(), np.arange(len(answers) + 1))
    items = shown["item"].to_numpy()
    names: tuple[str, ...] = ()
    kept, matrices, priors = [], [], []
    for row, candidates in enumerate(replay.candidates(answers, moment_ms)):
        mine = np.arange(bounds[row], bounds[row + 1])
        if not len(mine) or not len(candidates):
            continue
        if not names:
            names = (*sorted(set(candidates.columns) - {"found"}), PRIOR)
        places = places_in(candidates.items, items[mine])
        there = places >= 0
        matrix = inputs({**candidates.columns, PRIOR: candidates.scores}, names, len(candidates))
        matrices.append(matrix[places[there]])
        priors.append(candidates.scores[places[there]])
        kept.append(mine[there])
    rows = np.concatenate(kept) if kept else np.empty(0, np.int64)
    return Rows(
        names,
        np.concatenate(matrices) if matrices else np.zeros((0, 0), np.float32),
        shown["answer"].to_numpy()[rows],
        items[rows],
        shown["position"].to_numpy()[rows],
        np.nan_to_num(np.concatenate(priors).astype(np.float64)) if priors else np.empty(0),
        {name: shown[name].to_numpy()[rows] for name in OBJECTIVES},
    )


def learned(rows: Rows, weights: Mapping[str, float], options: Any, seed: int) -> tuple[ObjectiveModel, dict[str, Any]]:
    """The models of all rows, and what those of the older ones told of the newest.

    Raises:
        NotReadyError: too few events of every objective that counts.
    """
    every = np.unique(rows.answers)
    first = every[int(len(every) * (1 - HELD))] if len(every) else 0
    older, newest = rows.take(rows.answers < first), rows.take(rows.answers >= first)
    bias = bias_of(older)
    counted = [name for name, weight in weights.items() if weight > 0]
    enough = [name for name in counted if older.reached[name].sum() >= options.of_each]
    if not enough:
        raise NotReadyError(f"too few events of {', '.join(counted)}; {options.of_each} of one are needed")
    growth = Growth(trees=options.trees, leaves=options.leaves, rate=options.rate)
    model = fitted(older, enough, bias, growth, seed)
    ours = gains(newest, model.scores(newest.matrix, weights), weights, bias)
    theirs = gains(newest, newest.prior, weights, bias)
    gain = paired(ours, theirs, seed=seed, level=options.level)
    figures = {
        "used": bool(gain.low > 0),
        "columns": list(rows.names),
        "objectives": enough,
        "weights": dict(weights),
        "answers": len(every),
        "impressions": len(rows.answers),
        "events": {name: int(values.sum()) for name, values in rows.reached.items()},
        "position_bias": "learned" if bias.learned else "assumed",
        "examination": [round(float(each), 3) for each in bias.share[:10]],
        "held_out": {name: _held(newest, name, chance, bias) for name, chance in model.chances(newest.matrix).items()},
        "gain": _plain(gain),
        "of": round(float(np.nanmean(theirs)), 5) if len(theirs) else None,
    }
    return fitted(rows, enough, bias_of(rows), growth, seed), figures


def bias_of(rows: Rows) -> Examination:
    """How likely each place is looked at, from items that stood at several places."""
    _, items = np.unique(rows.items, return_inverse=True)
    _, answers = np.unique(rows.answers, return_inverse=True)
    return examination(Shown(items, rows.places, rows.reached["click"], answers))


def fitted(rows: Rows, names: Sequence[str], bias: Examination, growth: Growth, seed: int) -> ObjectiveModel:
    """One model an objective."""
    looked = bias.at(rows.places)
    trees = {name: wanted_trees(rows.matrix, rows.reached[name], looked, growth, seed) for name in names}
    return ObjectiveModel(rows.names, trees)


def wanted_trees(matrix: NDArray[np.float32], reached: Floats, looked: Floats, growth: Growth, seed: int) -> Trees:
    """Trees of the chance that an item is wanted, had everybody looked at it.

    P(reached) = P(looked) · P(wanted). Who took the item has looked; who did not has looked with probability
    looked · (1 − wanted) / (1 − looked · wanted), which is what the row weighs as a refusal.

    Args:
        looked: (n,) probability that the place of each row is looked at.

    Source: the expectation step of Wang, Golbandi, Bendersky, Metzler, Najork, Position bias estimation for unbiased
    learning to rank in personal search, WSDM 2018, with the examination held fixed.
    """
    wanted = np.full(len(reached), np.clip(reached.sum() / max(float(looked.sum()), 1e-9), 1e-6, 0.999))
    free = np.zeros(matrix.shape[1], np.bool_)
    for _ in range(ROUNDS):
        weights = np.where(reached > 0, 1.0, looked * (1 - wanted) / (1 - looked * wanted))
        trees = chance_trees(matrix, reached, weights, free, growth, seed)
        wanted = 1 / (1 + np.exp(-trees.scores(matrix)))
    return trees


def gains(rows: Rows, scores: Floats, weights: Mapping[str, float], bias: Examination) -> Floats:
    """(answers,) what an order of each answer's items would have gained: Σ worth / looked / log2(rank + 2).

    worth = Σ weight · reached. Equal scores keep the order that was shown. NaN for an answer of which nothing was
    taken: no order could have been better than another.

    Source: the unbiased estimate of an additive metric by inverse propensities, Joachims, Swaminathan, Schnabel, WSDM
    2017; LEAST_EXAMINED bounds its variance.
    """
    worth = np.zeros(len(scores))
    for name, weight in weights.items():
        worth += weight * rows.reached[name]
    worth /= np.maximum(bias.at(rows.places), LEAST_EXAMINED)
    _, answers = np.unique(rows.answers, return_inverse=True)
    order = np.lexsort((rows.places, -scores, answers))
    begins = np.searchsorted(answers[order], np.arange(answers.max(initial=-1) + 1))
    ranks = np.arange(len(order)) - begins[answers[order]]
    found = np.bincount(answers[order], worth[order] / np.log2(ranks + 2), minlength=len(begins))
    return np.where(np.bincount(answers, worth, minlength=len(begins)) > 0, found, np.nan)


def _held(rows: Rows, name: str, chance: Floats, bias: Examination) -> dict[str, float | None]:
    """How well the chance of what was seen, looked · wanted, foresees the newest answers."""
    said, happened = bias.at(rows.places) * chance, rows.reached[name]
    told = {
        "auc": auc(said, happened),
        "log_loss": log_loss(said, happened),
        "calibration_error": expected_calibration_error(said, happened),
    }
    return {key: None if np.isnan(value) else round(value, 4) for key, value in told.items()}


def _plain(gain: Interval) -> dict[str, float | None]:
    told = {"value": gain.value, "low": gain.low, "high": gain.high}
    return {name: None if np.isnan(each) else round(each, 5) for name, each in told.items()}
