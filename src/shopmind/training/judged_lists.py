"""Lists to learn an order from: each query's candidates as the engine finds them, with what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.progress import Progress, track
from shopmind.stores.ports import Numbers
from shopmind.training.clicked_searches import wanted
from shopmind.training.rank_model import PRIOR, inputs
from shopmind.training.recipe import Tables


@dataclass(frozen=True)
class Known:
    """What is known of one query.

    Attributes:
        items: (n,) numbers, each once.
        gains: (n,) in 0..1; 0 is not wanted at all.
        weights: (n,) how sure that is, up to 1.
    """

    items: NDArray[np.int64]
    gains: NDArray[np.float64]
    weights: NDArray[np.float64]


@dataclass(frozen=True)
class Lists:
    """Lists one after the other.

    Attributes:
        queries: text of each list.
        names: the columns of the first half of `matrix`; see rank_model.inputs.
        matrix: (n, 2m).
        lists: (n,) list of each row, rising.
        gains, weights: (n,) see Known; an item nobody judged has gain 0 and weight 0.
        found: (n,) whether the engine found the item itself.
        figures: where they come from, for the card.
    """

    queries: tuple[str, ...]
    names: tuple[str, ...]
    matrix: NDArray[np.float32]
    lists: NDArray[np.int64]
    gains: NDArray[np.float64]
    weights: NDArray[np.float64]
    found: NDArray[np.bool_]
    figures: Mapping[str, object] = field(default_factory=dict)

    @property
    def judged(self) -> NDArray[np.bool_]:
        """(n,) whether something is known of the row."""
        return self.weights > 0

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(lists,) rows of each."""
        return np.bincount(self.lists, minlength=len(self.queries))

    def of(self, chosen: NDArray[np.bool_]) -> Lists:
        """Only the lists chosen, (lists,)."""
        rows = chosen[self.lists]
        new = np.cumsum(chosen) - 1
        return Lists(
            tuple(text for text, kept in zip(self.queries, chosen, strict=True) if kept),
            self.names,
            self.matrix[rows],
            new[self.lists[rows]].astype(np.int64),
            self.gains[rows],
            self.weights[rows],
            self.found[rows],
            self.figures,
        )


def from_judgments(judgments: pl.DataFrame, hidden: frozenset[str] = frozenset()) -> dict[str, Known]:
    """Query text → what the grades say: the lowest grade of all is worth 0, the highest 1."""
    rows = judgments.filter(~pl.col("query").is_in(list(hidden))).drop_nulls(["query", "item", "grade"])
    if not rows.height:
        return {}
    low, high = float(judgments["grade"].min()), float(judgments["grade"].max())  # type: ignore[arg-type]
    rows = rows.with_columns(gain=(pl.col("grade") - low) / (high - low) if high > low else pl.lit(1.0))
    rows = rows.group_by("query", "item", maintain_order=True).agg(pl.col("gain").mean())
    return {
        str(query[0]): Known(part["item"].to_numpy(), part["gain"].to_numpy(), np.ones(part.height))
        for query, part in rows.group_by(["query"], maintain_order=True)
    }


def from_clicks(tables: Tables, most: int) -> tuple[dict[str, Known], Mapping[str, object]]:
    """Query text → what clicks say, position bias taken out (clicked_searches.wanted); the most looked-at queries."""
    found = wanted(tables.events, tables.shown, frozenset(text.strip().lower() for text in tables.hidden))
    if found is None:
        return {}, {}
    top = float(np.quantile(found.gains[found.gains > 0], 0.99)) if (found.gains > 0).any() else 1.0
    rows = pl.DataFrame(
        {
            "query": found.queries,
            "item": found.items,
            "gain": np.clip(found.gains / top, 0, 1),
            "weight": found.looks / (found.looks + 5.0),
        }
    )
    busiest = rows.group_by("query").agg(pl.col("weight").sum(), pl.col("gain").max(), count=pl.len())
    busiest = busiest.filter((pl.col("gain") > 0) & (pl.col("count") > 1)).sort(["weight", "query"], descending=True)
    rows = rows.join(busiest.head(most).select("query"), on="query", how="semi")
    known = {
        str(query[0]): Known(part["item"].to_numpy(), part["gain"].to_numpy(), part["weight"].to_numpy())
        for query, part in rows.group_by(["query"], maintain_order=True)
    }
    return known, found.figures


