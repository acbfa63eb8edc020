"""The artifact `next_item`: all signals of what a user takes next, and how to weigh them."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.stores.ports import Numbers
from shopmind.training.next_item.asked import Asked
from shopmind.training.next_item.blend import Blend, Choices
from shopmind.training.next_item.evidence import (
    COLUMNS,
    FORMS,
    GATES,
    OF_ORDERS,
    SEQUENCE,
    SIGNALS,
    Signals,
    best_first,
    blocks,
    needed,
)
from shopmind.training.next_item.fewer import fewer, foreseen, halves
from shopmind.training.next_item.hold_out import DOINGS, Steps, doings, last_steps, others_steps
from shopmind.training.next_item.meaning import alike, centred, shares, traits
from shopmind.training.next_item.statistics import Goods, Shape, in_orders, several, statistics
from shopmind.training.next_item.walks import Sequences
from shopmind.training.next_item.wording import likeness, words
from shopmind.training.purchases import counts, log_shares, rebuy_rates
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.sequence_model import SequenceModel
from shopmind.training.sparse import best_of_rows
from shopmind.training.timeline import Timeline
from shopmind.training.worth import wanted

STRONGER = (1, 10, 50)
"""Of the ridge, what is tried with few lists."""
PARTS = 5
"""Of the users, where few teach: the steps of each are foreseen from the others."""


LEAST_LIKE = 0.2
"""Cosine of text vectors from which they are alike at all."""
Network = Callable[[Asked], NDArray[np.float32]]
"""See evidence.Signals."""


class NextItemRecipe(Recipe):
    """Signals from the order of events, from neighbours, texts and traits, weighed by what every user took last.

    The last step of each user is kept back; the signals are made of the rest, the weights are those that best foresee
    the step; signals without which it is foreseen as well are left out, and the others are made of all events. With
    `Tables.held` that is the step instead, and it stays out of the signals. With few users all their steps teach, see
    _Made.weighed.
    """

    @dataclass(frozen=True)
    class Options(Shape):
        """users: whose last step teaches, at most. each_user: steps of one that teach where few do. at_least: steps
        some signal foresaw. each: candidates of one signal. most: candidates of one user. ridge: see blend.Choices.
        few: users below which all steps teach, and lists below which stronger ridges are tried too and all are
        foreseen. least: signals that stay whatever they add. tolerance: what leaving out may cost of the nDCG@10
        of held steps, in standard errors. Of the statistics:
        """

        users: int = 25_000
        each_user: int = 10
        at_least: int = 50
        each: int = 50
        most: int = 300
        ridge: float = 1e-3
        few: int = 2_000
        least: int = 5
        tolerance: float = 1.0

        def __post_init__(self) -> None:
            if self.least < 0:
                raise ValueError(f"least is {self.least}, allowed is 0 or more")
            if not 0 <= self.tolerance < math.inf:
                raise ValueError(f"tolerance is {self.tolerance}, allowed is 0 or more")

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """The arrays of statistics.statistics, and of Blend: `centre_of`, `scale_of`, `weights`.

        Raises:
            NotReadyError: too few users took a step that anything foresaw.
        """
        tables = tables.with_columns_of_events(*DOINGS, "quantity")
        steps = last_steps(tables, most=options.users, seed=seed)
        if len(steps) < options.at_least:
            raise NotReadyError(
                f"next_item: {len(steps)} users took something new after something else; {options.at_least} are needed"
            )
        made = _Made(tables, options, seed)
        network, version = _network(tables)
        blend, figures = made.weighed(steps, network, progress)
        progress("fit next_item", 3, 4)
        arrays = made.statistics(tables.events, signals_in(blend.columns))
        progress("fit next_item", 4, 4)
        weights = {"centre_of": blend.centre, "scale_of": blend.scale, "weights": blend.weights}
        told = {
            "columns": blend.columns,
            "gates": blend.gates,
            "each": options.each,
            "most": options.most,
            "sequence": version,
        }
        return Fitted({**arrays, **weights}, {**figures, **told})


class _Made:
    """What does not change while one artifact is fitted."""

    def __init__(self, tables: Tables, options: Any, seed: int) -> None:
        self._tables, self._options, self._seed = tables, options, seed
        self._size = tables.columns.size
        self._vectors = _vectors(tables)
        self._centre = np.zeros(1, np.float32)
        lines = doings(tables.events)
        self._has_orders = several(lines)
        worth = np.bincount(lines["item"].to_numpy(), minlength=self._size).astype(np.float64)
        near = _nothing(self._size, self._size)
        if self._vectors is not None:
            there = np.isfinite(self._vectors).all(axis=1)
            self._centre = self._vectors[there].mean(axis=0) if there.any() else self._vectors[0] * 0
            near = alike(centred(self._vectors, self._centre), options.like, LEAST_LIKE, worth)
        close = near.copy()
        close.data[close.data <= options.least_alike] = 0
        self._goods = Goods(
            _traits(tables), shares(best_of_rows(close, options.alike)), _likeness(tables, near, options.like, worth)
        )

    def statistics(self, events: Any, signals: Collection[str]) -> dict[str, NDArray[Any]]:
        """What these signals are made of."""
        lines = doings(events)
        sequences = Sequences.of(lines, self._size, self._options.newest)
        wanting = needed(signals)
        made = statistics(sequences, self._goods, self._options, self._seed, wanting)
        if "together" in wanting:
            made |= in_orders(lines, self._size, self._options, self._seed)
        taken = Timeline(events, wanted(events))
        now_ms = int(taken.history.times_ms.max(initial=0)) + 1
        for days in (7, 28):
            made[f"share_{days}"] = log_shares(counts(taken, self._size, now_ms - days * DAY_MS))
        return {**made, "staple": rebuy_rates(taken, self._size), "centre": self._centre}

    def weighed(self, steps: Steps, network: Network | None, progress: Progress) -> tuple[Blend, dict[str, Any]]:
        """The weights, and what they were learned from.

        Where few users took a step, all their newest steps teach, each foreseen from other users. A network has seen
        those, so what it is worth, and how the other weights give way to it, is learned from the last steps alone.

        Raises:
            NotReadyError: too few steps were among the candidates.
        """
        prior: Blend | None = None
        if len(steps) < self._options.few:
            choices, asked = self._of_others(progress)
            prior, figures = self._blend(choices, asked)
            if network is None:
                return prior, figures
        chosen = self._signals if prior is None else signals_in(prior.columns)
        choices = self.choices(self.statistics(steps.known, chosen), steps, chosen, network, progress)
        progress("fit next_item", 2, 4)
        return self._blend(choices, len(steps), prior)

    def _of_others(self, progress: Progress) -> tuple[Choices, int]:
        found, asked = Choices(self._columns(None, self._signals), GATES), 0
        options = self._options
        for part in others_steps(self._tables, PARTS, options.each_user, most=options.users, seed=self._seed):
            found.join(self.choices(self.statistics(part.known, self._signals), part, self._signals, None, progress))
            asked += len(part)
        return found, asked

    def _blend(self, choices: Choices, steps: int, prior: Blend | None = None) -> tuple[Blend, dict[str, Any]]:
        options = self._options
        if len(choices) < options.at_least:
            raise NotReadyError(
                f"next_item: of {steps} steps {len(choices)} were among the candidates; {options.at_least} are needed"
            )
        few = len(choices) < options.few
        splits = halves(len(choices), few, self._seed)
        ridges = tuple(options.ridge * each for each in STRONGER) if few else (options.ridge,)
        tried = {ridge: foreseen(choices, splits, ridge, prior=prior) for ridge in ridges}
        ridge = max(tried, key=lambda each: tried[each].worth)
        found, share = tried[ridge], len(choices) / steps
        figures: dict[str, Any] = {"steps": steps, "foreseen": len(choices), "ridge": ridge}
        if prior is None:
            figures["all_signals_ndcg@10"] = found.figures(share)["ndcg@10"]
            found = fewer(found, splits, ridge, least=options.least, tolerance=options.tolerance)
        figures |= found.figures(share)
        return found.choices.blend(ridge, prior=prior), figures

    def choices(
        self,
        arrays: dict[str, NDArray[Any]],
        steps: Steps,
        chosen: Collection[str],
        network: Network | None,
        progress: Progress,
    ) -> Choices:
        """The list of every step that some signal foresaw."""
        vectors = self._vectors
        signals = Signals(arrays, None if vectors is None else lambda items: vectors[items], network, chosen=chosen)
        unit = None if vectors is None else centred(vectors, arrays["centre"])
        found = Choices(self._columns(network, chosen), GATES)
        targets = np.searchsorted(steps.target_rows, np.arange(len(steps) + 1))
        had = np.searchsorted(steps.had_rows, np.arange(len(steps) + 1))
        allowed = self._tables.columns.shown.copy()
        for block in blocks(steps.asked, self._size):
            walked = signals.of(steps.asked.take(block))
            near = None if unit is None else walked.profile @ unit.T
            for row in range(block.stop - block.start):
                user = block.start + row
                own = steps.had_items[had[user] : had[user + 1]]
                allowed[own] = False
                items, _ = walked.offer(
                    row,
                    allowed,
                    None if near is None else _exactly(near, allowed),
                    self._options.each,
                    self._options.most,
                )
                allowed[own] = self._tables.columns.shown[own]
                taken = np.isin(items, steps.target_items[targets[user] : targets[user + 1]])
                if taken.any():
                    found.add(walked.columns(row, items), taken)
            progress("weigh next_item", block.stop, len(steps))
        return found

    @property
    def _signals(self) -> tuple[str, ...]:
        return tuple(name for name in SIGNALS if self._has_orders or name not in OF_ORDERS)

    def _columns(self, network: Network | None, chosen: Collection[str]) -> tuple[str, ...]:
        silent = {f"{name}{form}" for name in SIGNALS if name not in chosen for form in FORMS}
        return tuple(name for name in COLUMNS if name not in silent and (name != SEQUENCE or network is not None))


def signals_in(columns: Collection[str]) -> tuple[str, ...]:
    """Of SIGNALS those that these columns are of."""
    return tuple(name for name in SIGNALS if name in columns)


def _nothing(height: int, width: int) -> sparse.csr_array:
    none = np.empty(0, np.int64)
    return sparse.csr_array((np.empty(0, np.float32), (none, none)), shape=(height, width))


def _exactly(
    near: NDArray[np.float32], allowed: NDArray[np.bool_]
) -> Callable[[NDArray[np.float32], int, int], Numbers]:
    def nearest(_: NDArray[np.float32], row: int, k: int) -> Numbers:
        return best_first(np.where(allowed, near[row], -np.inf), k)

    return nearest


def _traits(tables: Tables) -> sparse.csr_array:
    if tables.catalogue is None:
        return _nothing(tables.columns.size, 1)
    return traits(tables.catalogue, tables.columns.size)


def _likeness(tables: Tables, near: sparse.csr_array, k: int, worth: NDArray[np.floating]) -> sparse.csr_array:
    if tables.catalogue is None:
        return likeness(_nothing(tables.columns.size, 1), near, k)
    return likeness(words(tables.catalogue, tables.columns.size, worth), near, k)


def _vectors(tables: Tables) -> NDArray[np.float32] | None:
    if tables.vectors is None:
        return None
    numbers = np.flatnonzero(tables.columns.shown)
    found = tables.vectors(numbers)
    vectors = np.full((tables.columns.size, found.shape[1]), np.nan, np.float32)
    vectors[numbers] = found
    return vectors


def _network(tables: Tables) -> tuple[Network | None, str]:
    """The sequence model made from the same log, if there is one, and its version."""
    found = None if tables.artifacts is None else tables.artifacts.load("sequence")
    if found is None or not len(tables.events) or found.card["event_number"] != int(tables.events["number"][-1]):
        return None, ""
    model, size = SequenceModel.of(found.arrays), tables.columns.size
    return lambda asked: model.log_shares(asked, size), found.version
