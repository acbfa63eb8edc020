"""What is known and what is asked: an event log cut into a known part and cases.

Nothing a case is asked about, and nothing its user did afterwards, is in its history or in the known part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES, EventType, History
from shopmind.evaluation.protocol import Fit, Part, SplitName
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError
from shopmind.kit.seeds import generator
from shopmind.training.worth import wanted

WINDOW_DAYS = 28.0
HISTORY = ["number", "type", "timestamp_ms", "user", "item", "quantity", "order"]


@dataclass(frozen=True, slots=True)
class Cases:
    """n requests whose answer is known.

    Attributes:
        users: (n,) user numbers; one user may have several cases in files of instances.
        now_ms: (n,) when each request is made.
        history: what each user did before: the columns HISTORY and `case`, by rising case, oldest first.
        target_cases: (m,) rising case of each target.
        target_items: (m,) item numbers, each once in a case.
    """

    users: NDArray[np.int64]
    now_ms: NDArray[np.int64]
    history: pl.DataFrame
    target_cases: NDArray[np.int64]
    target_items: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.users)

    def take(self, rows: NDArray[np.intp]) -> Cases:
        """Only these cases, renumbered in the given (rising) order."""
        place = np.full(len(self), -1, np.int64)
        place[rows] = np.arange(len(rows))
        history = self.history.with_columns(pl.Series("case", place[self.history["case"].to_numpy()], pl.Int64))
        targets = place[self.target_cases]
        return Cases(
            self.users[rows],
            self.now_ms[rows],
            history.filter(pl.col("case") >= 0),
            targets[targets >= 0],
            self.target_items[targets >= 0],
        )

    def histories(self) -> list[History]:
        """One History a case, as the store would give it."""
        bounds = np.searchsorted(self.history["case"].to_numpy(), np.arange(len(self) + 1))
        whole = History(
            self.history["item"].to_numpy(),
            self.history["type"].to_numpy(),
            self.history["timestamp_ms"].to_numpy(),
            self.history["quantity"].fill_null(1).fill_nan(1).to_numpy(),
            self.history["order"].fill_null(0).to_numpy(),
            self.history["number"].to_numpy(),
        )
        return [whole.take(slice(int(a), int(b))) for a, b in pairwise(bounds)]


@dataclass(frozen=True, slots=True)
class Split:
    """A cut log.

    Attributes:
        known: events a fit may see, EVENT_TABLE by rising number.
        now_ms: the moment of the fit.
        events: event types that are predicted.
        left_out: name → how many users or baskets have no case.
        held: events that may choose settings and weights but make no statistics (Tables.held); None where a recipe is
            to keep its own last step back, as always where the validation is asked.
        notes: what else a reader of the figures must know.
        cutoff_ms: None where every user has a cutoff of his own.
    """

    known: pl.DataFrame
    cases: Cases
    now_ms: int
    events: tuple[EventType, ...]
    cutoff_ms: int | None = None
    window_days: float | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    held: pl.DataFrame | None = None
    notes: tuple[str, ...] = ()


def split_events(
    table: pl.DataFrame,
    name: SplitName,
    fit: Fit,
    *,
    part: Part = "test",
    items: NDArray[np.bool_] | None = None,
    seed: int = 0,
    cutoff_ms: int | None = None,
) -> Split:
    """Cuts a log.

    Args:
        table: events of schema EVENT_TABLE.
        part: "validation" asks what settings are chosen by; whatever the fit, it then sees what comes before.
        items: (size,) by item number, True for those that may be asked for; None means all.
        seed: shuffles events of equal timestamps, so that the order of a file never decides.
        cutoff_ms: where the test of "time" and "next-basket" begins; None leaves it the last window of the log.

    Raises:
        InputError: no user has enough events for a case, or a fit that a log has no part for.
    """
    if fit == "valid":
        raise InputError(
            "evaluate: fit 'valid' is for a next_item file without a train part; a log or sequences are fitted with "
            "train or refit",
            field="fit",
        )
    askable = None if items is None else np.flatnonzero(items)
    events = wanted(table if askable is None else table.filter(pl.col("item").is_in(askable.tolist())))
    if not events:
        raise InputError("evaluate: the log holds no event that could be predicted (purchase, click, view, play …)")
    cut = {
        "leave-one-out": _leave_one_out,
        "time": _after_cutoff,
        "next-basket": _after_cutoff,
        "last-basket": _last_basket,
    }[name]
    ordered = _shuffled(table, seed)
    wanted_rows = _predictable(ordered, events, askable)
    found = cut(ordered, _Wanted(events, wanted_rows, cutoff_ms), name, fit, part)
    if not len(found.cases):
        raise InputError(f"evaluate: no user has enough events for {name}: {dict(found.left_out)}", field="protocol")
    return replace(found, notes=_ties(ordered.filter(pl.Series(wanted_rows))))


def _ties(asked: pl.DataFrame) -> tuple[str, ...]:
    """How many events have no order of their own, in words; nothing where all have one."""
    shared = asked.select(pl.struct("user", "timestamp_ms").is_duplicated().sum()).item()
    if not shared:
        return ()
    return (f"{shared} of {len(asked)} events share their moment with another of the same user: shuffled by the seed",)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Event types that are predicted, (len(table),) True for the rows that are of them, and where the test begins."""

    events: tuple[EventType, ...]
    rows: NDArray[np.bool_]
    cutoff_ms: int | None = None


