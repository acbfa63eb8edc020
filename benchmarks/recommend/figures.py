"""From lists to figures: one metric code for every system, with bootstrap intervals and paired differences to ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.recommend import given
from benchmarks.recommend.cut import Cut
from benchmarks.recommend.given import Lists, Rows, Truth
from benchmarks.recommend.peers import OURS
from shopmind.evaluation.figures import number, per_case, plain, reach, with_intervals
from shopmind.metrics.diversity import aplt, long_tail

PAGE = 10
SEED = 0
SHOWN = (f"recall@{PAGE}", f"ndcg@{PAGE}")
TAIL = f"long_tail@{PAGE}"
LENGTHS = (1, 5, 10, 20, 50)
"""Edges of the segments by length of the history."""

TAKEN = (0, 1, 5, 20, 100)
"""Edges of the segments by how often the target stands in the known events; 0 is an item that nobody took yet."""

Values = dict[str, NDArray[np.float64]]


def measured(cut: Cut, answers: Mapping[str, Rows]) -> dict[str, dict[str, Any]]:
    """System → its figures.

    Returns:
        `figures`: recall, nDCG and share of the long tail, each with its interval; coverage and Gini.
        `difference`: ours less this system's, paired by case; nothing where ours is not among the answers.
        `segments`: kind → segment → cases and means.
    """
    known, asked, truth = given.known(cut.test), given.asked(cut.test), given.truth(cut.kept)
    counts = np.bincount(known.rows, minlength=cut.items)
    values = {name: per_user(ranked, truth, counts) for name, ranked in answers.items()}
    means = with_intervals(values, seed=SEED)
    ours = values.get(OURS, {})
    gaps = {
        name: {figure: ours[figure] - mine[figure] for figure in SHOWN}
        for name, mine in values.items()
        if ours and name != OURS
    }
    apart = with_intervals(gaps, seed=SEED)
    every = np.ones(cut.items, np.bool_)
    found: dict[str, dict[str, Any]] = {}
    for name, ranked in answers.items():
        wide = {figure: number(value) for figure, value in reach(ranked, every, PAGE).items()}
        found[name] = {
            "figures": {figure: plain(each) for figure, each in means[name].items()} | wide,
            "segments": segments(values[name], asked, truth, counts),
        }
        if name in apart:
            found[name]["difference"] = {figure: plain(each) for figure, each in apart[name].items()}
    return found


def per_user(ranked: Rows, truth: Truth, counts: NDArray[np.int64]) -> Values:
    """(n,) of each figure: what is right counts 1, all items compete."""
    found = per_case(ranked, truth.cases, truth.rows, np.ones(len(truth.rows)), (PAGE,))
    return {figure: found[figure] for figure in SHOWN} | {TAIL: aplt(ranked[:, :PAGE], long_tail(counts))}


def segments(values: Values, asked: Lists, truth: Truth, counts: NDArray[np.int64]) -> dict[str, dict[str, Any]]:
    """Means by length of the history and, where each case has one target, by how often that was taken before."""
    kinds = {"history": (np.diff(asked.starts), LENGTHS)}
    if len(truth.cases) == len(asked) and len(np.unique(truth.cases)) == len(asked):
        of_case = np.empty(len(asked), np.int64)
        of_case[truth.cases] = counts[truth.rows]
        kinds["target_taken"] = (of_case, TAKEN)
    found: dict[str, dict[str, Any]] = {}
    for kind, (sizes, edges) in kinds.items():
        place = np.digitize(sizes, edges)
        found[kind] = {}
        for at, edge in enumerate(edges, start=1):
            mine = place == at
            if mine.any():
                last = f"–{edges[at] - 1}" if at < len(edges) and edges[at] - 1 > edge else ""
                name = f"{edge}{last}" if at < len(edges) else f"{edge} and more"
                means = {figure: round(float(np.nanmean(values[figure][mine])), 5) for figure in SHOWN}
                found[kind][name] = {"cases": int(mine.sum()), **means}
    return found
