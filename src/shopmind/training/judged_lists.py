"""Lists to learn an order from: each query's candidates as the engine finds them, with what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.progress import Progress, track
from shopmind.kit.seeds import hash64
from shopmind.stores.ports import Numbers
from shopmind.training.clicked_searches import wanted
from shopmind.training.precedents import COLUMNS, Precedents, axes_of, named, reduced, remember
from shopmind.training.rank_model import BLOCKS, PRIOR, inputs
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
class Placed:
    """Where queries and items lie in the encoder's space, in few dimensions.

    Attributes:
        axes: (d, r) see precedents.axes_of.
        queries: (lists, r) unit vectors.
        items: (n, r) unit vectors, rows of NaN where there is none.
    """

    axes: NDArray[np.float32]
    queries: NDArray[np.float32]
    items: NDArray[np.float32]

    def of(self, chosen: NDArray[np.bool_], rows: NDArray[np.bool_]) -> Placed:
        """Only these lists, and their rows."""
        return Placed(self.axes, self.queries[chosen], self.items[rows])


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
        whole: (lists,) whether a list holds every candidate; of the others only judged rows were kept.
        figures: where they come from, for the card.
        placed: of every list and row; None without an encoder.
    """

    queries: tuple[str, ...]
    names: tuple[str, ...]
    matrix: NDArray[np.float32]
    lists: NDArray[np.int64]
    gains: NDArray[np.float64]
    weights: NDArray[np.float64]
    found: NDArray[np.bool_]
    whole: NDArray[np.bool_]
    figures: Mapping[str, object] = field(default_factory=dict)
    placed: Placed | None = None

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
            self.whole[chosen],
            self.figures,
            None if self.placed is None else self.placed.of(chosen, rows),
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
    place: Place | None = None,
    unjudged: int,
    without: Iterable[str],
    progress: Progress,
) -> Lists | None:
    """Asks the engine for each query's candidates, and puts them beside what is known.

    Args:
        evidence: see Tables.evidence.
        place: what makes `Lists.placed`.
        unjudged: candidates nobody judged that are kept, over all lists. Lists stay whole until they are used up, for a
            sample of candidates is an order's easier half; queries are taken by hash, so which ones is chance.
        without: columns not to be learned from.

    Returns:
        None when the engine finds nothing for any query.
    """
    left_out = {FOUND, *COLUMNS, *without}
    parts: list[_Part] = []
    left = unjudged
    texts = sorted(known, key=hash64)
    for text in track(texts, progress, "replay searches", len(texts)):
        told = known[text]
        candidates = evidence(text, told.items)
        candidates = candidates.with_columns({PRIOR: candidates.scores})
        if len(candidates) < 2:
            continue
        judged = np.isin(candidates.items, told.items)
        others = int(np.count_nonzero(~judged))
        whole = others <= left
        left -= others if whole else 0
        kept = np.ones_like(judged) if whole else judged
        parts.append(_part(text, candidates, told, kept, left_out, whole))
        if place is not None:
            place.put(text, candidates.items[kept])
    if not parts:
        return None
    names = tuple(sorted({name for part in parts for name in part.names}))
    return Lists(
        tuple(part.text for part in parts),
        names,
        np.concatenate([part.spread(names) for part in parts]),
        np.repeat(np.arange(len(parts)), [len(part.gains) for part in parts]),
        np.concatenate([part.gains for part in parts]),
        np.concatenate([part.weights for part in parts]),
        np.concatenate([part.found for part in parts]),
        np.array([part.whole for part in parts]),
        placed=None if place is None else place.all(),
    )


class Place:
    """Finds out where queries and items lie, list by list.

    Args:
        meaning, vectors: see Tables.
        some: item numbers whose vectors give the axes.
    """

    def __init__(
        self,
        meaning: Callable[[str], NDArray[np.float32]],
        vectors: Callable[[Numbers], NDArray[np.float32]],
        some: Numbers,
    ) -> None:
        self._meaning, self._vectors = meaning, vectors
        self._axes = axes_of(vectors(some))
        self._queries: list[NDArray[np.float32]] = []
        self._items: list[NDArray[np.float32]] = []

    def put(self, text: str, items: Numbers) -> None:
        """The next list."""
        self._queries.append(reduced(self._meaning(text), self._axes))
        self._items.append(reduced(self._vectors(items), self._axes))

    def all(self) -> Placed:
        """Of the lists that were put."""
        return Placed(self._axes, np.stack(self._queries), np.concatenate(self._items))


def precedents_of(lists: Lists) -> Precedents | None:
    """The judged pairs of these lists, for others to be held against."""
    placed, judged = lists.placed, lists.judged
    if placed is None:
        return None
    return remember(
        lists.queries,
        placed.queries,
        lists.lists[judged],
        placed.items[judged],
        lists.gains[judged],
        lists.weights[judged],
        placed.axes,
    )


def recalled(lists: Lists, known: Precedents | None) -> Lists:
    """The lists with the columns of precedents; a list's own text is none for itself."""
    placed = lists.placed
    if known is None or placed is None:
        return lists
    m, ends = len(lists.names), np.cumsum(lists.lengths)
    found = np.zeros((len(lists.matrix), len(COLUMNS)), np.float32)
    for row, (start, end) in enumerate(zip(ends - lists.lengths, ends, strict=True)):
        columns = known.columns(placed.queries[row], placed.items[start:end], without=named(lists.queries[row]))
        found[start:end] = np.stack([columns[name] for name in COLUMNS], axis=1)
    nothing = np.zeros_like(found)
    matrix = np.concatenate([lists.matrix[:, :m], np.nan_to_num(found), lists.matrix[:, m:], nothing], axis=1)
    return replace(lists, names=(*lists.names, *COLUMNS), matrix=matrix)


@dataclass(frozen=True)
class _Part:
    """One list before all columns are known."""

    text: str
    names: tuple[str, ...]
    matrix: NDArray[np.float32]
    gains: NDArray[np.float64]
    weights: NDArray[np.float64]
    found: NDArray[np.bool_]
    whole: bool

    def spread(self, names: tuple[str, ...]) -> NDArray[np.float32]:
        """The matrix in the order of all columns; 0 for those this query does not have."""
        made = np.zeros((len(self.matrix), BLOCKS, len(names)), np.float32)
        at = [names.index(name) for name in self.names]
        made[:, :, at] = self.matrix.reshape(len(self.matrix), BLOCKS, len(self.names))
        return made.reshape(len(made), -1)


def _part(
    text: str, candidates: Candidates, told: Known, rows: NDArray[np.bool_], left_out: set[str], whole: bool
) -> _Part:
    names = tuple(name for name in candidates.columns if name not in left_out)
    matrix = inputs(candidates.columns, names, len(candidates))[rows]
    return _Part(text, names, matrix, *_told(candidates.take(rows), told), whole)


FOUND = "found"
"""The column of Tables.evidence that is 1 for what the engine found itself."""


def _told(candidates: Candidates, told: Known) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    order = np.argsort(told.items, kind="stable")
    place = np.minimum(np.searchsorted(told.items[order], candidates.items), len(order) - 1)
    match = told.items[order][place] == candidates.items
    gains = np.where(match, told.gains[order][place], 0.0)
    weights = np.where(match, told.weights[order][place], 0.0)
    return gains, weights, np.asarray(candidates.column(FOUND) > 0)