def _shuffled(table: pl.DataFrame, seed: int) -> pl.DataFrame:
    """By user and time, equal times shuffled; anonymous events come first."""
    chance = generator(seed, "ties").permutation(len(table))
    return (
        table.sort("number")
        .with_columns(pl.Series("chance", chance))
        .sort("user", "timestamp_ms", "chance", nulls_last=False)
        .drop("chance")
    )


def _leave_one_out(table: pl.DataFrame, wanted: _Wanted, name: SplitName, fit: Fit, part: Part) -> Split:
    users, times = table["user"].fill_null(0).to_numpy(), table["timestamp_ms"].to_numpy()
    rows = np.flatnonzero(wanted.rows)
    people, counts = np.unique(users[rows], return_counts=True)
    enough = counts >= 3
    test, valid = rows[np.cumsum(counts) - 1][enough], rows[np.cumsum(counts) - 2][enough]
    people, place = people[enough], np.arange(len(table))
    asked = valid if part == "validation" else test
    before = place < _by_row(users, people, asked)
    until_valid, until_test = (place < _by_row(users, people, each) for each in (valid, test))
    known = until_test if (fit, part) == ("refit", "test") else until_valid
    found = _made(table, wanted.events, known, people, times[asked], before, asked)
    held = table.filter(pl.Series(until_test & ~until_valid)).sort("number")
    left_out = {"users_with_fewer_than_3_events": int((~enough).sum())}
    return replace(found, left_out=left_out, held=held if (fit, part) == ("train", "test") else None)


def _by_row(users: NDArray[np.int64], people: NDArray[np.int64], values: NDArray[np.intp]) -> NDArray[np.intp]:
    """The value of each row's user; past every row for anyone else."""
    of_user = np.full(int(users.max(initial=0)) + 1, len(users), np.intp)
    of_user[people] = values
    return of_user[users]


def _after_cutoff(table: pl.DataFrame, wanted: _Wanted, name: SplitName, fit: Fit, part: Part) -> Split:
    times, users = table["timestamp_ms"].to_numpy(), table["user"].fill_null(0).to_numpy()
    window = int(min(WINDOW_DAYS * DAY_MS, (times.max() - times.min()) / 5))
    if wanted.cutoff_ms is not None:
        window = int(times.max()) - wanted.cutoff_ms
    if window <= 0:
        raise InputError(f"evaluate: {name} needs events at different times; use leave-one-out", field="protocol")
    earlier = window if part == "validation" else 0
    cutoff = int(times.max()) - window - earlier
    until = int(times.max()) - earlier if earlier else int(times.max()) + 1
    mine = wanted.rows
    if name == "next-basket":
        baskets = _baskets(table, mine).filter((pl.col("start") >= cutoff) & (pl.col("start") < until))
        asked = (
            baskets.filter(pl.col("basket") == pl.col("basket").min().over("user"))["row"].to_numpy().astype(np.intp)
        )
    else:
        asked = np.flatnonzero(mine & (times >= cutoff) & (times < until))
    everyone = np.unique(users[asked])
    known = times < cutoff
    people = everyone[np.isin(everyone, users[mine & known])]
    asked = asked[np.isin(users[asked], people)]
    now_ms = np.full(len(people), cutoff, np.int64)
    found = _made(table, wanted.events, known, people, now_ms, known, asked)
    left_out = {"users_without_history": len(everyone) - len(people)}
    return replace(found, now_ms=cutoff, cutoff_ms=cutoff, window_days=window / DAY_MS, left_out=left_out)


