"""What makes a hit good: an order learned from judgments and clicks, kept where it beats the one there was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress, track
from shopmind.kit.seeds import hash64
from shopmind.metrics.correlation import spearman
from shopmind.metrics.intervals import Interval, paired
from shopmind.metrics.ranking import ndcg
from shopmind.training import lambdamart
from shopmind.training.judged_lists import Lists, Place, from_clicks, from_judgments, gather, precedents_of, recalled
from shopmind.training.lambdamart import Growth
from shopmind.training.precedents import COLUMNS, Precedents
from shopmind.training.rank_model import BLOCKS, PRIOR, Choice, RankModel
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.trees import Trees

CUTOFF = 10
FEW, MANY = 300, 1_000
"""Lists below which many small parts are held out, one after the other; from which one held-out part is enough."""

ENOUGH = 5_000
"""Judged pairs from which the expected grade may fall with a column that otherwise only raises it."""

RISING = (PRIOR, "lexical", "dense", "likeness", "complete", "numbers", "company", "precedent")
"""Beginnings of columns that may only speak for an item: more of it never lowers the score. Every …coverage too."""

SOME = 10_000
"""Items whose vectors say which directions matter."""

LEAKY = ("popularity",)
"""Columns that know what came after a logged search; an order is not learned from clicks with them."""


class SearchRankingRecipe(Recipe):
    """LambdaMART, a linear model, both together or the expected grade: what orders held-out queries best.

    Where that is not surely better than the prior, both together with the prior may be ("cautious").

    Each query is replayed through the engine. Candidates nobody judged are put among the wrong answers, so that the
    order does not lift what judges were never shown; how much they weigh is an option for each model. The order is used
    only if it beats the prior's on held-out queries by an interval clear of 0; the card says what came out.
    """

    @dataclass(frozen=True)
    class Options:
        """queries: at most. at_least: queries below which nothing is learned. unjudged: candidates nobody judged, over
        all queries. unjudged_linear, unjudged_trees: what one weighs beside one that was judged. ridge: of the linear
        models. folds: held-out parts of the inner comparison, of fewer than 300 queries; of 1,000 and more one part is
        enough. level: of the interval that must be clear of 0. trees, leaves: see lambdamart.Growth. without: columns
        not to learn from. precedents: queries from which judged pairs are remembered: of
        fewer none is like another.
        """

        queries: int = 20_000
        at_least: int = 30
        unjudged: int = 200_000
        unjudged_linear: float = 0.05
        unjudged_trees: float = 1.0
        ridge: float = 100.0
        folds: int = 10
        level: float = 0.8
        trees: int = 200
        leaves: int = 6
        without: tuple[str, ...] = field(default=())
        precedents: int = 300

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """Arrays and figures of a RankModel; `figures["chosen"]` is "prior" when nothing learned was better.

        Raises:
            NotReadyError: too few queries with judgments or clicks.
        """
        lists = self.lists(tables, options, seed=seed, progress=progress)
        return self.learn(lists, options, seed=seed, progress=progress)

    def lists(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Lists:
        """What there is to learn from.

        Raises:
            NotReadyError: too few queries with judgments or clicks.
        """
        known = {} if tables.judgments is None else from_judgments(tables.judgments, tables.hidden)
        figures: dict[str, Any] = {"judged_queries": len(known), "encoder": tables.encoder_version}
        clicked, said = from_clicks(tables, options.queries)
        figures |= {"clicked_queries": len(clicked), **said}
        known = dict(list({**clicked, **known}.items())[-options.queries :])
        found = None
        if tables.evidence is not None and len(known) >= options.at_least:
            without = (*options.without, *(LEAKY if clicked else ()))
            found = gather(
                known,
                tables.evidence,
                place=_place(tables, without) if len(known) >= options.precedents else None,
                unjudged=options.unjudged,
                without=without,
                progress=progress,
            )
        if found is None or len(found.queries) < options.at_least:
            raise NotReadyError(
                f"search_ranking: {len(known)} queries with judgments or clicks; {options.at_least} are needed"
            )
        return replace(found, figures=figures)

    def learn(self, lists: Lists, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """The model of these lists."""
        growth = Growth(trees=options.trees, leaves=options.leaves)
        held, agreement = _compare(lists, options, growth, seed, progress)
        best = _champion(held, seed)
        chosen, gain = _admitted(held, best, options.level, seed)
        model, known = fitted(lists, options, growth, seed)
        model = replace(model, chosen=chosen)
        return Fitted(
            {**model.arrays(), **({} if known is None else known.arrays())},
            {
                **lists.figures,
                "chosen": chosen,
                "graded": bool(agreement["grade"] > np.nan_to_num(agreement["prior"], nan=0.0)),
                "columns": list(model.names),
                "queries": len(lists.queries),
                "pairs": int(np.count_nonzero(lists.judged)),
                "held_out": {name: round(float(np.nanmean(values)), 4) for name, values in held.items()},
                "spearman": {name: None if np.isnan(value) else round(value, 4) for name, value in agreement.items()},
                "best": best,
                "gain": _plain(gain),
                "trees": lambdamart.missing() or "grown",
            },
            tail=False,
        )


def _place(tables: Tables, without: tuple[str, ...]) -> Place | None:
    """None where precedents cannot be had, or are not wanted."""
    if tables.meaning is None or tables.vectors is None or set(COLUMNS) & set(without):
        return None
    shown = np.flatnonzero(tables.columns.shown)
    return Place(tables.meaning, tables.vectors, shown[:: max(1, len(shown) // SOME)])


def _compare(
    lists: Lists, options: Any, growth: Growth, seed: int, progress: Progress
) -> tuple[dict[Choice, NDArray[np.float64]], dict[str, float]]:
    """Choice → (lists,) held-out quality, NaN for lists that were never held out or are not whole; and how far the
    prior's score and the expected grade agree with the gains of all held-out judged pairs.
    """
    size = len(lists.queries)
    order = np.argsort([hash64(f"{seed}\x1f{text}") for text in lists.queries], kind="stable")
    part = np.empty(size, np.int64)
    folds = max(2, options.folds if size < FEW else min(options.folds, 5))
    part[order] = np.arange(size) % folds
    choices: list[Choice] = ["prior", "linear", "grade"]
    if not lambdamart.missing():
        choices += ["trees", "both", "cautious"]
    held = {name: np.full(size, np.nan) for name in choices}
    rounds = 1 if size >= MANY else folds
    told: dict[str, list[NDArray[np.float64]]] = {"prior": [], "grade": [], "gains": []}
    for fold in track(range(rounds), progress, "compare search_ranking", rounds):
        model, known = fitted(lists.of(part != fold), options, growth, seed)
        rest = recalled(lists.of(part == fold), known)
        for name in choices:
            held[name][part == fold] = quality(rest, model.order(rest.matrix, name))
        judged = rest.judged
        told["gains"].append(rest.gains[judged])
        for name in ("prior", "grade"):
            told[name].append(model.order(rest.matrix[judged], name))
    gains = np.concatenate(told["gains"])
    return held, {name: spearman(np.concatenate(told[name]), gains) for name in ("prior", "grade")}


def _champion(held: Mapping[Choice, NDArray[np.float64]], seed: int) -> Choice:
    """Both models together, or another learned one that beats them by a 95 % interval clear of 0.

    The best of several close means is mostly luck; the sum of two models errs least, so it need not win.
    """
    best: Choice = "both" if "both" in held else "linear"
    for name in held:
        if name not in ("prior", best) and paired(held[name], held[best], seed=seed).low > 0:
            best = name
    return best


def _admitted(
    held: Mapping[Choice, NDArray[np.float64]], best: Choice, level: float, seed: int
) -> tuple[Choice, Interval]:
    """The best order if it surely beats the prior, else one that is half the prior if that does, else the prior."""
    gain = paired(held[best], held["prior"], seed=seed, level=level)
    if gain.low > 0:
        return best, gain
    if "cautious" in held:
        less = paired(held["cautious"], held["prior"], seed=seed, level=level)
        if less.low > 0:
            return "cautious", less
    return "prior", gain


def quality(lists: Lists, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(lists,) mean of two nDCG@10: of what the engine finds, where unjudged items gain nothing, and of the judged.

    NaN for a list without a positive gain, and for one that is not whole. Each alone would mislead: the first pays for
    finding what judges were shown, the second forgives any stranger among the first ten.
    """
    found = np.full(len(lists.queries), np.nan)
    ends = np.cumsum(lists.lengths)
    judged = lists.judged
    for row, (start, end) in enumerate(zip(ends - lists.lengths, ends, strict=True)):
        rows = np.arange(start, end)
        order = rows[np.argsort(-scores[rows], kind="stable")]
        ideal = lists.gains[rows]
        if not lists.whole[row] or not (ideal > 0).any():
            continue
        whole = lists.gains[order[lists.found[order]]][:CUTOFF]
        pool = lists.gains[order[judged[order]]][:CUTOFF]
        found[row] = (float(ndcg(whole, ideal, CUTOFF)) + float(ndcg(pool, ideal, CUTOFF))) / 2
    return found


