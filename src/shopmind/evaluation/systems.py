"""Baselines measured beside ours in the same run: random, popularity and personal frequency; kNN ones in neighbours.py.

Every one sees what the engine sees: the same known events, the same histories, the same items that may be shown, and
the same hashed ties.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from shopmind.evaluation.baskets import Baskets
from shopmind.kit.clock import DAY_MS
from shopmind.kit.seeds import generator

T = TypeVar("T")
Ranked = NDArray[np.int64]
BLOCK = 256
"""Cases scored at once: bounds memory."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a baseline is made from.

    Attributes:
        known: one row a user of the known events.
        asked: one row a case: its history.
        allowed: (size,) items that may be shown.
        tie: (size,) hashes that break ties.
        now_ms: the moment of the fit.
        memo: what systems of other options share, such as similarities.
    """

    known: Baskets
    asked: Baskets
    allowed: NDArray[np.bool_]
    tie: NDArray[np.uint64]
    now_ms: int
    seed: int = 0
    memo: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    def shared(self, key: object, make: Callable[[], T]) -> T:
        """What `make` makes, once for each key."""
        if key not in self.memo:
            self.memo[key] = make()
        made: T = self.memo[key]
        return made

    def ordered(self, scores: NDArray[np.floating]) -> Ranked:
        """All allowed items by falling score, ties by hash."""
        numbers = np.flatnonzero(self.allowed)
        return numbers[np.lexsort((self.tie[numbers], -scores[numbers]))]


class System:
    """A baseline, fitted when it is made; a subclass says `name`, `options`, and `scores` or `rest`."""

    name: str

    def __init__(self, material: Material) -> None:
        self.material = material

    @property
    def options(self) -> Mapping[str, float | str]:
        """What it was tuned to, for the report."""
        return {}

    def scores(self, rows: slice) -> sp.csr_array:
        """(b, size) scores of these cases; an item that is not stored cannot be said anything about."""
        start, stop, _ = rows.indices(len(self.material.asked))
        return empty(stop - start, self.material.asked.size)

    def rest(self, row: int, need: int) -> Ranked:
        """At least `need` allowed items (or all there are), best first, for the places that scores leave empty."""
        return np.empty(0, np.int64)

    def rank(self, k: int, *, without_history: bool = False) -> Ranked:
        """(n, k) the best items of every case, negative where nothing is left.

        Args:
            without_history: never an item the case already had.
        """
        asked = self.material.asked
        bounds = np.searchsorted(asked.rows, np.arange(len(asked) + 1))
        found = np.full((len(asked), k), -1, np.int64)
        shown = self.material.allowed.copy()
        for start in range(0, len(asked), BLOCK):
            block = self.scores(slice(start, start + BLOCK))
            for row in range(start, min(start + BLOCK, len(asked))):
                had = asked.items[bounds[row] : bounds[row + 1]] if without_history else asked.items[:0]
                shown[had] = False
                a, b = block.indptr[row - start], block.indptr[row - start + 1]
                best = _best(block.indices[a:b], block.data[a:b], shown, self.material.tie, k)
                found[row, : len(best)] = best
                if len(best) < k:
                    shown[best] = False
                    more = self.rest(row, k + len(best) + len(had))
                    more = more[shown[more]][: k - len(best)]
                    found[row, len(best) : len(best) + len(more)] = more
                    shown[best] = self.material.allowed[best]
                shown[had] = self.material.allowed[had]
        return found


class Random(System):
    """Items at random: what no knowledge reaches."""

    name = "random"

    def rest(self, row: int, need: int) -> Ranked:
        numbers = np.flatnonzero(self.material.allowed)
        chance = generator(self.material.seed, "random", int(self.material.asked.users[row]), row)
        return chance.choice(numbers, min(need, len(numbers)), replace=False)


class Popularity(System):
    """Items in most baskets of the last `window_days` before the fit; older baskets decide between equals."""

    name = "popularity"

    def __init__(self, material: Material, window_days: float = 28.0) -> None:
        super().__init__(material)
        self.window_days = window_days
        known = material.known
        recent = known.times_ms >= material.now_ms - window_days * DAY_MS
        counts = np.bincount(known.items[recent], minlength=known.size)
        ever = np.bincount(known.items, minlength=known.size)
        self.order = material.ordered(counts + ever / (ever.max(initial=0) + 1.0))

    @property
    def options(self) -> Mapping[str, float | str]:
        return {"window_days": self.window_days}

    def rest(self, row: int, need: int) -> Ranked:
        return self.order[:need]


class PersonalFrequency(System):
    """P-Top: what is in most of the user's own baskets, and nothing else.

    Source: Hu, He, Gao, Zhang, Modeling personalized item frequency information for next-basket recommendation (2020).
    """

    name = "p_top"

    def scores(self, rows: slice) -> sp.csr_array:
        asked = self.material.asked
        return asked.matrix(np.ones(len(asked.rows)))[rows]


class PersonalThenPopular(PersonalFrequency):
    """GP-Top: P-Top, and the empty places by popularity.

    Source: Hu et al. (2020).
    """

    name = "gp_top"

    def __init__(self, material: Material, window_days: float = 28.0) -> None:
        super().__init__(material)
        self.popular = Popularity(material, window_days)

    @property
    def options(self) -> Mapping[str, float | str]:
        return self.popular.options

    def rest(self, row: int, need: int) -> Ranked:
        return self.popular.rest(row, need)


def empty(rows: int, columns: int) -> sp.csr_array:
    """(rows, columns) float32 without entries."""
    nothing = np.empty(0, np.int64)
    return sp.csr_array((np.empty(0, np.float32), nothing, np.zeros(rows + 1, np.int64)), shape=(rows, columns))


def _best(
    items: NDArray[np.integer], values: NDArray[np.float32], shown: NDArray[np.bool_], tie: NDArray[np.uint64], k: int
) -> Ranked:
    keep = shown[items]
    items, values = items[keep], values[keep]
    if len(items) > k:
        border = np.partition(values, len(values) - k)[len(values) - k]
        near = values >= border
        items, values = items[near], values[near]
    return items[np.lexsort((tie[items], -values))][:k].astype(np.int64)
