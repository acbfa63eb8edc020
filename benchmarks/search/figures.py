"""From what systems answered to figures: means with bootstrap intervals, and paired differences to tuned BM25."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.search.peers import BM25
from benchmarks.search.peers.peer import rows_of
from benchmarks.search.sets import SEED, Folder
from shopmind.evaluation.figures import number, per_case, plain, with_intervals
from shopmind.metrics.correlation import spearman

KEPT = ("ndcg@10", "mrr@10", "recall@10", "recall@100", "judged@10")
Values = dict[str, NDArray[np.float64]]


def quality(folder: Folder, answers: Mapping[str, Path]) -> dict[str, Any]:
    """`quality`: system → view → figure → interval; `differences`: system → the same, less tuned BM25's."""
    if not answers:
        return {"quality": {}, "differences": {}}
    truth = Truth.read(folder)
    views: dict[str, dict[str, Values]] = {"full": {}, "judged": {}}
    agreement = {}
    for name, file in answers.items():
        with np.load(file) as said:
            views["full"][name] = truth.full(said["shown"], said["reach"])
            if folder.graded:
                views["judged"][name] = truth.judged(said["place"])
                agreement[name] = truth.agreement(said["relative"])
    found: dict[str, dict[str, Any]] = {name: {} for name in answers}
    gaps: dict[str, dict[str, Any]] = {name: {} for name in answers if name != BM25 and BM25 in answers}
    for view, systems in views.items():
        pairs = {
            name: {figure: values[figure] - systems[BM25][figure] for figure in values}
            for name, values in systems.items()
            if name in gaps
        }
        for target, shown in ((found, systems), (gaps, pairs)):
            for name, figures in with_intervals(shown, seed=SEED).items():
                target[name][view] = {figure: plain(each) for figure, each in figures.items()}
    for name, value in agreement.items():
        if value is not None:
            found[name]["spearman"] = number(value)
    return {"quality": found, "differences": gaps}


class Truth:
    """What is right, in rows of the items file.

    Args:
        cases: (m,) query of each judgment.
        items: (m,) row of the judged item.
        grades: (m,) as given.
        zero: the grade that gains nothing.
    """

    def __init__(
        self,
        queries: int,
        cases: NDArray[np.int64],
        items: NDArray[np.int64],
        grades: NDArray[np.float64],
        zero: float,
    ) -> None:
        self.queries = queries
        self.cases, self.items, self.grades = cases, items, grades
        self.gains = np.maximum(grades - zero, 0.0)

    @classmethod
    def read(cls, folder: Folder) -> Truth:
        """Judgments in the order of their file, as `measure.answers` has them."""
        queries = pl.read_parquet(folder.path / "queries.parquet")["query_id"].to_list()
        judgments = pl.read_parquet(folder.path / "judgments.parquet")
        row_of = rows_of(pl.read_parquet(folder.path / "items.parquet", columns=["item_id"])["item_id"].to_list())
        case_of = rows_of(queries)
        return cls(
            len(queries),
            np.array([case_of[query] for query in judgments["query_id"]], np.int64),
            np.array([row_of[item] for item in judgments["item_id"]], np.int64),
            judgments["grade"].to_numpy().astype(np.float64),
            folder.zero,
        )

    def full(self, shown: NDArray[np.int64], reach: NDArray[np.int64]) -> Values:
        """Figures of the whole corpus: the served page of ten, and recall of a page of a hundred."""
        found = per_case(shown, self.cases, self.items, self.gains, (10,))
        found |= {"recall@100": per_case(reach, self.cases, self.items, self.gains, (100,))["recall@100"]}
        found["judged@10"] = self._share_judged(shown)
        return {figure: found[figure] for figure in KEPT}

    def judged(self, place: NDArray[np.int64]) -> Values:
        """nDCG@10 of each query's judged items alone; those that a system did not bring stand last, by row."""
        rank = np.where(place >= 0, place, np.iinfo(np.int64).max)
        order = np.lexsort((self.items, rank, self.cases))
        counts = np.bincount(self.cases, minlength=self.queries)
        spot = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
        ranked = np.full((self.queries, int(counts.max())), -1, np.int64)
        ranked[self.cases[order], spot] = self.items[order]
        return {"ndcg@10": per_case(ranked, self.cases, self.items, self.gains, (10,))["ndcg@10"]}

    def agreement(self, relative: NDArray[np.float64]) -> float | None:
        """Spearman of score over the query's best and grade over all pairs; None with fewer than three grades."""
        return float(spearman(relative, self.grades)) if len(np.unique(self.grades)) > 2 else None

    def _share_judged(self, ranked: NDArray[np.int64]) -> NDArray[np.float64]:
        width = int(max(self.items.max(), ranked.max(initial=0))) + 1
        asked = np.arange(len(ranked))[:, None] * width + ranked
        known = np.isin(asked, self.cases * width + self.items) & (ranked >= 0)
        shown = (ranked >= 0).sum(1)
        share: NDArray[np.float64] = np.divide(known.sum(1), shown, out=np.full(len(ranked), np.nan), where=shown > 0)
        return share
