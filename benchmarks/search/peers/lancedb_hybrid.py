"""LanceDB's hybrid search: its full-text index, our vectors, its reciprocal-rank fusion."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search.peers.peer import Found, Goods, Peer

INDEXED_FROM = 10_000
"""Items from which a vector index is made; without one each query reads all vectors from disk (0.3 s of 92,000)."""

os.environ.setdefault("LANCEDB_LOG", "error")  # it warns twice a query of a change to come


class LanceDb(Peer):
    """As it comes, but for the vector index of a large set: the neighbour graph that it recommends for recall."""

    told = (
        "whole text, its default tokenizer (English stems, stop words); our vectors, HnswSq from 10,000 items on; RRF"
    )

    def build(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        import lancedb  # type: ignore[import-not-found]
        import pyarrow as pa  # type: ignore[import-not-found]

        vectors = np.asarray(goods.vectors)
        flat = pa.array(vectors.ravel(), pa.float32())
        columns = {
            "row": pa.array(range(len(goods.ids)), pa.int64()),
            "text": pa.array(goods.whole),
            "vector": pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]),
        }
        table = lancedb.connect(place / "db").create_table("items", pa.table(columns))
        table.create_fts_index("text")
        if len(goods.ids) >= INDEXED_FROM:
            from lancedb.index import HnswSq  # type: ignore[import-not-found]

            table.create_index("vector", config=HnswSq(distance_type="cosine"))
        table.optimize()

    def open(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        import lancedb

        self._table = lancedb.connect(place / "db").open_table("items")
        self._encoder = goods.encoder()

    def search(self, text: str, k: int) -> Found:
        """See Peer."""
        from lancedb.query import MatchQuery  # type: ignore[import-not-found]

        vector = self._encoder.encode([text], role="query")[0]
        asked = self._table.search(query_type="hybrid").vector(vector).text(MatchQuery(text, "text"))
        found = asked.distance_type("cosine").select(["row"]).limit(k).to_arrow()
        return found["row"].to_pylist(), found["_relevance_score"].to_pylist()

    def about(self) -> dict[str, Any]:
        """See Peer."""
        return {"version": version("lancedb")}