def gather(
    known: Mapping[str, Known],
    evidence: Callable[[str, Numbers], Candidates],
    *,
    unjudged: int,
    without: Iterable[str],
    chance: np.random.Generator,
    progress: Progress,
) -> Lists | None:
    """Asks the engine for each query's candidates, and puts them beside what is known.

    Args:
        evidence: see Tables.evidence.
        unjudged: candidates nobody judged that are kept, over all lists; half of a list's are its best by the prior.
        without: columns not to be learned from.

    Returns:
        None when the engine finds nothing for any query.
    """
    each = max(10, unjudged // max(len(known), 1))
    parts: list[tuple[str, Candidates, Known, NDArray[np.intp]]] = []
    bests: list[dict[str, float]] = []
    for text, told in track(known.items(), progress, "replay searches", len(known)):
        candidates = _with_prior(evidence(text, told.items))
        if len(candidates) < 2:
            continue
        bests.append({name: float(np.nanmax(np.nan_to_num(col))) for name, col in candidates.columns.items()})
        rows = _kept(candidates, told.items, each, chance)
        parts.append((text, candidates.take(rows), told, rows))
    if not parts:
        return None
    left_out = {FOUND, *without}
    names = tuple(sorted({name for best in bests for name in best} - left_out))
    blocks = [_block(part.columns, names, best, len(part)) for (_, part, _, _), best in zip(parts, bests, strict=True)]
    gains, weights, found = zip(*(_told(part, told) for _, part, told, _ in parts), strict=True)
    return Lists(
        tuple(text for text, *_ in parts),
        names,
        np.concatenate(blocks),
        np.repeat(np.arange(len(parts)), [len(part) for _, part, _, _ in parts]),
        np.concatenate(gains),
        np.concatenate(weights),
        np.concatenate(found),
    )


FOUND = "found"
"""The column of Tables.evidence that is 1 for what the engine found itself."""


def _with_prior(candidates: Candidates) -> Candidates:
    return candidates.with_columns({PRIOR: candidates.scores})


def _kept(candidates: Candidates, judged: Numbers, most: int, chance: np.random.Generator) -> NDArray[np.intp]:
    """Rows of the judged items, and of at most `most` others: half the best by the prior, half by chance."""
    known = np.isin(candidates.items, judged)
    others = np.flatnonzero(~known)
    if len(others) > most:
        others = others[np.argsort(-np.nan_to_num(candidates.scores[others], nan=-np.inf), kind="stable")]
        others = np.concatenate([others[: most // 2], chance.permutation(others[most // 2 :])[: most - most // 2]])
    return np.sort(np.concatenate([np.flatnonzero(known), others]))


def _block(
    columns: Mapping[str, NDArray[np.float32]], names: tuple[str, ...], best: Mapping[str, float], size: int
) -> NDArray[np.float32]:
    """`inputs` of the kept rows, with the best of all candidates."""
    raw = inputs(columns, names, size)[:, : len(names)]
    tops = np.array([best.get(name, 0.0) for name in names], np.float32)
    return np.concatenate([raw, raw - tops], axis=1)


def _told(candidates: Candidates, told: Known) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    order = np.argsort(told.items, kind="stable")
    place = np.minimum(np.searchsorted(told.items[order], candidates.items), len(order) - 1)
    match = told.items[order][place] == candidates.items
    gains = np.where(match, told.gains[order][place], 0.0)
    weights = np.where(match, told.weights[order][place], 0.0)
    return gains, weights, np.asarray(candidates.column(FOUND) > 0)
