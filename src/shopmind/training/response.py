"""How likely each customer is to buy some goods soon: the chance behind an audience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.kit.seeds import generator
from shopmind.metrics.calibration import expected_calibration_error
from shopmind.metrics.discrimination import auc
from shopmind.stores.columns import ItemColumns, TextColumn
from shopmind.stores.ports import Numbers
from shopmind.training.behaviour.heads import Softmax, logistic
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.worth import UNWANTED, WORTH, type_weights

HALF_LIFE_DAYS = 90.0
LATELY_DAYS = 28
NEVER_DAYS = 365.0
COLUMNS = ("own", "own_days", "brand", "category", "orders", "days", "rate")
RULES = ("own", "brand", "category", "orders")
"""What people could be ordered by without a model."""
PURCHASE = EVENT_TYPES.index("purchase")
_MEANT = [EVENT_TYPES.index(kind) for kind in HISTORY_TYPES if kind not in UNWANTED]
Matrix = NDArray[np.float32]


class Interest:
    """What customers chose before a moment, ready to be asked about any goods.

    Args:
        events: schema EVENT_TABLE.
        now_ms: later events are not looked at.
    """

    def __init__(self, events: pl.DataFrame, columns: ItemColumns, now_ms: int) -> None:
        lines = events.filter(pl.col("type").is_in(_MEANT) & (pl.col("timestamp_ms") < now_ms))
        lines = lines.drop_nulls(["user", "item"]).filter(pl.col("item") < columns.size)
        self.users, people = np.unique(lines["user"].to_numpy(), return_inverse=True)
        items, types, times = (lines[name].to_numpy() for name in ("item", "type", "timestamp_ms"))
        age_days = (now_ms - times) / DAY_MS
        worth = type_weights(WORTH)[types] * np.power(0.5, age_days / HALF_LIFE_DAYS)
        shape = (len(self.users), columns.size)
        self._worth = sparse.csc_array(sparse.coo_array((worth, (people, items)), shape=shape))
        by_item = np.lexsort((-age_days, items))
        self._people, self._ages = people[by_item], age_days[by_item]
        self._starts = np.searchsorted(items[by_item], np.arange(columns.size + 1))
        self._groups = [_groups(columns, name) for name in ("brand", "category")]
        self._group_worth = [sparse.csc_array(self._worth @ _indicator(codes, columns.size)) for codes in self._groups]
        bought = (types == PURCHASE) & (age_days < LATELY_DAYS)
        orders = np.unique(np.column_stack([people, lines["order"].fill_null(0).to_numpy()])[bought], axis=0)
        self._orders = (
            np.bincount(orders[:, 0], minlength=len(self.users)) if len(orders) else np.zeros(len(self.users))
        )
        self._days = np.full(len(self.users), NEVER_DAYS)
        np.minimum.at(self._days, people, age_days)
        lately = np.unique(np.column_stack([people, items])[bought], axis=0)
        self._buyers = np.bincount(lately[:, 1], minlength=columns.size)

    def of(self, goods: Numbers) -> Matrix:
        """(users, COLUMNS) what is known of each customer towards these goods.

        own: ln(1 + decayed worth of what was done to them); own_days: ln(1 + days since the last of it), NEVER_DAYS at
        most; brand, category: ln(1 + decayed worth of what was done to other goods of theirs); orders: ln(1 + orders of
        the last 28 days); days: ln(1 + days since anything); rate: ln of the share of customers who bought any of the
        goods in the last 28 days, at least one in a million.
        """
        goods = goods[(goods > 0) & (goods < self._worth.shape[1])]
        own = np.asarray(self._worth[:, goods].sum(axis=1)).ravel()
        last = np.full(len(self.users), NEVER_DAYS)
        for number in goods.tolist():
            here = slice(int(self._starts[number]), int(self._starts[number + 1]))
            np.minimum.at(last, self._people[here], self._ages[here])
        found = [np.log1p(own), np.log1p(last)]
        for codes, worth in zip(self._groups, self._group_worth, strict=True):
            theirs = np.unique(codes[goods])
            whole = np.asarray(worth[:, theirs[theirs >= 0]].sum(axis=1)).ravel()
            found.append(np.log1p(np.maximum(whole - own, 0)))
        rate = max(float(self._buyers[goods].sum()) / max(len(self.users), 1), 1e-6)
        found += [np.log1p(self._orders), np.log1p(self._days), np.full(len(self.users), np.log(rate))]
        return np.column_stack(found).astype(np.float32)


class ResponseRecipe(Recipe):
    """A logistic model over `Interest`, learned from goods of every size: single goods, brands and categories.

    The moment is set back by `days`; what was bought since is the answer. The same is done another `days` earlier to
    fit a model that has not seen those answers, and the figures of the card are held against them: `auc` (the mean over
    targets of the area under the curve within each) and `ece` of the model, and the auc of the rules it must beat.
    """

    @dataclass(frozen=True)
    class Options:
        """days: within which an answer counts. targets: goods, brands and categories to learn from, of each so many.
        people: customers that are asked about each. at_least: buyers a target needs. ridge: of the model."""

        days: int = 28
        targets: int = 60
        people: int = 2_000
        at_least: int = 10
        ridge: float = 1.0

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """`weights` (1, COLUMNS + 1) of the log-odds, the constant last; `means` (COLUMNS,).

        Raises:
            NotReadyError: the log is too short, or nothing was bought often enough.
        """
        times = tables.events["timestamp_ms"]
        span = options.days * DAY_MS
        if not tables.events.height or tables.now_ms - int(times.min()) < 3 * span:  # type: ignore[arg-type]
            raise NotReadyError(f"response: it needs a log of {3 * options.days} days")
        cases = []
        for back in (2, 1):
            progress("response", 2 - back, 2)
            cases.append(_cases(tables, tables.now_ms - back * span, options, generator(seed, "response", back)))
        (past, past_answers, _), (now, answers, targets) = cases
        if min(past_answers.sum(), answers.sum()) < 50:
            raise NotReadyError("response: fewer than 50 answers to learn from")
        earlier = logistic(past, past_answers, options.ridge)
        said = _chances(earlier, now)
        model = logistic(np.concatenate([past, now]), np.concatenate([past_answers, answers]), options.ridge)
        figures = {
            "days": options.days,
            "cases": len(answers),
            "answers": int(answers.sum()),
            "targets": int(targets[-1]) + 1,
            "auc": _within(said, answers, targets),
            "ece": round(expected_calibration_error(said, answers), 5),
            "said": round(float(said.mean()), 5),
            "happened": round(float(answers.mean()), 5),
            **{f"auc_by_{name}": _within(now[:, COLUMNS.index(name)], answers, targets) for name in RULES},
        }
        means = now.mean(axis=0, dtype=np.float64)
        return Fitted({"weights": model.weights, "means": means}, figures, tail=False)


def _chances(model: Softmax, matrix: Matrix) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-model.log_odds(matrix)[:, 0]))


def _within(scores: NDArray[Any], answers: NDArray[np.float64], targets: NDArray[np.int64]) -> float:
    """The mean over targets of the area under the curve; those that nobody or everybody answered to say nothing."""
    found = []
    for each in np.unique(targets):
        rows = targets == each
        if 0 < answers[rows].sum() < np.count_nonzero(rows):
            found.append(auc(scores[rows], answers[rows]))
    return round(float(np.mean(found)), 4) if found else float("nan")


def _cases(
    tables: Tables, moment_ms: int, options: Any, chance: np.random.Generator
) -> tuple[Matrix, NDArray[np.float64], NDArray[np.int64]]:
    """Evidence as of a moment, who answered within the days after it, and to which target, of every size."""
    interest = Interest(tables.events, tables.columns, moment_ms)
    within = pl.col("timestamp_ms").is_between(moment_ms, moment_ms + options.days * DAY_MS, closed="left")
    after = tables.events.filter(within & (pl.col("type") == PURCHASE)).drop_nulls(["user", "item"])
    matrices, answers, targets = [np.empty((0, len(COLUMNS)), np.float32)], [np.empty(0)], [np.empty(0, np.int64)]
    for place, goods in enumerate(_targets(tables, moment_ms, options, chance)):
        buyers = after.filter(pl.col("item").is_in(goods.tolist()))["user"].unique().to_numpy()
        rows = np.arange(len(interest.users))
        if len(rows) > options.people:
            rows = np.sort(chance.choice(rows, options.people, replace=False))
        matrices.append(interest.of(goods)[rows])
        answers.append(np.isin(interest.users[rows], buyers).astype(np.float64))
        targets.append(np.full(len(rows), place))
    return np.concatenate(matrices), np.concatenate(answers), np.concatenate(targets)


def _targets(tables: Tables, moment_ms: int, options: Any, chance: np.random.Generator) -> list[Numbers]:
    """Single goods, brands and categories with enough buyers before a moment, of each at most `targets`, by chance."""
    past = tables.events.filter((pl.col("type") == PURCHASE) & (pl.col("timestamp_ms") < moment_ms))
    pairs = past.drop_nulls(["user", "item"]).select("user", "item").unique()
    items = pairs["item"].to_numpy()
    found: list[Numbers] = []
    alone = np.arange(tables.columns.size)
    for codes in (alone, *(_groups(tables.columns, name) for name in ("brand", "category"))):
        group = codes[items]
        buyers = np.bincount(group[group >= 0], minlength=1)
        wanted = np.flatnonzero(buyers >= options.at_least)
        chosen = chance.choice(wanted, min(len(wanted), options.targets), replace=False) if len(wanted) else wanted
        found += [np.flatnonzero(codes == each).astype(np.int64) for each in np.sort(chosen).tolist()]
    return found


def _groups(columns: ItemColumns, name: str) -> NDArray[np.int64]:
    column = columns.column(name)
    if not isinstance(column, TextColumn):
        return np.full(columns.size, -1, np.int64)
    return column.codes.astype(np.int64)


def _indicator(codes: NDArray[np.int64], size: int) -> sparse.csr_array:
    items = np.flatnonzero(codes >= 0)
    shape = (size, int(codes.max(initial=-1)) + 1)
    return sparse.csr_array((np.ones(len(items)), (items, codes[items])), shape=shape)


def chances(weights: NDArray[np.float64], matrix: Matrix) -> NDArray[np.float64]:
    """(n,) the chance of an answer for rows of `Interest.of`."""
    return _chances(Softmax(np.asarray(weights)), matrix)


def shares(weights: NDArray[np.float64], means: NDArray[np.float64], matrix: Matrix) -> NDArray[np.float64]:
    """(n, COLUMNS) how much each column lifts the log-odds above those of a customer like the mean."""
    return np.asarray(weights)[0, :-1] * (matrix - means)
