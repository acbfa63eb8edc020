"""What needs no other package: random, popularity, our tuned item-kNN baseline, EASE."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.linalg import lapack

from benchmarks.recommend.given import Lists, Rows
from benchmarks.recommend.peers.peer import Options, Peer, Stop, in_blocks, matrix
from shopmind.evaluation.baskets import Baskets, baskets_of
from shopmind.evaluation.neighbours import ItemNeighbours
from shopmind.evaluation.systems import Material, Popularity, Random, System


class Baseline(Peer):
    """A baseline of `shopmind evaluate recommend`."""

    one_by_one = False  # it is made anew for each asking
    system: ClassVar[type[System]]

    def fit(self, known: Lists, options: Options, seed: int, *, folder: Path, stop: Stop | None) -> None:
        """See Peer; a system is made when it is asked, and what does not change between askings is kept."""
        table = pl.read_parquet(folder / "known.parquet").filter(pl.col("user").fill_null(0) > 0)
        users = table["user"].unique().sort().to_numpy()
        row = pl.Series("row", np.searchsorted(users, table["user"].to_numpy()))
        self._size = known.items + 1
        self._known = baskets_of(table.with_columns(row), "row", users, ("purchase",), self._size)
        self._now_ms = int(json.loads((folder / "now.json").read_text()))
        self._options, self._seed = dict(options), seed
        self._shared: dict[object, Any] = {}
        self._made(_nobody(known.items)).rank(1)

    def rank(self, asked: Lists, k: int) -> Rows:
        """See Peer."""
        ranked: NDArray[np.int64] = self._made(asked).rank(k, without_history=True)
        return np.where(ranked > 0, ranked - 1, -1)

    def _made(self, asked: Lists) -> System:
        allowed = np.ones(self._size, np.bool_)
        allowed[0] = False
        tie = np.arange(self._size, dtype=np.uint64)  # items stand in the order of a hash
        baskets = _one_a_basket(asked, self._size)
        material = Material(self._known, baskets, allowed, tie, self._now_ms, self._seed, self._shared)
        return self.system(material, **self._options)


class RandomItems(Baseline):
    """Items at random."""

    told = "what no knowledge reaches"
    system = Random


class MostPopular(Baseline):
    """Most baskets of the last days."""

    told = "most taken of the last days, the same for everyone"
    system = Popularity


class OwnItemKnn(Baseline):
    """Item-kNN with recency."""

    told = "cosine with shrinkage, newer steps weigh more; `shopmind evaluate`'s baseline"
    system = ItemNeighbours


class Ease(Peer):
    """EASE in closed form.

    Source: Steck, Embarrassingly shallow autoencoders for sparse data (2019).
    """

    told = "closed form, written here"

    def fit(self, known: Lists, options: Options, seed: int, *, folder: Path, stop: Stop | None) -> None:
        """See Peer."""
        held = matrix(known)
        gram = np.asarray((held.T @ held).todense(), np.float32)
        gram[np.diag_indices(known.items)] += options["penalty"]
        factor, _ = lapack.spotrf(gram, lower=False, overwrite_a=True)
        half, _ = lapack.spotri(factor, lower=False, overwrite_c=True)  # the upper half of the inverse
        inverse = np.triu(half) + np.triu(half, 1).T
        weights = -inverse / np.diag(inverse)
        weights[np.diag_indices(known.items)] = 0.0
        self._weights = weights

    def rank(self, asked: Lists, k: int) -> Rows:
        """See Peer."""
        return in_blocks(asked, k, lambda block: matrix(block) @ self._weights)


def _one_a_basket(lists: Lists, size: int) -> Baskets:
    """Lists as baskets of one item each, the newest last."""
    counts = np.diff(lists.starts)
    ranks = np.repeat(lists.starts[1:], counts) - 1 - np.arange(len(lists.rows))
    places = np.arange(len(lists.rows), dtype=np.int64)
    users = np.arange(len(lists), dtype=np.int64)
    return Baskets(lists.owners, lists.rows + 1, ranks, lists.times_ms, places, users, counts, size)


def _nobody(items: int) -> Lists:
    nothing = np.empty(0, np.int64)
    return Lists(np.zeros(2, np.int64), nothing, nothing, items, np.zeros(1, np.int64), nothing)