def fitted(lists: Lists, options: Any, growth: Growth, seed: int) -> tuple[RankModel, Precedents | None]:
    """The order from whole lists, the grade from all judged rows; both may look at the precedents of other queries."""
    known = precedents_of(lists)
    lists = recalled(lists, known)
    m, rising = len(lists.names), _rising(lists)
    whole = lists.of(lists.whole) if lists.whole.any() else lists
    light = np.where(whole.judged, whole.weights, options.unjudged_linear)
    weights = _centred_ridge(whole, light, options.ridge)
    scale, trees = (_scale(whole, whole.matrix[:, :m] @ weights), 1.0), None
    prior = _scale(whole, whole.matrix[:, lists.names.index(PRIOR)].astype(np.float64))
    if not lambdamart.missing():
        heavy = np.where(whole.judged, whole.weights, options.unjudged_trees)
        trees = lambdamart.rank_trees(whole.matrix, whole.gains, heavy, whole.lengths, rising, growth, seed)
        scale = (scale[0], _scale(whole, trees.scores(whole.matrix)))
    plain = _grade_ridge(lists, lists.judged, options.ridge)
    return RankModel(lists.names, "both", weights, scale, trees, graded(lists, growth, seed), plain, prior), known


def graded(lists: Lists, growth: Growth, seed: int) -> Trees | None:
    """Trees that say the grade of a pair, from all judged rows; None where none can be grown."""
    if lambdamart.missing():
        return None
    judged = lists.judged
    many = np.count_nonzero(judged) >= ENOUGH
    rising = _rising(lists)
    free = replace(growth, trees=2 * growth.trees if many else growth.trees, leaves=8)
    bound = np.zeros_like(rising) if many else rising
    return lambdamart.grade_trees(lists.matrix[judged], lists.gains[judged], lists.weights[judged], bound, free, seed)


