"""Meaning alone: our encoder and our vector index, no words."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.search.peers.peer import Found, Goods, Peer
from shopmind.stores.usearch_vectors import UsearchVectors


class Dense(Peer):
    """Cosine of query and passage."""

    told = "vectors of our encoder, our vector index"

    def build(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        numbers = np.arange(1, len(goods.ids) + 1)
        self._at(goods, place).update(numbers, np.asarray(goods.vectors), (), mark=1)

    def open(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        self._encoder = goods.encoder()
        self._index = self._at(goods, place)

    def search(self, text: str, k: int) -> Found:
        """See Peer."""
        numbers, cosines = self._index.search(self._encoder.encode([text], role="query")[0], k)
        return (numbers - 1).tolist(), cosines.tolist()

    def _at(self, goods: Goods, place: Path) -> UsearchVectors:
        return UsearchVectors(place / "vectors", "bench", goods.vectors.shape[1], threads=1)
