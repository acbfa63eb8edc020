"""`shopmind evaluate search`: the real engine on judged queries, beside BM25 and random."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.evaluation import report
from shopmind.evaluation.bm25 import Bm25
from shopmind.evaluation.figures import OURS, per_case
from shopmind.evaluation.folder import Source, opened
from shopmind.evaluation.judged import CUTOFF, SCENARIO, Answers, Asked, Judged, Ranked, at_random, bm25
from shopmind.evaluation.learned_search import TRAINED, learned, parts
from shopmind.evaluation.protocol import Protocol
from shopmind.evaluation.report import Report
from shopmind.kit.errors import InputError
from shopmind.kit.progress import Progress, silent, track
from shopmind.kit.seeds import hash64_all
from shopmind.metrics.business import latency_percentiles
from shopmind.metrics.correlation import spearman
from shopmind.shop import Shop

RANDOM_DRAWS = 20

PerCase = dict[str, NDArray[np.float64]]


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
        train_folds: parts that the queries are split into; each is asked of a ranking learned from the others.
        most: at most so many queries, chosen by hash; None asks all.

    Returns:
        The JSON of `shopmind evaluate search`; `report.table` makes it readable.

    Raises:
        InputError: no judged queries, or none with a positive grade.
        NotReadyError: `train_folds` of a shop whose search has no learned ranker, or with too few queries.
    """
    with opened(source, progress, scenario=SCENARIO) as found:
        judged = _judged(found, grade_zero, most)
        columns = found.shop.catalogue.columns()
        allowed = columns.shown & columns.kinds(found.shop.scenarios[SCENARIO].kinds)
        if train_folds is not None:
            parts(found.shop, judged, train_folds, seed)
        asked = Asked.nothing(judged)
        for case in track(range(len(judged.texts)), progress, "ask search", len(judged.texts)):
            asked.ask(found.shop, case)
        trained, cards = ([], []) if train_folds is None else learned(found.shop, judged, train_folds, seed, progress)
        systems = {
            OURS: [asked.answers(columns.tie)],
            **({TRAINED: trained} if trained else {}),
            "bm25": [bm25(Bm25(found.shop.catalogue, allowed), judged, allowed, columns.tie, progress)],
            "random": [at_random(judged, allowed, seed + draw) for draw in range(RANDOM_DRAWS)],
        }
    values = {view: {name: _mean(judged, each, view) for name, each in systems.items()} for view in ("full", "judged")}
    single = {name: {"judged": _agreement(judged, each)} for name, each in systems.items()}
    measured = Report(
        protocol=_protocol(judged, grade_zero, seed, most),
        whole=report.part(values, seed=seed, single=single),
        options={"bm25": Bm25.options},
        extra={
            "took_ms": {"full": latency_percentiles(asked.took_ms)},
            "degraded": asked.degraded,
            **({"folds": cards} if cards else {}),
        },
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
        "judged items that the engine does not find by itself are scored too",
        "spearman: score against grade over all judged pairs of these queries; ours as it is (it does not depend on "
        "what else is found), trained the grade it expects, bm25's over the number of words asked for",
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
