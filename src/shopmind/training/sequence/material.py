"""What the networks are trained on: windows of users' events, what items say of themselves, and the step held back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES
from shopmind.kit.errors import NotReadyError
from shopmind.training.next_item.asked import NEWEST
from shopmind.training.next_item.hold_out import Steps, doings, last_steps
from shopmind.training.next_item.meaning import centred
from shopmind.training.recipe import Tables
from shopmind.training.sequence_model import gap_buckets, trait_keys
from shopmind.training.worth import wanted

WINDOWS = 4
"""Windows of one user that are learned from; they begin half a window apart, the newest ones count."""
OTHER_WORTH = 0.3
"""Weight, as a target, of an event of a kind that is not foreseen."""
COMMON = 0.5
"""Share of the catalogue above which a trait tells nothing."""
TEXT_BLOCK = 4_096


@dataclass(frozen=True, slots=True)
class Material:
    """Arrays alone, so that it can be handed to another process. Items are rows of `numbers` here, not numbers.

    Attributes:
        numbers: (n,) rising item numbers. seen: (n,) whether an item occurs in the windows.
        starts: (w + 1,) where each window's events begin. rows, types, gaps: (m,) of each event.
        weights: (m,) of each event as a target; 0 for the first of a window.
        text: (n, D) float32 centred unit vectors, zeros where there is none; D may be 0. centre: (D,).
        trait_starts: (n + 1,) where each item's traits begin. traits: which. keys: (t,) rising uint64, their names.
        held_*: the step held back: histories as above, (p,) pairs of history and item for targets and for what the
            user had.
    """

    numbers: NDArray[np.int64]
    seen: NDArray[np.bool_]
    starts: NDArray[np.int64]
    rows: NDArray[np.int64]
    types: NDArray[np.int8]
    gaps: NDArray[np.int8]
    weights: NDArray[np.float32]
    text: NDArray[np.float32]
    centre: NDArray[np.float32]
    trait_starts: NDArray[np.int64]
    traits: NDArray[np.int64]
    keys: NDArray[np.uint64]
    held_starts: NDArray[np.int64]
    held_rows: NDArray[np.int64]
    held_types: NDArray[np.int8]
    held_gaps: NDArray[np.int8]
    held_targets: NDArray[np.int64]
    held_had: NDArray[np.int64]

    def save(self, file: Any) -> None:
        """Writes the arrays to a binary file."""
        np.savez(file, **{each.name: getattr(self, each.name) for each in fields(self)})

    @staticmethod
    def load(file: Any) -> Material:
        """What `save` wrote."""
        with np.load(file) as arrays:
            return Material(**{each.name: arrays[each.name] for each in fields(Material)})


def gather(tables: Tables, *, least: int, judges: int, seed: int) -> Material:
    """The material of a log.

    Args:
        least: users with two events or more that are needed.
        judges: users whose held step is looked at, at most.

    Raises:
        NotReadyError: there are fewer.
    """
    steps = last_steps(tables, most=judges, seed=seed)
    events = doings(steps.known)
    users = events.group_by("user").len().filter(pl.col("len") >= 2).height
    if users < least:
        raise NotReadyError(f"sequence: {users} users with two events or more; {least} are needed")
    starts, places, weights = _windows(events, [EVENT_TYPES.index(kind) for kind in wanted(steps.known)])
    items, times = events["item"].to_numpy()[places], events["timestamp_ms"].to_numpy()[places]
    numbers = np.union1d(np.flatnonzero(tables.columns.shown), items)
    text, centre = _texts(tables, numbers)
    trait_starts, traits, keys = _traits(tables, numbers)
    rows = np.searchsorted(numbers, items)
    return Material(
        numbers=numbers,
        seen=np.isin(np.arange(len(numbers)), rows),
        starts=starts,
        rows=rows,
        types=events["type"].to_numpy()[places],
        gaps=gap_buckets(times, starts),
        weights=weights,
        text=text,
        centre=centre,
        trait_starts=trait_starts,
        traits=traits,
        keys=keys,
        **_held(steps, numbers),
    )


def _windows(
    events: pl.DataFrame, kinds: list[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Starts of the windows, the rows of `events` in them, and the weight of each as a target.

    An event is a target where its item is new to the user: 1 if it is foreseen, else OTHER_WORTH. It is so in one
    window only, with at least half a window before it.
    """
    new = events.select(
        again=pl.int_range(pl.len()).over("user", "item") > 0, foreseen=pl.col("type").is_in(kinds)
    ).to_dict(as_series=True)
    worth = np.where(new["foreseen"].to_numpy(), 1.0, OTHER_WORTH) * ~new["again"].to_numpy()
    user = events["user"].to_numpy()
    begin = np.flatnonzero(np.diff(user, prepend=user[:1] - 1))
    lengths, places, weights = [], [], []
    for first, last in zip(begin.tolist(), [*begin[1:].tolist(), len(user)], strict=True):
        for start, stop, counted in _cut(first, last):
            lengths.append(stop - start)
            places.append(np.arange(start, stop))
            mine = worth[start:stop].astype(np.float32)
            mine[: counted - start] = 0
            weights.append(mine)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return starts, np.concatenate(places), np.concatenate(weights)