def _last_basket(table: pl.DataFrame, wanted: _Wanted, name: SplitName, fit: Fit, part: Part) -> Split:
    users, times = table["user"].fill_null(0).to_numpy(), table["timestamp_ms"].to_numpy()
    depth, mine = (1 if part == "validation" else 0), wanted.rows
    baskets = _baskets(table, mine).with_columns(
        nth=pl.col("basket").max().over("user") - pl.col("basket"), depth=pl.col("basket").max().over("user")
    )
    hidden = baskets.filter(pl.col("nth") == pl.min_horizontal(pl.lit(depth), "depth")).unique("user")
    start_of_user = np.full(int(users.max()) + 1, np.iinfo(np.int64).max)
    start_of_user[hidden["user"].to_numpy()] = hidden["start"].to_numpy()
    known = times < start_of_user[users]
    asked = baskets.filter(pl.col("nth") == depth)["row"].to_numpy().astype(np.intp)
    people = np.intersect1d(users[asked], users[mine & known])
    asked = asked[np.isin(users[asked], people)]
    found = _made(table, wanted.events, known, people, start_of_user[people], known, asked)
    return replace(found, left_out={"users_without_history": len(hidden) - len(people)})


def _predictable(
    table: pl.DataFrame, events: tuple[EventType, ...], askable: NDArray[np.intp] | None
) -> NDArray[np.bool_]:
    codes = [EVENT_TYPES.index(kind) for kind in events]
    mask = pl.col("type").is_in(codes) & (pl.col("user").fill_null(0) > 0) & pl.col("item").is_not_null()
    rows = table.select(mask).to_series().to_numpy()
    return rows if askable is None else rows & np.isin(table["item"].fill_null(-1).to_numpy(), askable)


def _baskets(table: pl.DataFrame, mine: NDArray[np.bool_]) -> pl.DataFrame:
    """Rows of `mine` as row, user, start (of the basket, ms) and basket (0 = the user's first)."""
    rows = table.select("user", "order", "timestamp_ms").with_row_index("row").filter(pl.Series(mine))
    baskets = rows.group_by("user", "order").agg(start=pl.col("timestamp_ms").min(), first=pl.col("row").min())
    baskets = baskets.sort("user", "start", "first").with_columns(basket=pl.int_range(pl.len()).over("user"))
    return rows.join(baskets, on=["user", "order"], nulls_equal=True).sort("row")


def _made(
    table: pl.DataFrame,
    events: tuple[EventType, ...],
    known: NDArray[np.bool_],
    people: NDArray[np.int64],
    now_ms: NDArray[np.int64],
    before: NDArray[np.bool_],
    asked: NDArray[np.intp],
) -> Split:
    """A split of one case a user, from row masks: `known` to the fit, `before` the request; `asked` are target rows."""
    users, items = table["user"].fill_null(0).to_numpy(), table["item"].fill_null(-1).to_numpy()
    kinds = [EVENT_TYPES.index(kind) for kind in HISTORY_TYPES]
    own = pl.Series(before & np.isin(users, people)) & table["type"].is_in(kinds) & table["item"].is_not_null()
    history = table.select(HISTORY).filter(own)
    history = history.with_columns(case=pl.Series(np.searchsorted(people, history["user"].to_numpy()), dtype=pl.Int64))
    targets = np.unique(np.stack([np.searchsorted(people, users[asked]), items[asked]], axis=1), axis=0)
    fitted = table.filter(pl.Series(known)).sort("number")
    now = int(fitted["timestamp_ms"].max() or 0) + 1  # type: ignore[arg-type]
    return Split(fitted, Cases(people, now_ms, history, targets[:, 0], targets[:, 1]), now, events)
