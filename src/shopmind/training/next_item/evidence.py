"""Candidates and columns of the next item, from the arrays of the artifact: the same code for training and serving."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.highest import highest
from shopmind.stores.ports import Numbers
from shopmind.training.next_item.asked import NEWEST, Asked
from shopmind.training.next_item.chains import Chain, Reached, Start, starting, walked
from shopmind.training.next_item.meaning import centred
from shopmind.training.purchases import of_items
from shopmind.training.sparse import matrix, rows


@dataclass(frozen=True, slots=True)
class Walk:
    """Along which matrices, and what an event counts beside the next newer one; decay None: the best event alone.

    Several chains are added up. With `by_order` all events of one order count alike,
    and `decay` is from order to order.
    """

    chains: tuple[Chain, ...]
    decay: float | None
    by_order: bool = False

    @property
    def start(self) -> Start:
        """What its events count."""
        return (0.0 if self.decay is None else self.decay, self.by_order)


def _along(*chain: str, decay: float | None, by_order: bool = False) -> Walk:
    return Walk((chain,), decay, by_order)


ALL = 0.97
"""What an event counts beside the next newer one where the whole history is to speak."""

WALKS: Mapping[str, Walk] = {
    "after": _along("rules", decay=0.7),
    "after_last": _along("rules", decay=0.0),
    "after_alike": Walk((("alike", "rules"), ("rules", "alike")), 0.7),
    "two_steps": _along("rules", "rules", decay=0.5),
    "same_people": _along("neighbours", decay=0.7),
    "before": _along("before", decay=0.7),
    "traits": _along("traits", "having", decay=0.5),
    "explained": _along("explained", decay=0.7),
    "explained_last": _along("explained", decay=0.0),
    "next": _along("following", decay=0.0),
    "same_people_all": _along("neighbours", decay=ALL),
    "explained_all": _along("explained", decay=ALL),
    "closest": _along("likeness", decay=None),
    "after_order": _along("rules", decay=0.0, by_order=True),
    "same_order": _along("together", decay=0.87, by_order=True),
}
"""Those by order only where orders hold several items: elsewhere they say what others say."""
FACTORS: Mapping[str, float] = {"factors": 0.7, "factors_all": ALL}
"""Products of factors, and what an event counts in them beside the next newer one."""
SIGNALS = (*WALKS, *FACTORS)
"""What may be left out where it adds nothing, see fewer.fewer; every one gives two columns."""
FORMS = ("", "_log")
SEQUENCE = "sequence"
COLUMNS = (
    *(f"{name}{form}" for name in SIGNALS for form in FORMS),
    "reads_like",
    "reads_like_last",
    "popular",
    "share_7",
    "share_28",
    "staple",
    SEQUENCE,
)
"""What the weights are learned for; `sequence` only where a sequence model was trained."""
OF_ORDERS = tuple(name for name, walk in WALKS.items() if walk.by_order)
"""Of SIGNALS those that are there only where orders hold several items."""
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
        chosen: which of SIGNALS speak.
    """

    def __init__(
        self,
        arrays: Mapping[str, NDArray[Any]],
        vectors: Callable[[Numbers], NDArray[np.float32]] | None,
        network: Callable[[Asked], NDArray[np.float32]] | None = None,
        *,
        chosen: Collection[str],
    ) -> None:
        self._arrays = {name: np.asarray(array) for name, array in arrays.items()}  # a memmap is slow to index
        self.factors = {name: decay for name, decay in FACTORS.items() if name in chosen}
        self._tables = {name: self._arrays[name] for name in TABLES}
        self.bestsellers = np.argsort(-arrays["share_28"], kind="stable")[:BESTSELLERS]
        self._centre = arrays["centre"]
        self._vectors = vectors
        self._network = network
        self.size = len(arrays["popular"])
        self._walks = {name: walk for name, walk in WALKS.items() if name in chosen}
        self._matrices = {name: matrix(arrays, name, self._width(name)) for name in _walked_along(self._walks)}

    def of(self, asked: Asked) -> Walked:
        """What all signals say of everything, for a batch."""
        found = self._walked(asked)
        factors = {
            name: self._in_few_dimensions(asked if decay == ALL else asked.last(NEWEST), decay)
            for name, decay in self.factors.items()
        }
        asked = asked.last(NEWEST)
        network = None if self._network is None else self._network(asked)
        newest = asked.newest()
        known = np.where(newest >= 0, self.table("popular", np.maximum(newest, 0)), 0.0).astype(np.float32)
        return Walked(
            self,
            found,
            factors,
            *self._texts(asked),
            network,
            known,
            np.log1p(asked.lengths),
        )

    def _width(self, name: str) -> int:
        return len(self._arrays["having_starts"]) - 1 if name == "traits" else self.size

    def _walked(self, asked: Asked) -> dict[str, Reached]:
        """Where every walk comes to: sums over events of decay ** rank times their rows of the chains' products."""
        greatest = {name: walk for name, walk in self._walks.items() if walk.decay is None}
        summed = {name: walk for name, walk in self._walks.items() if walk.decay is not None}
        wanted = [(walk.start, chain) for walk in summed.values() for chain in walk.chains]
        starts = {
            start: starting(asked, start, self.size, LEAST_WEIGHT)
            for start in dict.fromkeys(start for start, _ in wanted)
        }
        reached = walked(starts, wanted, self._matrices)
        found = {name: self._greatest(walk.chains[0][0], asked.last(NEWEST)) for name, walk in greatest.items()}
        for name, walk in summed.items():
            first, *others = (reached[walk.start, chain] for chain in walk.chains)
            found[name] = sum(others, first)
        return {name: found[name] for name in self._walks}

    def _greatest(self, name: str, asked: Asked) -> Reached:
        """The largest entry of the rows of any event, where above 0."""
        place, columns, values = rows(self._arrays, name, asked.items)
        best = np.zeros(len(asked) * self.size, np.float32)
        np.maximum.at(best, asked.rows[place] * self.size + columns, values)
        cells = np.flatnonzero(best > 0)
        users, columns = np.divmod(cells, self.size)
        starts = np.searchsorted(users, np.arange(len(asked) + 1)).astype(np.int32)
        return Reached(starts, columns.astype(np.int32), best[cells])

    def _in_few_dimensions(self, asked: Asked, decay: float) -> NDArray[np.float32]:
        """(b, d) what a history is by the factors."""
        start, left = starting(asked, (decay, False), self.size, 0.0), self._arrays["left"]
        found = np.zeros((len(asked), left.shape[1]), np.float32)
        for row in range(len(asked)):
            items, weights = start.row(row)
            found[row] = weights @ left[items].astype(np.float32)
        return found

    def scored_by_factors(self, profile: NDArray[np.float32], items: Numbers) -> NDArray[np.float32]:
        """(n,) what the factors expect of items."""
        return np.asarray(self._arrays["right"][items].astype(np.float32) @ profile, np.float32)

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
        profile = np.zeros((len(asked), vectors.shape[1]), np.float32)
        for row, (first, stop) in enumerate(itertools.pairwise(asked.starts.tolist())):
            profile[row] = weights[first:stop] @ vectors[place[first:stop]]
        newest = asked.newest()
        last = np.zeros((len(asked), vectors.shape[1]), np.float32)
        last[newest >= 0] = vectors[np.searchsorted(distinct, newest[newest >= 0])]
        return profile, last


