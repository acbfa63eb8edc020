"""shopmind, as shipped: a shop made of the set, asked through the engine that serves."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import shopmind
from benchmarks.search.peers.peer import Found, Goods, Peer, rows_of
from shopmind import shop as shops
from shopmind.domain import History, Query

LONGEST_TEXT = 1_000


class Ours(Peer):
    """The scenario `search` with nothing set."""

    told = "all fields, own analyser, settings as shipped"

    def build(self, goods: Goods, place: Path) -> None:
        """Ingest and both indexes; vectors are found in the cache, as encoding is measured apart."""
        with shops.create(place / "shop", name="bench") as shop:
            shop.ingest(goods.folder)
        (place / "shop" / "vectors").mkdir(exist_ok=True)
        shutil.copy(goods.folder / "vectors.db", place / "shop" / "vectors" / "cache.db")
        with shopmind.open(place / "shop") as shop:  # opened again: the encoder is chosen by the catalogue
            shop.index()

    def open(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        self._shop = shopmind.open(place / "shop")
        self._shop.warm()
        self._row_of = rows_of(goods.ids)
        self.degraded: set[str] = set()

    def search(self, text: str, k: int) -> Found:
        """See Peer. A query without history leaves no slate behind, as other systems keep no log either."""
        slate = self._shop.answer(Query("search", text=text[:LONGEST_TEXT], n=k, history=History.empty()))
        self.degraded.update(slate.degraded)
        return [self._row_of[hit.item.item_id] for hit in slate.hits], [hit.score for hit in slate.hits]

    def about(self) -> dict[str, Any]:
        """See Peer."""
        return {"version": shopmind.__version__, "degraded": sorted(self.degraded)}
