"""The BM25 that `shopmind evaluate search` stands beside: tuned, over the words of our analyser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search.peers.peer import EXACTLY_ALL, Found, Goods, Peer, best
from shopmind.domain import Item
from shopmind.evaluation.bm25 import Bm25


class TunedBm25(Peer):
    """Source: shopmind.evaluation.bm25, where its k1 and b come from."""

    told = f"title, brand, categories, description; own analyser; k1 = {Bm25.options['k1']}, b = {Bm25.options['b']}"
    on_disk = False
    depth = EXACTLY_ALL

    def build(self, goods: Goods, place: Path) -> None:
        """In memory: see `open`."""

    def open(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        self._index = Bm25(_Catalogue(goods), np.ones(len(goods.ids), np.bool_))  # type: ignore[arg-type]

    def search(self, text: str, k: int) -> Found:
        """See Peer."""
        return best(self._index.scores(text), k)

    def about(self) -> dict[str, Any]:
        """See Peer."""
        return dict(Bm25.options)


class _Catalogue:
    """As much of the port Catalogue as BM25 asks for: items by row."""

    def __init__(self, goods: Goods) -> None:
        self._goods = goods

    def scan(self) -> Iterator[tuple[int, Item]]:
        for row, fields in enumerate(self._goods.table.iter_rows(named=True)):
            yield (
                row,
                Item(
                    item_id=fields["item_id"],
                    title=fields["title"] or "",
                    description=fields.get("description") or "",
                    brand=fields.get("brand"),
                    categories=tuple(fields.get("categories") or ()),
                ),
            )