@dataclass(frozen=True, slots=True)
class Walked:
    """What the signals say of a batch, before it is known which items matter.

    Attributes:
        found: walk → the items it comes to, and their scores.
        factors: of FACTORS, (b, d) of each user, to be multiplied with candidates' own; so are profile and last.
        network: (b, size) or None.
        known_newest: (b,) ln(1 + how often the newest item was taken). long_history: (b,) ln(1 + events).
    """

    signals: Signals
    found: Mapping[str, Reached]
    factors: Mapping[str, NDArray[np.float32]]
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
        for name, reached in self.found.items():
            if name != "before":
                columns, scores = reached.row(row)
                yield columns[best_first(scores * allowed[columns], each, above=0.0)].astype(np.int64)
        bestsellers = self.signals.bestsellers
        yield bestsellers[allowed[bestsellers]][: 2 * each]
        if self.network is not None:
            foreseen = self.network[row]
            shares = np.where(allowed[: len(foreseen)] & (foreseen > -np.inf), foreseen, -np.inf)
            yield best_first(shares, each)
        if near is not None and self.profile[row].any():
            yield near(self.profile[row], row, each)

    def columns(self, row: int, items: Numbers) -> dict[str, NDArray[np.float32]]:
        """(n,) float32 columns of any items for one user.

        Every walk gives its score over the best one's, and the logarithm of that (FLOOR apart from nothing).
        """
        inside = items < self.signals.size
        rising = np.argsort(items[inside], kind="stable")
        wanted, places = items[inside][rising], np.flatnonzero(inside)[rising]
        asked = np.zeros(self.signals.size, np.bool_)
        asked[wanted] = True
        names = (*self.found, *self.factors)
        raw = np.zeros((len(names), len(items)), np.float32)
        for line, reached in zip(raw, self.found.values(), strict=False):
            columns, scores = reached.row(row)
            here = np.flatnonzero(asked[columns])  # few: candidates are looked for among them, not among all reached
            line[places[np.searchsorted(wanted, columns[here])]] = scores[here]
        for line, profile in zip(raw[len(self.found) :], self.factors.values(), strict=True):
            line[inside] = self.signals.scored_by_factors(profile[row], items[inside])
        shares = np.clip(raw, 0, None) / np.maximum(raw.max(axis=1, initial=0.0), 1e-6)[:, None]
        made: dict[str, NDArray[np.float32]] = {}
        for name, share, logged in zip(names, shares, np.log(shares + FLOOR) + 3, strict=True):
            made[name], made[f"{name}_log"] = share, logged
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


def needed(signals: Iterable[str]) -> frozenset[str]:
    """What statistics.statistics has to make for these of SIGNALS."""
    chosen = set(signals)
    along = _walked_along({name: walk for name, walk in WALKS.items() if name in chosen})
    return frozenset(along | ({"factors"} if chosen & set(FACTORS) else set()))


def _walked_along(walks: Mapping[str, Walk]) -> set[str]:
    return {name for walk in walks.values() for chain in walk.chains for name in chain}


def best_first(scores: NDArray[np.float32], k: int, above: float = -np.inf) -> Numbers:
    """Places of the k highest scores that are higher than `above`, the highest first; of equal ones the first."""
    near = highest(scores, k)
    near = near[scores[near] > above]
    return near[np.argsort(-scores[near], kind="stable")][:k]


def blocks(asked: Asked, size: int) -> Sequence[slice]:
    """Runs of users whose dense rows stay within 12 MB a signal."""
    step = max(1, min(512, 3_000_000 // max(size, 1)))
    return [slice(start, min(start + step, len(asked))) for start in range(0, len(asked), step)]
