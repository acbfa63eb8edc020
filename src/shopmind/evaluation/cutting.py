"""What a source is cut from: its log, or a file that is a split of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.evaluation.folder import Source
from shopmind.evaluation.protocol import Fit, Part, SplitName
from shopmind.evaluation.sequences import TIMES, NumbersOf, split_instances, split_sequences
from shopmind.evaluation.split import Split, split_events
from shopmind.kit.clock import parse_time
from shopmind.kit.errors import InputError

SEQUENCES_END_MS = parse_time("2026-01-01T00:00:00Z")
"""Files without times end here."""


@dataclass(frozen=True)
class Cutter:
    """Cuts one source.

    Attributes:
        cut: (fit, part, seed) → a split.
        times: where the order of events comes from, in words.
        timed: whether the source has times of its own.
    """

    cut: Callable[[Fit, Part, int], Split]
    times: str
    timed: bool


def cutter(source: Source, name: SplitName, items: NDArray[np.bool_]) -> Cutter:
    """How this source is cut: by its events where it has any, else by `sequences`, else by `next_item`.

    Args:
        items: (size,) by item number, True for those that may be asked for.

    Raises:
        InputError: a split by time is asked of a file without times.
    """
    shop = source.shop
    if shop.events.count():
        return _events(shop.events.table(), name, items)
    for table, of_file in (("sequences", _sequences), ("next_item", _instances)):
        frame = source.table(table)
        if frame is not None:
            if name != "leave-one-out":
                raise InputError(f"evaluate: {table} has no times; only leave-one-out can be asked", field="protocol")
            return of_file(frame, shop.catalogue.numbers)
    return _events(shop.events.table(), name, items)


def _events(events: pl.DataFrame, name: SplitName, items: NDArray[np.bool_]) -> Cutter:
    def cut(fit: Fit, part: Part, seed: int) -> Split:
        return split_events(events, name, fit, part=part, items=items, seed=seed)

    return Cutter(cut, "of the events", timed=True)


def _sequences(frame: pl.DataFrame, numbers: NumbersOf) -> Cutter:
    def cut(fit: Fit, part: Part, seed: int) -> Split:
        return split_sequences(frame, numbers, fit, part=part, end_ms=SEQUENCES_END_MS, seed=seed)

    return Cutter(cut, TIMES, timed=False)


def _instances(frame: pl.DataFrame, numbers: NumbersOf) -> Cutter:
    def cut(fit: Fit, part: Part, seed: int) -> Split:
        return split_instances(frame, numbers, fit, part=part, end_ms=SEQUENCES_END_MS)

    return Cutter(cut, TIMES, timed=False)
