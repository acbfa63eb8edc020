"""bm25s as it comes: its tokenizer with English stop words, its k1 and b."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import bm25s

from benchmarks.search.peers.peer import Found, Goods, Peer


class Bm25sPlain(Peer):
    """Saved, and mapped when it is opened."""

    told = "whole text, own tokenizer with English stop words and no stemmer, k1 = 1.5, b = 0.75"

    def build(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        index = bm25s.BM25()
        index.index(bm25s.tokenize(goods.whole, stopwords="en", show_progress=False), show_progress=False)
        index.save(str(place / "index"))

    def open(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        self._index = bm25s.BM25.load(str(place / "index"), mmap=True)
        self._items = len(goods.ids)

    def search(self, text: str, k: int) -> Found:
        """See Peer."""
        tokens = bm25s.tokenize([text], stopwords="en", show_progress=False, return_ids=False)
        rows, scores = self._index.retrieve(tokens, k=min(k, self._items), show_progress=False)
        found = scores[0] > 0
        return rows[0][found].tolist(), scores[0][found].tolist()

    def about(self) -> dict[str, Any]:
        """See Peer."""
        return {"version": version("bm25s")}
