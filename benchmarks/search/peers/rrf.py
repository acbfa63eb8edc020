"""Plain reciprocal-rank fusion of tuned BM25 and the same vectors: the hybrid that is tried first everywhere."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from benchmarks.search.peers.dense import Dense
from benchmarks.search.peers.peer import Found, Goods, Peer
from benchmarks.search.peers.tuned_bm25 import TunedBm25

CONSTANT = 60
EACH = 100


class Rrf(Peer):
    """Source: Cormack, Clarke, Büttcher, Reciprocal rank fusion (SIGIR 2009), with their constant."""

    told = f"the rows bm25 and dense, at least {EACH} of each, 1 / ({CONSTANT} + rank)"

    def __init__(self) -> None:
        self._words, self._meaning = TunedBm25(), Dense()

    def build(self, goods: Goods, place: Path) -> None:
        """See Peer; the words are in memory."""
        self._meaning.build(goods, place)

    def open(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        self._words.open(goods, place)
        self._meaning.open(goods, place)

    def search(self, text: str, k: int) -> Found:
        """See Peer."""
        scores: defaultdict[int, float] = defaultdict(float)
        for side in (self._words, self._meaning):
            for rank, row in enumerate(side.search(text, max(k, EACH))[0], 1):
                scores[row] += 1 / (CONSTANT + rank)
        order = sorted(scores, key=lambda row: (-scores[row], row))[:k]
        return order, [scores[row] for row in order]
