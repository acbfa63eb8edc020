"""From ranked lists to figures of each case, and from those to means with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.metrics import diversity, ranking
from shopmind.metrics.intervals import Interval, bootstrap_columns
from shopmind.stores.columns import ItemColumns, TextColumn

Values = Mapping[str, NDArray[np.float64]]
"""Figure → (n,) its value for each case, NaN where the case has none."""

OURS = "shopmind"


def per_case(
    ranked: NDArray[np.int64],
    cases: NDArray[np.int64],
    items: NDArray[np.int64],
    grades: NDArray[np.float64],
    cutoffs: tuple[int, ...] = (10,),
) -> dict[str, NDArray[np.float64]]:
    """All ranking figures of (n, k) ranked lists against (m,) truths, "ndcg@10" → (n,)."""
    wanted = grades > 0
    cases, items, grades = cases[wanted], items[wanted], grades[wanted]
    gains = ranking.gains_at(ranked, cases, items, grades)
    relevant = np.bincount(cases, minlength=len(ranked)).astype(np.float64)
    ideal = _ideal(cases, grades, len(ranked))
    found = {}
    for k in cutoffs:
        found[f"ndcg@{k}"] = ranking.ndcg(gains, ideal, k)
        found[f"recall@{k}"] = ranking.recall(gains, relevant, k)
        found[f"precision@{k}"] = ranking.precision(gains, relevant, k)
        found[f"mrr@{k}"] = ranking.reciprocal_rank(gains, relevant, k)
        found[f"map@{k}"] = ranking.average_precision(gains, relevant, k)
        found[f"hit_rate@{k}"] = ranking.hit_rate(gains, relevant, k)
    return found


def reach_per_case(
    ranked: NDArray[np.int64],
    cases: NDArray[np.int64],
    items: NDArray[np.int64],
    known_by: NDArray[np.int64],
    people: int,
    columns: ItemColumns,
    k: int = 10,
) -> dict[str, NDArray[np.float64]]:
    """Novelty, long-tail share, recall of long-tail targets and diversity of each slate's first k.

    Args:
        cases, items: (m,) the targets.
        known_by: (size,) users who know each item.
        people: all users.
    """
    top, tail = ranked[:, :k], diversity.long_tail(known_by)
    rare = tail[items]
    found = {
        f"novelty@{k}": diversity.novelty(top, known_by, people),
        f"long_tail@{k}": diversity.aplt(top, tail),
        f"tail_recall@{k}": per_case(ranked, cases[rare], items[rare], np.ones(int(rare.sum())), (k,))[f"recall@{k}"],
    }
    category = columns.column("categories")
    if isinstance(category, TextColumn):
        found[f"diversity@{k}"] = diversity.category_diversity(top, category.codes)
    return found


def reach(ranked: NDArray[np.int64], allowed: NDArray[np.bool_], k: int = 10) -> dict[str, float]:
    """Coverage and Gini of exposure over the items that may be shown: one figure for all cases."""
    shown = diversity.exposure(ranked[:, :k], len(allowed))[allowed]
    return {f"coverage@{k}": diversity.coverage(shown), f"gini@{k}": diversity.gini(shown)}


def chance(items: int, k: int = 10) -> dict[str, float]:
    """What an order by chance reaches on average over `items` of which one is wanted.

    It stands at each of the first k places with probability 1 / items: recall = k / items, and
    nDCG = Σ 1 / log2(place + 1) / items over the places 1 … k.
    """
    if not items:
        return {}
    places = np.arange(1, min(k, items) + 1)
    return {f"recall@{k}": len(places) / items, f"ndcg@{k}": float((1 / np.log2(places + 1)).sum() / items)}


def with_intervals(systems: Mapping[str, Values], *, seed: int) -> dict[str, dict[str, Interval]]:
    """System → figure → mean with its interval; all share the draws."""
    keys = [(system, figure) for system, values in systems.items() for figure in values]
    if not keys:
        return {}
    columns = np.stack([systems[system][figure] for system, figure in keys], axis=1)
    found: dict[str, dict[str, Interval]] = {system: {} for system in systems}
    for (system, figure), interval in zip(keys, bootstrap_columns(columns, seed=seed), strict=True):
        found[system][figure] = interval
    return found


def differences(systems: Mapping[str, Values], *, seed: int, ours: str = OURS) -> dict[str, dict[str, Interval]]:
    """ "shopmind-bm25" → figure → mean paired difference with its interval.

    Ours over every system of others, and each of ours that was trained ("shopmind_…") over ours and the others.
    """
    own = [name for name in systems if name == ours or name.startswith(f"{ours}_")]
    pairs = {
        f"{one}-{other}": {figure: systems[one][figure] - values[figure] for figure in values}
        for one in own
        for other, values in systems.items()
        if other not in own or (other == ours and one != ours)
    }
    return with_intervals(pairs, seed=seed)


def plain(interval: Interval) -> dict[str, Any]:
    """An interval as JSON values; what cannot be said is null."""
    return {name: number(getattr(interval, name)) for name in ("value", "low", "high")}


def number(value: float) -> float | None:
    """The value, or None where it cannot be said; JSON has no NaN."""
    return None if np.isnan(value) else float(value)


def _ideal(cases: NDArray[np.int64], grades: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    counts = np.bincount(cases, minlength=n)
    order = np.argsort(cases, kind="stable")
    place = np.arange(len(cases)) - np.repeat(np.cumsum(counts) - counts, counts)
    ideal = np.zeros((n, int(counts.max(initial=0))))
    ideal[cases[order], place] = grades[order]
    return ideal
