"""How well two configurations answer the queries of a saved set, on the same queries and with intervals."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import History, Query
from shopmind.evaluation.figures import per_case
from shopmind.evaluation.workbench.book import Judgement
from shopmind.kit.errors import InputError
from shopmind.kit.seeds import hash64_all
from shopmind.metrics.intervals import Interval, bootstrap_columns
from shopmind.shop import Shop
from shopmind.shop.workbench import Configuration

CUTOFF = 10
MOST_QUERIES = 500
PATIENCE_S = 3.0
"""A thread of the engine is held for no longer, and for one query more."""

FIGURES = ("ndcg@10", "recall@10", "mrr@10", "judged@10")


@dataclass(frozen=True, slots=True)
class Line:
    """One query: its nDCG@10 in each configuration, and the share of each page that somebody judged."""

    query: str
    judged: int
    ndcg: tuple[float, ...]
    judged_share: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """What came out.

    Attributes:
        queries: how many queries with a positive grade the set has; asked: how many there was time for.
        left_out: queries of the set without a positive grade: no order is better than another there.
        systems: figure → its mean in each configuration.
        difference: figure → mean of second − first; None of one configuration.
        lines: of each asked query; those that differ most first.
    """

    queries: int
    asked: int
    left_out: int
    systems: tuple[dict[str, Interval], ...]
    difference: dict[str, Interval] | None
    lines: tuple[Line, ...]


def compared(
    shop: Shop,
    judgements: Sequence[Judgement],
    configurations: Sequence[Configuration],
    *,
    most: int = 200,
    patience_s: float = PATIENCE_S,
    seed: int = 0,
    now_s: Callable[[], float] = time.monotonic,
) -> Compared:
    """Asks each configuration for the first ten hits of each query, as a stranger would.

    An unjudged item gains 0, so `judged@10` says how far nDCG can be trusted. Gains are the grades, linearly.

    Args:
        configurations: one or two.
        most: queries, chosen by hash where there are more, so that two runs ask the same ones.

    Raises:
        InputError: no query has a positive grade, or a configuration that is not allowed.
    """
    for each in configurations:
        shop.workbench.way(each)
    pools: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        pools.setdefault(judgement.query_id, []).append(judgement)
    good = sorted(name for name, pool in pools.items() if any(each.grade > 0 for each in pool))
    if not good:
        raise InputError("judgements: no query of this set has an item graded above 0 yet", field="set")
    chosen = [good[at] for at in np.argsort(hash64_all(good))[:most]] if len(good) > most else good
    until_s = now_s() + patience_s
    ranked: list[list[NDArray[np.int64]]] = [[] for _ in configurations]
    asked: list[str] = []
    for name in chosen:
        if asked and now_s() > until_s:
            break
        asked.append(name)
        query = Query("search", text=pools[name][0].query, n=CUTOFF, history=History.empty())
        for place, configuration in enumerate(configurations):
            hits = shop.workbench.answer(query, configuration).hits
            numbers = shop.catalogue.numbers([hit.item.item_id for hit in hits[:CUTOFF]])
            ranked[place].append(np.pad(numbers, (0, CUTOFF - len(numbers)), constant_values=-1))
    values = [_figures(shop, [pools[name] for name in asked], np.array(each)) for each in ranked]
    return _told([pools[name] for name in asked], len(good), len(pools) - len(good), values, seed)


def _figures(
    shop: Shop, pools: Sequence[Sequence[Judgement]], ranked: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    """Figure → (n,) of each query."""
    rows = [(case, each) for case, pool in enumerate(pools) for each in pool]
    cases = np.array([case for case, _ in rows], np.int64)
    items = shop.catalogue.numbers([each.item_id for _, each in rows])
    found = per_case(ranked, cases, items, np.array([each.grade for _, each in rows], np.float64), (CUTOFF,))
    known = [np.isin(ranked[case], items[cases == case]) & (ranked[case] > 0) for case in range(len(pools))]
    shown = (ranked > 0).sum(1)
    share = np.divide(np.sum(known, axis=1), shown, out=np.full(len(pools), np.nan), where=shown > 0)
    return {**{name: found[name] for name in FIGURES if name in found}, "judged@10": share}


def _told(
    pools: Sequence[Sequence[Judgement]],
    queries: int,
    left_out: int,
    values: Sequence[dict[str, NDArray[np.float64]]],
    seed: int,
) -> Compared:
    """All intervals share the draws of queries, so the difference is a paired one."""
    columns = [each[name] for each in values for name in FIGURES]
    if len(values) > 1:
        columns += [values[1][name] - values[0][name] for name in FIGURES]
    intervals = bootstrap_columns(np.stack(columns, axis=1), seed=seed)
    parts = [dict(zip(FIGURES, intervals[at : at + len(FIGURES)], strict=True)) for at in _starts(len(intervals))]
    lines = [
        Line(
            pool[0].query,
            len(pool),
            tuple(float(each["ndcg@10"][case]) for each in values),
            tuple(float(each["judged@10"][case]) for each in values),
        )
        for case, pool in enumerate(pools)
    ]
    lines.sort(key=lambda line: (-abs(line.ndcg[-1] - line.ndcg[0]), line.query))
    return Compared(
        queries,
        len(pools),
        left_out,
        tuple(parts[: len(values)]),
        parts[len(values)] if len(values) > 1 else None,
        tuple(lines),
    )


def _starts(count: int) -> range:
    return range(0, count, len(FIGURES))
