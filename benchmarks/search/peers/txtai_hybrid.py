"""txtai's hybrid search: its BM25 and Faiss, our vectors by its `external` method, nothing else set."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.search.peers.peer import Found, Goods, Peer


class Txtai(Peer):
    """Half the weight on each side, as it comes; its scores are normalised by itself."""

    told = "whole text, its default tokenizer (words of letters and digits, no stems); our vectors by Faiss; 0.5 / 0.5"
    side_by_side = False

    def build(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        rows = {text: row for row, text in enumerate(goods.whole)}
        vectors = goods.vectors

        def known(texts: Sequence[str]) -> NDArray[np.float32]:
            return np.asarray(vectors[[rows[text] for text in texts]], np.float32)

        index = _embeddings(known)
        index.index((row, text, None) for row, text in enumerate(goods.whole))
        index.save(str(place / "index"))

    def open(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        encoder = goods.encoder()

        def encode(texts: Sequence[str]) -> NDArray[np.float32]:
            return encoder.encode(list(texts), role="query")

        self._index = _embeddings(encode)
        self._index.load(str(place / "index"), config={"transform": encode})

    def search(self, text: str, k: int) -> Found:
        """See Peer."""
        found = self._index.search(text, k)
        return [int(row) for row, _ in found], [float(score) for _, score in found]

    def about(self) -> dict[str, Any]:
        """See Peer."""
        return {"version": version("txtai-minimal")}


def _embeddings(transform: Any) -> Any:
    from txtai.embeddings import Embeddings  # type: ignore[import-not-found]

    return Embeddings({"method": "external", "transform": transform, "hybrid": True, "content": False})
