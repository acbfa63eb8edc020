"""The recipe `slate_policy`: an order learned by reinforcement, from what the shop showed and with what chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.metrics.off_policy import Estimated, Terms, Weights, doubt, estimated, weights_told
from shopmind.training.by_scenario import by_scenario
from shopmind.training.impressions import Replay, labelled, places_in
from shopmind.training.rank_model import PRIOR
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.softmax_policy import Choices, Floats, Learning, SoftmaxPolicy, learned

HELD, CHOSEN = 0.3, 0.2
"""Shares of the answers: the newest judge the policy, those before them choose its options."""
PENALTIES = (0.25, 1.0)
RIDGES = (1e-4, 1e-2)


@dataclass(frozen=True)
class Gain:
    """What a policy would have earned above what was earned, of rows it did not see.

    Attributes:
        value: of the difference, a row; low and high bound it.
        logged: what was earned, a row.
        doubt: why the log cannot say, or None.
    """

    value: Estimated
    logged: float
    weights: Weights
    doubt: str | None

    def as_json(self) -> dict[str, Any]:
        """Plain values; what cannot be said is null."""
        found = self.value
        known = self.doubt is None
        return {
            "value": _plain(found.value if known else np.nan),
            "low": _plain(found.low if known else np.nan),
            "high": _plain(found.high if known else np.nan),
            "logged": _plain(self.logged),
            "effective_sample_size": _plain(self.weights.effective),
            "mean_weight": _plain(self.weights.mean),
            "doubt": self.doubt,
        }


class SlatePolicyRecipe(Recipe):
    """A softmax over the columns of each scenario's own candidates, learned off-policy (softmax_policy.py).

    Each answer is asked again of the engine that serves it, for who asked and as of then. The policy is served
    greedily: its scores are the order. That order is judged on the newest answers, place by place, against what was
    shown, by self-normalised inverse propensities; it is used only if the lower bound of its gain is above 0 and the
    log supports it at every place, those that never explored among them.
    """

    @dataclass(frozen=True)
    class Options:
        """requests: newest answers of a scenario, at most. at_least: rewarded places that were shown by chance, below
        which nothing is learned. candidates: of an answer, those shown and the best by the prior. slots: places that
        count as one answer (K of the top-K correction); 0 takes the scenario's usual. level: of the interval."""

        requests: int = 20_000
        at_least: int = 50
        candidates: int = 100
        slots: int = 0
        level: float = 0.95

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """The arrays of SoftmaxPolicy by scenario; the figures say which is used.

        Raises:
            NotReadyError: no scenario wants it, none explored, or too little was rewarded.
        """
        return by_scenario(
            "slate_policy", tables, progress, lambda replay: self._scenario(replay, tables, options, seed)
        )

    def _scenario(
        self, replay: Replay, tables: Tables, options: Any, seed: int
    ) -> tuple[SoftmaxPolicy, dict[str, Any]]:
        answers = replay.answers.tail(options.requests)
        shown = labelled(answers, tables.events).filter(pl.col("propensity").is_not_null())
        worth = pl.sum_horizontal(pl.col(name) * weight for name, weight in replay.weights.items())
        shown = shown.with_columns(reward=worth)
        by_chance = shown.filter(pl.col("propensity") < 1)
        if not by_chance.height:
            raise NotReadyError("nothing was shown by chance; switch exploration on for a share of its answers")
        rewarded = by_chance.filter(pl.col("reward") > 0).height
        if rewarded < options.at_least:
            raise NotReadyError(f"{rewarded} places shown by chance were rewarded; {options.at_least} are needed")
        names, choices = gathered(answers, shown, replay, int(answers["timestamp_ms"][0]), options.candidates)
        slots = options.slots or int(shown["position"].max()) + 1  # type: ignore[arg-type]
        return taught(choices, names, slots, seed=seed, level=options.level)


def taught(
    choices: Choices, names: tuple[str, ...], slots: int, *, seed: int, level: float = 0.95
) -> tuple[SoftmaxPolicy, dict[str, Any]]:
    """A policy of all requests, and what those of the older ones would have earned of the newest.

    Requests stand oldest first. Options are chosen by the lower bound on the requests before the held-out ones, which
    are read once. The start is the prior alone, where there is one.
    """
    requests = len(choices.bounds) - 1
    first, last = int(requests * (1 - HELD - CHOSEN)), int(requests * (1 - HELD))
    older, middle = choices.of_requests(0, first), choices.of_requests(first, last)
    held = choices.of_requests(last, requests)
    start = np.array([float(name == PRIOR) for name in names])
    tried = []
    for penalty in PENALTIES:
        for ridge in RIDGES:
            learning = Learning(slots, penalty, ridge)
            found = gain(learned(older, names, learning, start), middle, seed=seed, level=level)
            tried.append((found.value.low if found.doubt is None else -np.inf, learning))
    best = max(tried, key=lambda each: each[0])[1]
    judged = gain(learned(choices.of_requests(0, last), names, best, start), held, seed=seed, level=level)
    policy = learned(choices, names, best, start)
    return policy, {
        "used": bool(judged.doubt is None and judged.value.low > 0),
        "columns": list(names),
        "slots": slots,
        "penalty": best.penalty,
        "ridge": best.ridge,
        "requests": requests,
        "places": len(choices),
        "rewarded": int(np.count_nonzero(choices.rewards)),
        "held_out": judged.as_json(),
    }


