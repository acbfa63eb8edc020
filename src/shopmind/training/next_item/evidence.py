"""Candidates and columns of the next item, from the arrays of the artifact: the same code for training and serving."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from shopmind.stores.ports import Numbers
from shopmind.training.next_item.asked import NEWEST, Asked
from shopmind.training.next_item.meaning import centred
from shopmind.training.purchases import of_items
from shopmind.training.sparse import rows


@dataclass(frozen=True, slots=True)
class Walk:
    """Along which matrix, and what an event counts beside the next newer one; decay None: the best event alone.

    With `by_order` all events of one order count alike, and `decay` is from order to order.
    """

    matrix: str
    decay: float | None
    by_order: bool = False


ALL = 0.97
"""What an event counts beside the next newer one where the whole history is to speak."""

WALKS: Mapping[str, Walk] = {
    "after": Walk("rules", 0.7),
    "after_last": Walk("rules", 0.0),
    "after_alike": Walk("smoothed", 0.7),
    "two_steps": Walk("twice", 0.5),
    "same_people": Walk("neighbours", 0.7),
    "before": Walk("before", 0.7),
    "traits": Walk("traits", 0.5),
    "explained": Walk("explained", 0.7),
    "explained_last": Walk("explained", 0.0),
    "next": Walk("following", 0.0),
    "same_people_all": Walk("neighbours", ALL),
    "explained_all": Walk("explained", ALL),
    "closest": Walk("likeness", None),
    "after_order": Walk("rules", 0.0, by_order=True),
    "same_order": Walk("together", 0.87, by_order=True),
}
"""Those by order only where orders hold several items: elsewhere they say what others say."""
SEQUENCE = "sequence"
COLUMNS = (
    *(f"{name}{form}" for name in (*WALKS, "factors", "factors_all") for form in ("", "_log")),
    "reads_like",
    "reads_like_last",
    "popular",
    "share_7",
    "share_28",
    "staple",
    SEQUENCE,
)
"""What the weights are learned for; `sequence` only where a sequence model was trained."""
OF_ORDERS = tuple(f"{name}{form}" for name, walk in WALKS.items() if walk.by_order for form in ("", "_log"))
"""Of COLUMNS those that are there only where orders hold several items."""
GATES = ("known_newest", "long_history", "popular")
"""What the weights depend on: how well the newest item is known, how long the history, how popular the candidate."""
TABLES = ("popular", "share_7", "share_28", "staple")
BESTSELLERS = 1_000
"""Of them the best that may be shown are candidates."""
FLOOR = 0.003
LEAST_WEIGHT = 1e-3
"""Of an event in a walk: below it the event is left out."""
LEAST_SHARE = -20.0
"""Of ln p: below it the network says no."""

Near = Callable[[NDArray[np.float32], int, int], Numbers]
"""(d,) vector, row asked, k → the k nearest items that may be shown."""


class Signals:
    """All signals, ready to be asked.

    Args:
        arrays: what `statistics.statistics` made.
        vectors: numbers → text vectors of unit length; None where items have no text vector.
        network: histories → (b, size) ln of the share each item has in what comes next; None without a network.
    """

    def __init__(
        self,
        arrays: Mapping[str, NDArray[Any]],
        vectors: Callable[[Numbers], NDArray[np.float32]] | None,
        network: Callable[[Asked], NDArray[np.float32]] | None = None,
    ) -> None:
        self._arrays = arrays
        self._left, self._right = arrays["left"], arrays["right"]
        self._tables = {name: arrays[name] for name in TABLES}
        self.bestsellers = np.argsort(-arrays["share_28"], kind="stable")[:BESTSELLERS]
        self._centre = arrays["centre"]
        self._vectors = vectors
        self._network = network
        self.size = len(arrays["popular"])
        in_orders = "together_starts" in arrays
        self._walks = {name: walk for name, walk in WALKS.items() if in_orders or not walk.by_order}

    def of(self, asked: Asked) -> Walked:
        """What all signals say of everything, for a batch."""
        found = {name: self._walked(asked, walk) for name, walk in self._walks.items()}
        factors_all = asked.recency(ALL, self.size) @ self._left
        asked = asked.last(NEWEST)
        factors = asked.recency(0.7, self.size) @ self._left
        network = None if self._network is None else self._network(asked)
        newest = asked.newest()
        known = np.where(newest >= 0, self.table("popular", np.maximum(newest, 0)), 0.0).astype(np.float32)
        return Walked(
            self,
            found,
            np.asarray(factors, np.float32),
            np.asarray(factors_all, np.float32),
            *self._texts(asked),
            network,
            known,
            np.log1p(asked.lengths),
        )

    def _walked(self, asked: Asked, walk: Walk) -> NDArray[np.float32]:
        """(b, size) sum over events of decay ** rank times their rows of the matrix; through traits in two steps."""
        if walk.decay is None:
            return self._greatest(walk.matrix, asked.last(NEWEST))
        weights = np.power(walk.decay, asked.order_ranks if walk.by_order else asked.ranks)
        counting = weights > LEAST_WEIGHT
        asked, weights = asked.where(counting), weights[counting]
        if walk.matrix != "traits":
            return self._summed(walk.matrix, asked.items, asked.rows, weights, len(asked), self.size)
        width = len(self._arrays["having_starts"]) - 1
        profile = self._summed(walk.matrix, asked.items, asked.rows, weights, len(asked), width)
        users, traits = np.nonzero(profile)
        return self._summed("having", traits, users, profile[users, traits], len(asked), self.size)

    def _summed(
        self,
        name: str,
        numbers: NDArray[np.integer],
        users: NDArray[np.integer],
        weights: NDArray[np.floating],
        height: int,
        width: int,
    ) -> NDArray[np.float32]:
        place, columns, values = rows(self._arrays, name, numbers.astype(np.int64))
        inside = columns < width
        place, columns, values = place[inside], columns[inside], values[inside]
        sums = np.bincount(users[place] * width + columns, weights[place] * values, minlength=height * width)
        return sums.astype(np.float32).reshape(height, width)

    def _greatest(self, name: str, asked: Asked) -> NDArray[np.float32]:
        """(b, size) the largest entry of the rows of any event, at least 0."""
        place, columns, values = rows(self._arrays, name, asked.items)
        best = np.zeros(len(asked) * self.size, np.float32)
        np.maximum.at(best, asked.rows[place] * self.size + columns, values)
        return best.reshape(len(asked), self.size)

    def scored_by_factors(self, profile: NDArray[np.float32], items: Numbers) -> NDArray[np.float32]:
        """(n,) what the factors expect of items."""
        return np.asarray(self._right[items] @ profile, np.float32)

    def text(self, items: Numbers) -> NDArray[np.float32]:
        """(n, d) centred text vectors, zeros where there is none."""
        return (
            np.zeros((len(items), 1), np.float32)
            if self._vectors is None
            else centred(self._vectors(items), self._centre)
        )

    def table(self, name: str, items: Numbers) -> NDArray[np.float32]:
        """(n,) of TABLES: ln(1 + how often it was taken), see purchases.log_shares and purchases.rebuy_rates."""
        return of_items(self._tables[name], items)

    def _texts(self, asked: Asked) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        distinct, place = np.unique(asked.items, return_inverse=True)
        if not len(distinct):
            none = np.zeros((len(asked), 1), np.float32)
            return none, none
        vectors = self.text(distinct)
        weights = np.power(0.7, asked.ranks).astype(np.float32)
        held = sparse.csr_array((weights, (asked.rows, place)), shape=(len(asked), len(distinct)))
        newest = asked.newest()
        last = np.zeros((len(asked), vectors.shape[1]), np.float32)
        last[newest >= 0] = vectors[np.searchsorted(distinct, newest[newest >= 0])]
        return np.asarray(held @ vectors, np.float32), last


@dataclass(frozen=True, slots=True)
class Walked:
    """What the signals say of a batch, before it is known which items matter.

    Attributes:
        found: walk → (b, size) scores, 0 where it does not come to.
        factors, profile, last: (b, d) of each user, to be multiplied with candidates' own.
        network: (b, size) or None.
        known_newest: (b,) ln(1 + how often the newest item was taken). long_history: (b,) ln(1 + events).
    """

    signals: Signals
    found: Mapping[str, NDArray[np.float32]]
    factors: NDArray[np.float32]
    factors_all: NDArray[np.float32]
    profile: NDArray[np.float32]
    last: NDArray[np.float32]
    network: NDArray[np.float32] | None
    known_newest: NDArray[np.float32]
    long_history: NDArray[np.floating]

    def offer(
        self, row: int, allowed: NDArray[np.bool_], near: Near | None, each: int, most: int
    ) -> tuple[Numbers, NDArray[np.float32]]:
        """The candidates of one user: the best `each` of every signal, of these the `most` that most agree on.

        Returns:
            (n,) items, best first, and (n,) how much the signals agree: the sum over them of 1 / (20 + rank).
        """
        lists = list(self._best(row, allowed, near, each))
        if not lists:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        items, place = np.unique(np.concatenate(lists), return_inverse=True)
        votes = np.concatenate([1.0 / (20 + np.arange(len(each))) for each in lists])
        agreement = np.bincount(place, votes, minlength=len(items)).astype(np.float32)
        kept = np.argsort(-agreement, kind="stable")[:most]
        return items[kept], agreement[kept]

    def _best(self, row: int, allowed: NDArray[np.bool_], near: Near | None, each: int) -> Iterator[Numbers]:
        for name, scores in self.found.items():
            if name != "before":
                places = np.flatnonzero((scores[row] > 0) & allowed[: self.signals.size])
                yield places[best_first(scores[row][places], each)]
        bestsellers = self.signals.bestsellers
        yield bestsellers[allowed[bestsellers]][: 2 * each]
        if self.network is not None:
            shares = np.where(allowed[: self.network.shape[1]], self.network[row], -np.inf)
            yield best_first(shares, each)
        if near is not None and self.profile[row].any():
            yield near(self.profile[row], row, each)

    def columns(self, row: int, items: Numbers) -> dict[str, NDArray[np.float32]]:
        """(n,) float32 columns of any items for one user.

        Every walk gives its score over the best one's, and the logarithm of that (FLOOR apart from nothing).
        """
        inside = items < self.signals.size
        raw: dict[str, NDArray[np.float32]] = {}
        for name, scores in self.found.items():
            raw[name] = np.zeros(len(items), np.float32)
            raw[name][inside] = scores[row][items[inside]]
        for name, profile in (("factors", self.factors), ("factors_all", self.factors_all)):
            raw[name] = np.zeros(len(items), np.float32)
            raw[name][inside] = self.signals.scored_by_factors(profile[row], items[inside])
        made: dict[str, NDArray[np.float32]] = {}
        for name, values in raw.items():
            share = np.clip(values, 0, None) / max(float(values.max(initial=0.0)), 1e-6)
            made[name] = share.astype(np.float32)
            made[f"{name}_log"] = (np.log(share + FLOOR) + 3).astype(np.float32)
        texts = self.signals.text(items)
        for name, vector in (("reads_like", self.profile[row]), ("reads_like_last", self.last[row])):
            made[name] = np.asarray(texts @ vector, np.float32) if vector.any() else np.zeros(len(items), np.float32)
        made |= {name: self.signals.table(name, items) for name in TABLES}
        made["known_newest"] = np.full(len(items), self.known_newest[row], np.float32)
        made["long_history"] = np.full(len(items), self.long_history[row], np.float32)
        if self.network is not None:
            made[SEQUENCE] = np.full(len(items), LEAST_SHARE, np.float32)
            known = items < self.network.shape[1]
            made[SEQUENCE][known] = np.fmax(self.network[row][items[known]], LEAST_SHARE)
        return made


def best_first(scores: NDArray[np.float32], k: int) -> Numbers:
    """Places of the k highest scores above -inf, the highest first."""
    k = min(k, int(np.count_nonzero(scores > -np.inf)))
    if not k:
        return np.empty(0, np.int64)
    best = np.argpartition(-scores, k - 1)[:k]
    return best[np.argsort(-scores[best], kind="stable")]


def blocks(asked: Asked, size: int) -> Sequence[slice]:
    """Runs of users whose dense rows stay within 12 MB a signal."""
    step = max(1, min(512, 3_000_000 // max(size, 1)))
    return [slice(start, min(start + step, len(asked))) for start in range(0, len(asked), step)]