def _cut(first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """Begin, end and first target of each window of events first to last - 1, the newest window first."""
    for _ in range(WINDOWS):
        start = max(first, last - NEWEST - 1)
        yield start, last, start + (1 if start == first else NEWEST // 2)
        if start == first or last - first < 2:
            return
        last = start + NEWEST // 2


def _texts(tables: Tables, numbers: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if tables.vectors is None:
        return np.zeros((len(numbers), 0), np.float32), np.zeros(0, np.float32)
    parts = [tables.vectors(numbers[start : start + TEXT_BLOCK]) for start in range(0, len(numbers), TEXT_BLOCK)]
    vectors = np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)
    there = np.isfinite(vectors).all(axis=1)
    if not there.any():
        return np.zeros((len(numbers), 0), np.float32), np.zeros(0, np.float32)
    centre = vectors[there].mean(axis=0).astype(np.float32)
    return centred(vectors, centre), centre


def _traits(
    tables: Tables, numbers: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]]:
    """Traits that two items share or more, and not more than COMMON of them."""
    empty = np.zeros(0, np.uint64)
    if tables.catalogue is None:
        return np.zeros(len(numbers) + 1, np.int64), np.zeros(0, np.int64), empty
    found = {number: trait_keys(item) for number, item in tables.catalogue.scan(numbers)}
    keys = [found.get(number, empty) for number in numbers.tolist()]
    every, counts = np.unique(np.concatenate([*keys, empty]), return_counts=True)
    telling = every[(counts >= 2) & (counts <= COMMON * max(len(found), 1))]
    kept = [np.searchsorted(telling, each[np.isin(each, telling)]) for each in keys]
    starts = np.concatenate([[0], np.cumsum([len(each) for each in kept])]).astype(np.int64)
    return starts, np.concatenate([*kept, np.zeros(0, np.int64)]).astype(np.int64), telling


def _held(steps: Steps, numbers: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    asked = steps.asked.last(NEWEST)
    known = np.isin(asked.items, numbers)
    starts = np.concatenate([[0], np.cumsum(known)])[asked.starts].astype(np.int64)
    gaps = gap_buckets(asked.times_ms[known], starts)

    def pairs(rows: NDArray[np.int64], items: NDArray[np.int64]) -> NDArray[np.int64]:
        """(p, 2) rows of histories and items; an item that is not there is -1."""
        places = np.searchsorted(numbers, items)
        inside = numbers[np.minimum(places, len(numbers) - 1)] == items
        return np.stack([rows, np.where(inside, places, -1)], axis=1)

    return {
        "held_starts": starts,
        "held_rows": np.searchsorted(numbers, asked.items[known]),
        "held_types": asked.types[known],
        "held_gaps": gaps,
        "held_targets": pairs(steps.target_rows, steps.target_items),
        "held_had": pairs(steps.had_rows, steps.had_items),
    }
