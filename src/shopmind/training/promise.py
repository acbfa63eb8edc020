"""How much a new item is likely to be wanted, by what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import scipy  # its parts are loaded when they are first named: half a second of stats
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import lsqr

from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.kit.seeds import generator
from shopmind.stores.columns import ItemColumns, NumberColumn, TextColumn
from shopmind.training.likeness import text_vectors
from shopmind.training.next_item.meaning import traits
from shopmind.training.people import people
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.worth import WORTH, type_weights

FOLDS = 5
Floats = NDArray[np.float64]
Vectors = Callable[[NDArray[np.int64]], NDArray[np.float32]]


class PromiseRecipe(Recipe):
    """ln(1 + people who wanted an item in its first weeks), foreseen from text, traits and price.

    Learned from items that are no longer new and whose first weeks the log holds. An item is born when it was created,
    or else with its first event.

    Source: ridge regression, Hoerl and Kennard, Technometrics 12 (1970), solved by LSQR, Paige and Saunders, ACM
    TOMS 8 (1982).
    """

    @dataclass(frozen=True)
    class Options:
        """weeks: that are foreseen. weights: event type → weight; a person counts with the strongest event. ridge: in
        units of the mean square of a row. traits: weight of traits beside texts. at_least: items to learn from. most:
        of these, the newest.
        """

        weeks: float = 4.0
        weights: dict[str, float] = field(default_factory=lambda: dict(WORTH))
        ridge: float = 1.0
        traits: float = 1.0
        at_least: int = 100
        most: int = 5_000

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """`promise` (size,) ln(1 + people) foreseen of every item that is shown, NaN for others; `mean`; and
        `text_weights` with `text_centre`, which foresee an item newer than the fit from its text alone.

        Raises:
            NotReadyError: too few items were born while the log was kept.
        """
        born_ms = births(tables.columns, tables.events)
        items, wanted = first_weeks(tables, born_ms, options)
        if len(items) < options.at_least:
            raise NotReadyError(
                f"promise: the log holds the first {options.weeks:g} weeks of {len(items)} items; "
                f"{options.at_least} are needed"
            )
        texts = text_vectors(tables)
        told = _Told.of(tables, texts, options.traits)
        rows = told.rows(items)
        figures = {"items": len(items), **_judged(rows, wanted, options.ridge, seed)}
        shown = np.flatnonzero(tables.columns.shown)
        promise = np.full(tables.columns.size, np.nan, np.float32)
        promise[shown] = told.foreseen(shown, Ridge(rows, wanted, options.ridge))
        arrays: dict[str, NDArray[Any]] = {"promise": promise, "mean": np.array([wanted.mean()], np.float32)}
        if tables.vectors is not None:
            raw = np.nan_to_num(tables.vectors(items), nan=0.0)
            centre = raw.mean(axis=0)
            by_text = Ridge(sparse.csr_array(raw - centre), wanted, options.ridge)
            arrays |= {"text_weights": by_text.weights, "text_centre": centre.astype(np.float32)}
        progress("fit promise", 1, 1)
        return Fitted(arrays, figures, promote=figures["spearman"] > 0, tail=False)


def foreseen(
    arrays: Mapping[str, NDArray[Any]], items: NDArray[np.int64], vectors: Vectors | None
) -> NDArray[np.float32]:
    """(n,) ln(1 + people) of any items: of one newer than the fit by its text, or else what is usual.

    Args:
        vectors: numbers → (n, d) text vectors, rows of NaN where there is none; None without an encoder.
    """
    promise, mean = arrays["promise"], float(arrays["mean"][0])
    found = np.full(len(items), mean, np.float32)
    known = items < len(promise)
    found[known] = np.where(np.isnan(promise[items[known]]), mean, promise[items[known]])
    if vectors is not None and "text_weights" in arrays and not known.all():
        apart = vectors(items[~known]) - arrays["text_centre"]
        found[~known] += np.nan_to_num(np.asarray(apart @ arrays["text_weights"], np.float32), nan=0.0)
    return found


def births(columns: ItemColumns, events: pl.DataFrame) -> NDArray[np.float64]:
    """(size,) when each item was new: created_at, or else its first event; NaN where neither is known."""
    first = np.full(columns.size, np.nan)
    seen = events.drop_nulls("item").group_by("item").agg(pl.col("timestamp_ms").min())
    first[seen["item"].to_numpy()] = seen["timestamp_ms"].to_numpy()
    created = columns.column("created_at")
    if isinstance(created, NumberColumn):
        known = np.isfinite(created.values[: columns.size])
        first[: len(known)][known] = created.values[: columns.size][known]
    return first


def first_weeks(tables: Tables, born_ms: NDArray[np.float64], options: Any) -> tuple[NDArray[np.int64], Floats]:
    """Items whose first weeks are over and are in the log, and ln(1 + people) of these weeks, a person counting with
    the strongest event; of more than `most` the newest.

    Without a time of creation nothing is known of the weeks before the log, so its own first weeks make nobody new.
    """
    events, columns = tables.events, tables.columns
    if not len(events):
        return np.empty(0, np.int64), np.empty(0)
    span_ms = int(options.weeks * 7 * DAY_MS)
    created = columns.column("created_at")
    start_ms = int(events["timestamp_ms"].min())  # type: ignore[arg-type]
    earliest = np.full(columns.size, start_ms + span_ms, np.float64)
    if isinstance(created, NumberColumn):
        earliest[np.isfinite(created.values[: columns.size])] = start_ms
    old = columns.shown & (born_ms >= earliest) & (born_ms + span_ms <= tables.now_ms)
    items = np.flatnonzero(old)
    items = np.sort(items[np.argsort(-born_ms[items], kind="stable")[: options.most]])
    by_type = type_weights(options.weights)
    lines = events.drop_nulls("item").select(
        "item", "timestamp_ms", worth=pl.Series(by_type)[events.drop_nulls("item")["type"].to_numpy()]
    )
    lines = lines.with_columns(who=pl.Series(people(events.drop_nulls("item"))), row=pl.int_range(pl.len()))
    until = born_ms[lines["item"].to_numpy()] + span_ms
    lines = lines.filter(pl.Series(lines["timestamp_ms"].to_numpy() < until) & (pl.col("worth") > 0))
    each = pl.when(pl.col("who") == 0).then(-pl.col("row") - 2**40).otherwise(pl.col("who"))  # nobody twice
    counted = lines.group_by("item", each.alias("who")).agg(pl.col("worth").max())
    total = np.bincount(counted["item"].to_numpy(), counted["worth"].to_numpy(), minlength=columns.size)
    return items, np.log1p(total[items])


class Ridge:
    """value(x) = mean + x · w: the least squares solution with penalty ridge * (mean square length of a row) * |w|²."""

    def __init__(self, rows: sparse.csr_array, values: Floats, ridge: float) -> None:
        self.mean = float(values.mean())
        penalty = ridge * max(float(rows.multiply(rows).sum()) / max(rows.shape[0], 1), 1e-9)
        found = lsqr(rows, values - self.mean, damp=float(np.sqrt(penalty)), atol=1e-6, btol=1e-6, iter_lim=300)
        self.weights = np.asarray(found[0], np.float32)


@dataclass(frozen=True)
class _Told:
    """What items say, in blocks of columns: (size, d) each."""

    blocks: tuple[NDArray[np.float32] | sparse.csr_array, ...]

    @staticmethod
    def of(tables: Tables, texts: NDArray[np.float32] | None, trait_weight: float) -> _Told:
        """Price against the category, text vector and traits."""
        blocks: list[NDArray[np.float32] | sparse.csr_array] = [_dearness(tables.columns)[:, None]]
        if texts is not None:
            blocks.append(texts)
        if tables.catalogue is not None:
            blocks.append(sparse.csr_array(trait_weight * traits(tables.catalogue, tables.columns.size)))
        return _Told(tuple(blocks))

    def rows(self, items: NDArray[np.int64]) -> sparse.csr_array:
        """(n, all columns)."""
        return sparse.csr_array(sparse.hstack([sparse.csr_array(block[items]) for block in self.blocks]))

    def foreseen(self, items: NDArray[np.int64], ridge: Ridge) -> NDArray[np.float32]:
        """(n,) values of items."""
        found = np.full(len(items), ridge.mean, np.float32)
        start = 0
        for block in self.blocks:
            width = block.shape[1]
            found += np.asarray(block[items] @ ridge.weights[start : start + width], np.float32).ravel()
            start += width
        return found


def _dearness(columns: ItemColumns) -> NDArray[np.float32]:
    """(size,) ln of the price over the median of the category, within ±2; 0 where it is unknown."""
    price, category = columns.column("price"), columns.column("categories")
    found = np.zeros(columns.size, np.float32)
    if not isinstance(price, NumberColumn):
        return found
    values = price.values[: columns.size]
    there = np.isfinite(values) & (values > 0)
    codes = category.codes[: columns.size] if isinstance(category, TextColumn) else np.zeros(columns.size, np.int32)
    table = pl.DataFrame({"code": codes[there], "log": np.log(values[there])})
    apart = table.select((pl.col("log") - pl.col("log").median().over("code")).clip(-2, 2))
    found[there] = apart.to_series().to_numpy()
    return found


def _judged(rows: sparse.csr_array, values: Floats, ridge: float, seed: int) -> dict[str, float]:
    """Rank correlation and share of the variance explained, each fifth foreseen from the other four."""
    fold = generator(seed, "promise").integers(0, FOLDS, len(values))
    foreseen = np.zeros(len(values))
    for each in range(FOLDS):
        taught, asked = np.flatnonzero(fold != each), np.flatnonzero(fold == each)
        if len(taught) and len(asked):
            made = Ridge(sparse.csr_array(rows[taught]), values[taught], ridge)
            foreseen[asked] = np.asarray(rows[asked] @ made.weights) + made.mean
    spread = float(((values - values.mean()) ** 2).sum())
    if not spread or not np.ptp(foreseen):
        return {"spearman": 0.0, "explained": 0.0}
    explained = 1.0 - float(((values - foreseen) ** 2).sum()) / spread
    return {
        "spearman": round(float(scipy.stats.spearmanr(values, foreseen).statistic), 4),
        "explained": round(explained, 4),
    }
