"""tantivy as it comes: its own English tokenizer, its fixed k1 and b, its query parser."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import tantivy

from benchmarks.search.peers.peer import Found, Goods, Peer

FIELDS = ["title", "description"]


class TantivyPlain(Peer):
    """Two fields, equal weights, any of the words."""

    told = "title and description, tokenizer en_stem, k1 = 1.2, b = 0.75 (fixed)"

    def build(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        home = place / "index"
        home.mkdir(parents=True)
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("row", stored=True, fast=True)
        for name in FIELDS:
            builder.add_text_field(name, tokenizer_name="en_stem")
        writer = tantivy.Index(builder.build(), str(home)).writer(64_000_000, 1)
        for row, (title, description) in enumerate(zip(goods.titles, goods.descriptions, strict=True)):
            document = tantivy.Document()
            document.add_unsigned("row", row)
            document.add_text("title", title)
            document.add_text("description", description)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    def open(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        self._index = tantivy.Index.open(str(place / "index"))
        self._searcher = self._index.searcher()

    def search(self, text: str, k: int) -> Found:
        """See Peer."""
        query, _ = self._index.parse_query_lenient(text, FIELDS)
        hits = self._searcher.search(query, k, count=False).hits
        return self._searcher.fast_field_values("row", [where for _, where in hits]), [score for score, _ in hits]

    def about(self) -> dict[str, Any]:
        """See Peer."""
        return {"version": version("tantivy")}
