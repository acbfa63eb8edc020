"""`shopmind evaluate search`: the real engine on judged queries, beside BM25 and random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import History, Query
from shopmind.evaluation import report
from shopmind.evaluation.bm25 import Bm25
from shopmind.evaluation.figures import OURS, per_case
from shopmind.evaluation.folder import Source, opened
from shopmind.evaluation.protocol import Protocol
from shopmind.evaluation.replay import LONGEST
from shopmind.evaluation.report import Report
from shopmind.kit.errors import InputError, NotReadyError
from shopmind.kit.progress import Progress, silent, track
from shopmind.kit.seeds import generator, hash64_all
from shopmind.metrics.business import latency_percentiles
from shopmind.metrics.correlation import spearman
from shopmind.shop import Shop

CUTOFF = 10
RANDOM_DRAWS = 20
SCENARIO = "search"

Ranked = NDArray[np.int64]
PerCase = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Judged:
    """Queries and their judged items.

    Attributes:
        texts: (n,) query texts.
        cases: (m,) query of each judgment, rising.
        items: (m,) item numbers.
        grades: (m,) as given.
        zero: the grade that gains nothing.
        left_out: what was dropped, by name.
    """

    texts: tuple[str, ...]
    cases: NDArray[np.int64]
    items: NDArray[np.int64]
    grades: NDArray[np.float64]
    zero: float
    left_out: Mapping[str, int]

    @property
    def gains(self) -> NDArray[np.float64]:
        """(m,) grade minus the zero grade, never below 0."""
        return np.maximum(self.grades - self.zero, 0.0)

    def pool(self, case: int) -> slice:
        """The rows of one query."""
        return slice(*np.searchsorted(self.cases, (case, case + 1)).tolist())


@dataclass(frozen=True)
class Answers:
    """What one system said.

    Attributes:
        full: (n, 10) best of the whole corpus.
        judged: (n, widest pool) each query's judged items in order, -1 after the last.
        scores: (m,) score of each judgment over the query's best score; 0 where the system did not find the item.
    """

    full: Ranked
    judged: Ranked
    scores: NDArray[np.float64]


def evaluate_search(
    source: Shop | Path | str,
    grade_zero: float = 0.0,
    train_folds: int | None = None,
    *,
    most: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> dict[str, Any]:
    """How well search orders judged queries: over the whole corpus, and each query's judged items alone.

    Args:
        source: a shop's folder or data folder with `queries` and `judgments` (an open shop: its own folder).
        grade_zero: the grade that gains nothing; gain = grade − grade_zero.
        train_folds: folds for a learned ranker.
        most: at most so many queries, chosen by hash; None asks all.

    Returns:
        The JSON of `shopmind evaluate search`; `report.table` makes it readable.

    Raises:
        InputError: no judged queries, or none with a positive grade.
        NotReadyError: `train_folds`, while no scenario has a learned ranker.
    """
    if train_folds is not None:
        raise NotReadyError(
            "evaluate search: --train-folds needs a learned ranker, and this version has none; leave the option out"
        )
    with opened(source, progress) as found:
        judged = _judged(found, grade_zero, most)
        columns = found.shop.catalogue.columns()
        allowed = columns.shown & columns.kinds(found.shop.scenarios[SCENARIO].kinds)
        ours, took_ms, degraded = _ours(found.shop, judged, columns.tie, progress)
        systems = {
            OURS: [ours],
            "bm25": [_bm25(Bm25(found.shop.catalogue, allowed), judged, allowed, columns.tie, progress)],
            "random": [_random(judged, allowed, seed + draw) for draw in range(RANDOM_DRAWS)],
        }
    values = {view: {name: _mean(judged, each, view) for name, each in systems.items()} for view in ("full", "judged")}
    single = {name: {"judged": _agreement(judged, each)} for name, each in systems.items()}
    measured = Report(
        protocol=_protocol(judged, grade_zero, seed, most),
        whole=report.part(values, seed=seed, single=single),
        options={"bm25": Bm25.options},
        extra={"took_ms": {"full": took_ms}, "degraded": degraded},
    )
    return measured.as_json()


def _judged(source: Source, zero: float, most: int | None) -> Judged:
    queries, judgments = source.table("queries"), source.table("judgments")
    if queries is None or judgments is None:
        raise InputError(f"{source.folder}: search is evaluated on files `queries` and `judgments`", field="folder")
    for name, frame, needed in (
        ("queries", queries, ("query_id", "query")),
        ("judgments", judgments, ("query_id", "item_id", "grade")),
    ):
        for column in needed:
            if column not in frame.columns:
                raise InputError(f"{source.folder}: {name} lacks {column}; it has {', '.join(frame.columns)}")
    if "split" in queries.columns and (queries["split"] == "test").any():
        queries = queries.filter(pl.col("split") == "test")
    queries = queries.with_columns(pl.col("query_id").cast(pl.String)).unique("query_id", maintain_order=True)
    pairs = judgments.select(
        pl.col("query_id").cast(pl.String), pl.col("item_id").cast(pl.String), pl.col("grade").cast(pl.Float64)
    ).drop_nulls()
    pairs = pairs.with_columns(item=source.shop.catalogue.numbers(pairs["item_id"].to_list()))
    known = pairs.filter(pl.col("item") > 0).unique(["query_id", "item"], keep="first", maintain_order=True)
    positive = known.group_by("query_id").agg(best=pl.col("grade").max())
    asked = queries.join(positive, on="query_id").filter(pl.col("query").str.strip_chars() != "")
    left_out = {
        "queries_without_judged_item": len(queries) - len(asked),
        "queries_without_positive_grade": len(asked.filter(pl.col("best") <= zero)),
        "judgments_of_unknown_items": len(pairs.filter(pl.col("item") < 1)),
    }
    asked = asked.filter(pl.col("best") > zero)
    if not len(asked):
        raise InputError(f"evaluate search: no query has an item graded above {zero}: {left_out}", field="grade_zero")
    if most is not None and len(asked) > most:
        left_out["queries_not_sampled"] = len(asked) - most
        asked = asked[np.sort(np.argsort(hash64_all(asked["query_id"].to_list()))[:most])]
    rows = asked.select("query_id").with_row_index("case").join(known, on="query_id").sort("case", maintain_order=True)
    return Judged(
        tuple(asked["query"].to_list()),
        rows["case"].to_numpy().astype(np.int64),
        rows["item"].to_numpy(),
        rows["grade"].to_numpy(),
        zero,
        left_out,
    )


def _ours(
    shop: Shop, judged: Judged, tie: NDArray[np.uint64], progress: Progress
) -> tuple[Answers, dict[str, float], dict[str, int]]:
    """The engine: the slate as it is served, and its longest slate for the judged items."""
    n = len(judged.texts)
    full, took = np.full((n, CUTOFF), -1, np.int64), np.zeros(n)
    found: list[NDArray[np.float64]] = []
    degraded: dict[str, int] = {}
    nothing = History.empty()
    for case, text in enumerate(track(judged.texts, progress, "ask search", n)):
        text = text[:LONGEST]
        served = shop.answer(Query(SCENARIO, text=text, history=nothing))
        took[case] = served.took_ms
        for named in served.degraded:
            degraded[named] = degraded.get(named, 0) + 1
        numbers = shop.catalogue.numbers([hit.item.item_id for hit in served.hits[:CUTOFF]])
        full[case, : len(numbers)] = numbers
        longest = shop.answer(Query(SCENARIO, text=text, history=nothing, n=LONGEST))
        numbers = shop.catalogue.numbers([hit.item.item_id for hit in longest.hits])
        scores = np.array([hit.score for hit in longest.hits], np.float64)
        place = {int(number): row for row, number in enumerate(numbers)}
        rows = np.array([place.get(int(item), -1) for item in judged.items[judged.pool(case)]], np.int64)
        # The order of the slate counts, not only its scores: a reranker may have had the last word.
        found.append(np.stack([np.where(rows >= 0, -rows, -np.inf), _over_best(scores, rows)]))
    orders, relative = np.concatenate(found, axis=1)
    return Answers(full, _pools(judged, orders, tie), relative), latency_percentiles(took), degraded


def _bm25(
    peer: Bm25, judged: Judged, allowed: NDArray[np.bool_], tie: NDArray[np.uint64], progress: Progress
) -> Answers:
    full = np.full((len(judged.texts), CUTOFF), -1, np.int64)
    raw, relative = [], []
    for case, text in enumerate(track(judged.texts, progress, "ask bm25", len(judged.texts))):
        scores = peer.scores(text)
        matching = np.flatnonzero(allowed & (scores > 0))
        if len(matching) > CUTOFF:
            border = np.partition(scores[matching], -CUTOFF)[-CUTOFF]
            matching = matching[scores[matching] >= border]
        best = matching[np.lexsort((tie[matching], -scores[matching]))][:CUTOFF]
        full[case, : len(best)] = best
        pool = judged.items[judged.pool(case)]
        raw.append(scores[pool])
        relative.append(_over_best(scores, pool))
    return Answers(full, _pools(judged, np.concatenate(raw), tie), np.concatenate(relative))


def _random(judged: Judged, allowed: NDArray[np.bool_], seed: int) -> Answers:
    chance = generator(seed, "random search")
    numbers = np.flatnonzero(allowed)
    full = np.full((len(judged.texts), CUTOFF), -1, np.int64)
    for case in range(len(full)):
        drawn = chance.choice(numbers, min(CUTOFF, len(numbers)), replace=False)
        full[case, : len(drawn)] = drawn
    scores = chance.random(len(judged.items))
    return Answers(full, _pools(judged, scores, np.zeros(len(allowed), np.uint64)), scores)


def _over_best(scores: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Scores at `rows` over the highest of all; 0 for a negative row, and where nothing has a score above 0."""
    best = scores.max(initial=0.0)
    if not best > 0:
        return np.zeros(len(rows))
    return np.where(rows >= 0, np.nan_to_num(scores[rows], nan=0.0) / best, 0.0)


