"""Item-kNN and TIFU-KNN: simple, and hard to beat when tuned."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from shopmind.evaluation.baskets import Baskets
from shopmind.evaluation.systems import Material, Popularity, Ranked, System, empty

ITEMS_A_BASKET = 1.2
"""Below this mean size a basket says nothing about what goes together."""


class ItemNeighbours(System):
    """Item-kNN: items that stand in baskets with what the user had, newer baskets weighing more.

    sim(i, j) = c_ij / sqrt(c_i c_j) · c_ij / (c_ij + shrink), the `neighbours` highest of each item j are kept;
    score(i) = Σ_j sim(i, j) Σ_baskets with j 0.5^(rank / half_life), with sim(i, i) = `itself`. Where baskets hold
    but one item, a user's whole history counts as one basket.

    Source: Deshpande, Karypis, Item-based top-N recommendation algorithms (2004); shrinkage as Bell, Koren (2007).
    """

    name = "item_knn"

    def __init__(
        self,
        material: Material,
        neighbours: int = 50,
        half_life: float = 20.0,
        shrink: float = 10.0,
        itself: float = 0.0,
        window_days: float = 28.0,
    ) -> None:
        super().__init__(material)
        self.neighbours, self.half_life, self.shrink, self.itself = neighbours, half_life, shrink, itself
        self.popular = Popularity(material, window_days)
        self.similar = material.shared(
            (self.name, neighbours, shrink), lambda: similarities(material.known, neighbours, shrink)
        )
        if itself:
            self.similar = sp.csr_array(self.similar + itself * sp.eye_array(material.known.size, dtype=np.float32))
        asked = material.asked
        self.weights = asked.matrix(0.5 ** (asked.ranks / half_life))

    @property
    def options(self) -> Mapping[str, float | str]:
        return {
            "neighbours": self.neighbours,
            "half_life_baskets": self.half_life,
            "shrink": self.shrink,
            "itself": self.itself,
        }

    def scores(self, rows: slice) -> sp.csr_array:
        return sp.csr_array(self.weights[rows] @ self.similar)

    def rest(self, row: int, need: int) -> Ranked:
        return self.popular.rest(row, need)


class TimedFrequencyNeighbours(System):
    """TIFU-KNN: a user is the decayed frequency of items in his baskets, mixed with that of the nearest users.

    The baskets are grouped by `group` from the newest on; a basket weighs within^(place in its group from the newest),
    a group's vector is the mean of its baskets, and weighs between^(place from the newest); the user's vector is the
    mean over groups. score = alpha · own + (1 − alpha) · mean of the `neighbours` nearest users (Euclidean).

    Source: Hu, He, Gao, Zhang, Modeling personalized item frequency information for next-basket recommendation
    (SIGIR 2020), equations 1–4.
    """

    name = "tifu_knn"

    def __init__(
        self,
        material: Material,
        group: int = 7,
        within: float = 0.9,
        between: float = 0.7,
        neighbours: int = 50,
        alpha: float = 0.3,
    ) -> None:
        super().__init__(material)
        self.group, self.within, self.between = group, within, between
        self.neighbours, self.alpha = neighbours, alpha
        self.others = timed_frequency(material.known, group, within, between)
        self.own = timed_frequency(material.asked, group, within, between)
        self.lengths = np.asarray(self.others.multiply(self.others).sum(axis=1)).ravel()
        self.transposed = sp.csr_array(self.others.T)
        self.usable = material.known.counts > 0

    @property
    def options(self) -> Mapping[str, float | str]:
        return {
            "group": self.group,
            "within": self.within,
            "between": self.between,
            "neighbours": self.neighbours,
            "alpha": self.alpha,
        }

    def scores(self, rows: slice) -> sp.csr_array:
        own = self.own[rows]
        closeness = (2 * (own @ self.transposed)).toarray() - self.lengths
        closeness[:, ~self.usable] = -np.inf
        closeness[self.material.asked.users[rows][:, None] == self.material.known.users] = -np.inf
        k = min(self.neighbours, closeness.shape[1])
        chosen = np.argpartition(-closeness, k - 1, axis=1)[:, :k] if k else np.empty((len(closeness), 0), np.int64)
        real = np.take_along_axis(closeness, chosen, axis=1) > -np.inf
        found = np.maximum(real.sum(1), 1)[:, None]
        weights = np.where(real, (1 - self.alpha) / found, 0.0).astype(np.float32)
        starts = np.arange(len(chosen) + 1) * k
        mixing = sp.csr_array((weights.ravel(), chosen.ravel(), starts), shape=(len(chosen), self.others.shape[0]))
        return sp.csr_array(self.alpha * own + mixing @ self.others)


def timed_frequency(baskets: Baskets, group: int, within: float, between: float) -> sp.csr_array:
    """(n, size) vectors of TIFU-KNN; the oldest group may hold fewer than `group` baskets and is divided by its own."""
    total = baskets.counts[baskets.rows]
    place, turn = baskets.ranks // group, baskets.ranks % group
    held = np.minimum(group, total - place * group)
    groups = -(-total // group)
    return baskets.matrix(within**turn * between**place / held / groups)


def similarities(known: Baskets, neighbours: int, shrink: float, block: int = 2_048) -> sp.csr_array:
    """(size, size) float32: row j holds the `neighbours` items most similar to j."""
    single = len(known.rows) < ITEMS_A_BASKET * (known.baskets.max(initial=-1) + 1)
    together = known.rows if single else known.baskets
    shape = (int(together.max(initial=-1)) + 1, known.size)
    held = sp.csr_array(sp.coo_array((np.ones(len(together), np.float32), (together, known.items)), shape=shape))
    held.data[:] = 1.0
    counts: NDArray[np.float32] = np.asarray(held.sum(axis=0)).ravel()
    used = np.flatnonzero(counts > 0)
    columns = sp.csc_array(held)
    rows, cols, values = [], [], []
    for start in range(0, len(used), block):
        mine = used[start : start + block]
        counted = sp.csr_array(sp.csr_array(columns[:, mine].T) @ held)
        owner = np.repeat(mine, np.diff(counted.indptr))
        sim = counted.data / np.sqrt(counts[owner] * counts[counted.indices]) * counted.data / (counted.data + shrink)
        sim[counted.indices == owner] = 0.0
        keep = _highest(counted.indptr, sim.astype(np.float32), neighbours)
        rows.append(owner[keep])
        cols.append(counted.indices[keep])
        values.append(sim[keep].astype(np.float32))
    if not rows:
        return empty(known.size, known.size)
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(cols)))
    return sp.csr_array(sp.coo_array(entries, shape=(known.size, known.size)))


def _highest(starts: NDArray[np.integer], values: NDArray[np.float32], k: int) -> NDArray[np.bool_]:
    """True for the k highest values above 0 of each row of a CSR; equals at the border all stay."""
    keep = values > 0
    for a, b in pairwise(starts):
        if b - a > k:
            row = values[a:b]
            keep[a:b] &= row >= np.partition(row, b - a - k)[b - a - k]
    return keep