def _rising(lists: Lists) -> NDArray[np.bool_]:
    """(2m,) columns that may only raise the score."""
    return np.tile([name.startswith(RISING) or name.endswith("coverage") for name in lists.names], BLOCKS)


def _centred_ridge(lists: Lists, weights: NDArray[np.float64], ridge: float) -> NDArray[np.float64]:
    """(m,) weights of the columns as they are, of least squares within lists.

    Columns and gains are taken less their weighted mean of the list, so that only differences within a query count:
    half the sum over all pairs of a list of (Δgain − w · Δx)², each over the list's weight. Columns are brought to
    deviation 1 for the penalty ridge · |w|².

    Source: Hoerl, Kennard, Ridge regression (1970); differences within a query as in Joachims, Optimizing search
    engines using clickthrough data, KDD 2002.
    """
    m = len(lists.names)
    columns = lists.matrix[:, :m].astype(np.float64)
    deviation = columns.std(axis=0) + 1e-6
    total = np.bincount(lists.lists, weights)
    centred = columns / deviation
    for place in range(m):
        mean = np.bincount(lists.lists, weights * centred[:, place]) / np.maximum(total, 1e-12)
        centred[:, place] -= mean[lists.lists]
    gains = lists.gains - (np.bincount(lists.lists, weights * lists.gains) / np.maximum(total, 1e-12))[lists.lists]
    square = (centred * weights[:, None]).T @ centred + ridge * np.eye(m)
    solved: NDArray[np.float64] = np.linalg.solve(square, (centred * weights[:, None]).T @ gains) / deviation
    return solved


def _grade_ridge(lists: Lists, judged: NDArray[np.bool_], ridge: float) -> NDArray[np.float64]:
    """(2m + 1,) a linear model of the gain of judged rows, its constant last."""
    columns, gains, weights = lists.matrix[judged].astype(np.float64), lists.gains[judged], lists.weights[judged]
    mean, deviation = np.average(columns, axis=0, weights=weights), columns.std(axis=0) + 1e-6
    level = float(np.average(gains, weights=weights))
    units = (columns - mean) / deviation
    square = (units * weights[:, None]).T @ units + ridge * np.eye(units.shape[1])
    solved = np.linalg.solve(square, (units * weights[:, None]).T @ (gains - level)) / deviation
    return np.append(solved, level - solved @ mean)


def _scale(lists: Lists, scores: NDArray[np.float64]) -> float:
    """1 over the root of the mean variance within lists."""
    mean = np.bincount(lists.lists, scores) / lists.lengths
    spread = float(np.sqrt(np.mean((scores - mean[lists.lists]) ** 2)))
    return 1.0 / spread if spread > 1e-9 else 0.0


def _plain(gain: Interval) -> Mapping[str, float | None]:
    return {
        name: None if np.isnan(value) else round(float(value), 5)
        for name, value in (("value", gain.value), ("low", gain.low), ("high", gain.high))
    }