def gain(policy: SoftmaxPolicy, choices: Choices, *, seed: int, level: float = 0.95) -> Gain:
    """What the policy, served greedily, would have earned a place above what the log did.

    It shows at each place the candidate of that rank by its scores; equal scores stand as they came.

    Source: Li and others, KDD 2018 (item-position model), self-normalised; the difference to the log's own mean is
    taken row by row, so that what both share cancels.
    """
    target = chances_of_greedy(policy, choices)
    weights = target / choices.propensities
    units = choices.requests
    _, units = np.unique(units, return_inverse=True)
    told = weights_told(weights)
    (found,) = estimated(
        [Terms(-choices.rewards, weights * choices.rewards, weights)], seed=seed, units=units, draws=0, level=level
    )
    why = doubt(told, len(choices)) if len(choices) else "there are no rows"
    return Gain(found, float(choices.rewards.mean()) if len(choices) else float("nan"), told, why)


def chances_of_greedy(policy: SoftmaxPolicy, choices: Choices) -> Floats:
    """(n,) 1 where what was shown stands at the rank its place is."""
    scores = policy.scores(choices.matrix)
    request = np.repeat(np.arange(len(choices.bounds) - 1), np.diff(choices.bounds))
    order = np.lexsort((-scores, request))
    rank = np.empty(len(scores), np.int64)
    rank[order] = np.arange(len(scores)) - choices.bounds[request[order]]
    return np.asarray(rank[choices.rows] == choices.places, np.float64)


def gathered(
    answers: pl.DataFrame, shown: pl.DataFrame, replay: Replay, moment_ms: int, most: int
) -> tuple[tuple[str, ...], Choices]:
    """The candidates of each answer, those shown and the best by the prior, with the columns the ranker will see.

    Items that are in the catalogue no more are left out, and answers of which nothing is left.
    """
    bounds = np.searchsorted(shown["answer"].to_numpy(), np.arange(len(answers) + 1))
    items, places = shown["item"].to_numpy(), shown["position"].to_numpy()
    names: tuple[str, ...] = ()
    matrices: list[Floats] = []
    rows: list[NDArray[np.int64]] = []
    kept: list[NDArray[np.int64]] = []
    begins = [0]
    for answer, candidates in enumerate(replay.candidates(answers, moment_ms)):
        mine = np.arange(bounds[answer], bounds[answer + 1])
        if not len(mine) or not len(candidates):
            continue
        if not names:
            names = (*sorted(set(candidates.columns) - {"found"}), PRIOR)
        found = places_in(candidates.items, items[mine])
        wanted = np.unique(np.concatenate([np.arange(min(most, len(candidates))), found[found >= 0]]))
        columns: Mapping[str, NDArray[np.float32]] = {**candidates.columns, PRIOR: candidates.scores}
        matrices.append(as_matrix(columns, names, len(candidates))[wanted])
        there = found >= 0
        rows.append(begins[-1] + np.searchsorted(wanted, found[there]))
        kept.append(mine[there])
        begins.append(begins[-1] + len(wanted))
    if not matrices:
        raise NotReadyError("no answer can be asked again: its items are gone")
    taken = np.concatenate(kept)
    return names, Choices(
        np.concatenate(matrices),
        np.array(begins),
        np.concatenate(rows),
        shown["propensity"].to_numpy()[taken],
        shown["reward"].to_numpy()[taken],
        places[taken],
    )


def as_matrix(columns: Mapping[str, NDArray[np.float32]], names: tuple[str, ...], size: int) -> Floats:
    """(size, m) the columns in the order of `names`; a missing one, and what cannot be said, is 0."""
    nothing = np.zeros(size, np.float32)
    stacked = np.stack([columns.get(name, nothing) for name in names], axis=1).astype(np.float64)
    return np.nan_to_num(stacked, nan=0.0, posinf=0.0, neginf=0.0)


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)