def _pools(judged: Judged, scores: NDArray[np.float64], tie: NDArray[np.uint64]) -> Ranked:
    """(n, widest pool) judged items of each query by falling score, ties by hash."""
    order = np.lexsort((tie[judged.items], -scores, judged.cases))
    counts = np.bincount(judged.cases, minlength=len(judged.texts))
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    ranked = np.full((len(judged.texts), int(counts.max())), -1, np.int64)
    ranked[judged.cases, place] = judged.items[order]
    return ranked


def _mean(judged: Judged, answers: Sequence[Answers], view: str) -> PerCase:
    runs = []
    for each in answers:
        ranked = each.full if view == "full" else each.judged
        found = per_case(ranked, judged.cases, judged.items, judged.gains, (CUTOFF,))
        if view == "full":
            found["judged@10"] = _share_judged(judged, ranked)
        runs.append(found)
    return {name: np.mean([run[name] for run in runs], axis=0) for name in runs[0]}


def _share_judged(judged: Judged, ranked: Ranked) -> NDArray[np.float64]:
    """(n,) share of the shown items that somebody judged; NaN where nothing is shown."""
    width = int(max(judged.items.max(), ranked.max(initial=0))) + 1
    keys = judged.cases * width + judged.items
    asked = np.arange(len(ranked))[:, None] * width + ranked
    known = np.isin(asked, keys) & (ranked >= 0)
    shown = (ranked >= 0).sum(1)
    share: NDArray[np.float64] = np.divide(known.sum(1), shown, out=np.full(len(ranked), np.nan), where=shown > 0)
    return share


def _agreement(judged: Judged, answers: Sequence[Answers]) -> dict[str, float]:
    """Spearman of normalised score and grade over all pairs, where there are more than two grades."""
    if len(np.unique(judged.grades)) < 3:
        return {}
    return {"spearman": float(np.mean([spearman(each.scores, judged.grades) for each in answers]))}


def _protocol(judged: Judged, grade_zero: float, seed: int, most: int | None) -> Protocol:
    notes = [
        "full ranks the whole corpus and an unjudged item gains 0; judged orders each query's judged items alone",
        f"judged items beyond the engine's first {LONGEST} stand last, by hash",
        "spearman: score over the query's best score, against grade, over all judged pairs of these queries",
        f"random is the mean of {RANDOM_DRAWS} draws; bm25 has k1 = {Bm25.options['k1']}, b = {Bm25.options['b']}",
    ]
    if "queries_not_sampled" in judged.left_out:
        notes.append(f"{most} queries, chosen by hash; all items are ranked")
    return Protocol(
        task="search",
        seed=seed,
        seeds=(seed,),
        scenario=SCENARIO,
        grade_zero=grade_zero,
        left_out=judged.left_out,
        notes=tuple(notes),
    )
