"""BM25 over Chinese words alone, tuned: what a shop builds from jieba and a BM25 library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bm25s
import jieba

from benchmarks.search.peers.peer import EXACTLY_ALL, Found, Goods, Peer, best

K1, B = 0.5, 0.6
"""Best MRR@10 of known items on the train and valid titles over k1 × b, each as words of one cut and of search mode."""


def words(text: str) -> list[str]:
    """jieba's words in search mode, lower case, without spaces and signs."""
    return [word for word in (each.strip() for each in jieba.lcut_for_search(text.lower())) if word.isalnum()]


class WordsBm25(Peer):
    """Lucene's form of BM25, by bm25s."""

    told = f"whole text, words of jieba in search mode, k1 = {K1}, b = {B}"
    on_disk = False
    depth = EXACTLY_ALL

    def __init__(self, cut: Callable[[str], list[str]] = words, k1: float = K1, b: float = B) -> None:
        self._cut, self._options = cut, {"k1": k1, "b": b}

    def build(self, goods: Goods, place: Path) -> None:
        """In memory: see `open`."""

    def open(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        self._index = bm25s.BM25(**self._options, method="lucene")
        self._index.index([self._cut(text) for text in goods.whole], show_progress=False)

    def search(self, text: str, k: int) -> Found:
        """See Peer."""
        tokens = self._cut(text)
        return best(self._index.get_scores(tokens), k) if tokens else ([], [])

    def about(self) -> dict[str, Any]:
        """See Peer."""
        return self._options
