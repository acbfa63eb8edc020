"""What is each part of the learned ranking worth? Left out one by one, on sets with judgments of their own.

`python -m benchmarks.search.ablation --data FOLDER [--sets …] [--seeds N] [--again]` asks the engine once for the
candidates of each query, keeps them beside the other prepared sets, and learns from four fifths of the queries what
orders the rest, for each seed of the folds anew. Writes results/search_ablation.json.

Orders are told where all candidates of every query are at hand, the expected grade everywhere.
"""

from __future__ import annotations

import argparse
import pickle
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.record import RESULTS, head, write
from benchmarks.search import recorded
from benchmarks.search.sets import CACHE, DATA
from shopmind.evaluation.folder import opened
from shopmind.evaluation.judgments import read_judgments
from shopmind.evaluation.learned_search import fold_of
from shopmind.kit.progress import silent
from shopmind.metrics.correlation import spearman
from shopmind.metrics.intervals import paired
from shopmind.metrics.ranking import ndcg
from shopmind.training.judged_lists import Lists, precedents_of, recalled
from shopmind.training.lambdamart import Growth
from shopmind.training.precedents import Precedents
from shopmind.training.rank_model import Choice, RankModel
from shopmind.training.search_ranking import SearchRankingRecipe, fitted, graded

SETS = {"electronics": 0.0, "home_improvement": 1.0}
"""Set → the grade that gains nothing."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "words": ("lexical", "coverage", "complete", "numbers", "brand_", "description_", "attribute_", "title_coverage"),
    "likeness": ("likeness",),
    "place in the title": ("title_focus", "title_last", "title_start", "title_order"),
    "meaning": ("dense",),
    "the query itself": ("asked",),
    "company": ("company",),
    "standing": ("price", "age", "rating", "popularity"),
    "precedents": ("precedent", "familiar"),
}
"""Group → beginnings of the names of its columns."""

PRIORS: Mapping[str, Mapping[str, float]] = {
    "as shipped": {"lexical": 0.34, "dense": 0.37, "likeness": 0.21, "complete": 0.08},
    "without complete and likeness": {"lexical": 0.34, "dense": 0.37},
    "without meaning": {"lexical": 0.34, "likeness": 0.21, "complete": 0.08},
    "without words": {"dense": 0.37},
    "words alone": {"lexical": 1.0},
}
"""The fusion nobody had to learn, whole and in parts; weights of the columns."""

FOLDS, CUTOFF, FEW = 5, 10, 300
Floats = NDArray[np.float64]


def main() -> None:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sets", nargs="+", choices=tuple(SETS), default=list(SETS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--again", action="store_true", help="ask the engine anew")
    given = parser.parse_args()
    found: dict[str, Any] = {}
    for name in given.sets:
        start = time.perf_counter()
        lists = _lists(given.data / name, SETS[name], given.again)
        found[name] = {"queries": len(lists.queries), "pairs": int(lists.judged.sum()), **of_set(lists, given.seeds)}
        found[name]["minutes"] = round((time.perf_counter() - start) / 60, 1)
        _show(name, found[name])
    measured = {"folds": FOLDS, "seeds": given.seeds, "sets": found}
    write("search_ablation", recorded.merged({**head(), **measured}, RESULTS / "search_ablation.json", list(SETS)))


def of_set(lists: Lists, seeds: int) -> dict[str, Any]:
    """Figures of the fusion in parts, of the models, and of the columns left out, over folds of these seeds."""
    orders = len(lists.queries) < FEW
    priors = {name: told(lists, (prior(lists, weights), None)) for name, weights in PRIORS.items()}
    whole = [learned(lists, seed, orders) for seed in range(seeds)]
    columns: dict[str, Any] = {}
    for name, beginnings in GROUPS.items():
        remembered = name == "precedents" and lists.placed is not None
        if not remembered and not any(each.startswith(beginnings) for each in lists.names):
            continue
        less = [learned(without(lists, beginnings), seed, orders) for seed in range(seeds)]
        columns[name] = told(lists, *[(run.get("both", run["grade"]), run["grade"]) for run in less])
        if orders:
            columns[name]["gain"] = gains(lists, [run["both"] for run in whole], [run["both"] for run in less])
    models = {name: told(lists, *[(run[name], run["grade"]) for run in whole]) for name in whole[0]}
    if orders:
        models["admitted"] = told(lists, *[(admitted(lists, seed), None) for seed in range(seeds)])
    return {"fusion": priors, "models": models, "without": columns}


def prior(lists: Lists, weights: Mapping[str, float]) -> Floats:
    """(n,) sum of columns as they are."""
    columns = lists.matrix[:, [lists.names.index(name) for name in weights]].astype(np.float64)
    summed: Floats = columns @ np.array(list(weights.values()))
    return summed


def without(lists: Lists, beginnings: tuple[str, ...]) -> Lists:
    """The lists with columns that say nothing; the score of the fusion stays as it was."""
    silent_columns = np.tile([name.startswith(beginnings) for name in lists.names], 2)
    matrix = np.where(silent_columns, np.float32(0), lists.matrix)
    return replace(lists, matrix=matrix, placed=None if "precedent" in beginnings else lists.placed)


def learned(lists: Lists, seed: int, orders: bool) -> dict[str, Floats]:
    """Model → (n,) scores of rows by what was learned from the other folds; "grade" alone where orders are not told."""
    options, part = SearchRankingRecipe.Options(), fold_of(lists.queries, FOLDS, seed)
    growth = Growth(trees=options.trees, leaves=options.leaves)
    names: tuple[Choice, ...] = ("prior", "linear", "trees", "both", "cautious", "grade") if orders else ("grade",)
    scores: dict[str, Floats] = {name: np.zeros(len(lists.matrix)) for name in names}
    for fold in range(FOLDS):
        taught, held, rows = lists.of(part != fold), lists.of(part == fold), (part == fold)[lists.lists]
        if orders:
            model, known = fitted(taught, options, growth, seed)
            held = recalled(held, known)
            for name in names:
                scores[name][rows] = model.order(held.matrix, name)
            continue
        known = precedents_of(taught)
        trees = graded(recalled(taught, known), growth, seed)
        if trees is not None:
            scores["grade"][rows] = trees.scores(recalled(held, known).matrix)
    return scores


def admitted(lists: Lists, seed: int) -> Floats:
    """(n,) scores by what the gate lets through, as the engine would serve it."""
    recipe, part = SearchRankingRecipe(), fold_of(lists.queries, FOLDS, seed)
    scores = np.zeros(len(lists.matrix))
    for fold in range(FOLDS):
        made = recipe.learn(lists.of(part != fold), recipe.Options(), seed=seed, progress=silent)
        held = recalled(lists.of(part == fold), Precedents.of(made.arrays))
        scores[(part == fold)[lists.lists]] = RankModel.of(made.arrays, made.figures).order(held.matrix)
    return scores


def told(lists: Lists, *runs: tuple[Floats, Floats | None]) -> dict[str, Any]:
    """Means over runs of (order, grade): nDCG@10 of what was found, of the judged, and Spearman with the gains.

    The lowest and the highest run are told where there are several.
    """
    rows: dict[str, list[float]] = {"full": [], "judged": [], "spearman": []}
    for order, grade in runs:
        full, judged = views(lists, order)
        rows["full"].append(float(np.nanmean(full)))
        rows["judged"].append(float(np.nanmean(judged)))
        score = order if grade is None else grade
        rows["spearman"].append(spearman(score[lists.judged], lists.gains[lists.judged]))
    return {
        name: {"value": float(np.mean(values)), "lowest": min(values), "highest": max(values)}
        for name, values in rows.items()
    }


def gains(lists: Lists, whole: Sequence[Floats], less: Sequence[Floats]) -> dict[str, Any]:
    """View → what the columns left out were worth, with a 95 % interval over queries of the mean over seeds."""
    one, other = (np.mean([views(lists, order) for order in orders], axis=0) for orders in (whole, less))
    found = {}
    for place, view in enumerate(("full", "judged")):
        gain = paired(one[place], other[place], seed=0)
        found[view] = {"value": gain.value, "low": gain.low, "high": gain.high}
    return found


def views(lists: Lists, scores: Floats) -> tuple[Floats, Floats]:
    """(lists,) nDCG@10 of what the engine found and of the judged items; NaN for lists that are not whole."""
    full, judged = np.full(len(lists.queries), np.nan), np.full(len(lists.queries), np.nan)
    ends, known = np.cumsum(lists.lengths), lists.judged
    for row, (start, end) in enumerate(zip(ends - lists.lengths, ends, strict=True)):
        rows = np.arange(start, end)
        ideal = lists.gains[rows]
        if not (ideal > 0).any():
            continue
        order = rows[np.argsort(-scores[rows], kind="stable")]
        judged[row] = float(ndcg(lists.gains[order[known[order]]][:CUTOFF], ideal, CUTOFF))
        if lists.whole[row]:
            full[row] = float(ndcg(lists.gains[order[lists.found[order]]][:CUTOFF], ideal, CUTOFF))
    return full, judged


def _lists(folder: Path, zero: float, again: bool) -> Lists:
    """What there is to learn from, from the cache unless `again`; queries without a positive gain are left out."""
    kept = CACHE / "ablation" / f"{folder.name}.pickle"
    if kept.is_file() and not again:
        with kept.open("rb") as file:
            found: Lists = pickle.load(file)
        return found
    recipe = SearchRankingRecipe()
    with opened(folder, _said, scenario="search") as source:
        judgments = read_judgments(source.folder, source.shop.catalogue)
        judgments = judgments.filter(pl.col("grade").max().over("query") > zero)
        judgments = judgments.with_columns(pl.col("grade").clip(lower_bound=zero))
        tables = source.shop.tables(judgments=judgments).without_events()
        lists = recipe.lists(tables, recipe.Options(), seed=0, progress=_said)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.open("wb") as file:
        pickle.dump(lists, file)
    return lists


def _said(title: str, done: int, total: int | None) -> None:
    if done % 1_000 == 0:
        print(f"{title}: {done} of {total}", flush=True)


def _show(name: str, found: Mapping[str, Any]) -> None:
    print(f"{name}: {found['queries']} queries, {found['pairs']} pairs, {found['minutes']} minutes")
    for part in ("fusion", "models", "without"):
        print(f"| {part} | nDCG@10 | nDCG@10, judged | Spearman |\n|---|---|---|---|")
        for title, figures in found[part].items():
            cells = " | ".join(f"{figures[view]['value']:.4f}" for view in ("full", "judged", "spearman"))
            print(f"| {title} | {cells} |")


if __name__ == "__main__":
    main()
