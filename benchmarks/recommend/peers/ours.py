"""shopmind: a shop made of the set, trained as `shopmind evaluate recommend` trains it, asked through its engine."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import shopmind
from benchmarks.recommend.given import Lists, Rows
from benchmarks.recommend.logs import CACHE
from benchmarks.recommend.peers.peer import Options, Peer, Stop
from shopmind import shop as shops
from shopmind.domain import EVENT_TYPES
from shopmind.evaluation.replay import replay
from shopmind.evaluation.split import HISTORY, Cases

SCENARIO = "next_item"
HELD = "held.parquet"
"""The validation part, where there is one: it may choose settings, as it may for every system here."""


class Ours(Peer):
    """The scenario `next_item` with nothing set."""

    told = "scenario next_item, as shipped; it chooses its own settings on the validation part"

    def fit(self, known: Lists, options: Options, seed: int, *, folder: Path, stop: Stop | None) -> None:
        """See Peer. Encoding and indexing are part of it, but vectors that an earlier run made are found again."""
        self._open = contextlib.ExitStack()
        scratch = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="shopmind-bench-")))
        ids = pl.read_parquet(folder / "items.parquet", columns=["item_id"])["item_id"]
        shop = self._indexed(folder / "items.parquet", scratch)
        self._numbers = np.concatenate([[0], shop.catalogue.numbers(ids.to_list())])
        self._row_of = np.full(shop.catalogue.columns().size, -1, np.int64)
        self._row_of[self._numbers[1:]] = np.arange(known.items)
        self._now_ms = int(json.loads((folder / "now.json").read_text()))
        held = self._events(folder / HELD) if (folder / HELD).is_file() else None
        known_events = self._events(folder / "known.parquet")
        fitted = shop.fitted_on(known_events, self._now_ms, held=held, scenarios=(SCENARIO,), seed=seed)
        self._shop = self._open.enter_context(fitted)
        self._degraded: set[str] = set()

    def rank(self, asked: Lists, k: int) -> Rows:
        """See Peer."""
        answered = replay(self._shop, SCENARIO, self._cases(asked), k, without=("purchase",))
        self._degraded.update(answered.degraded)
        return np.where(answered.ranked >= 0, self._row_of[answered.ranked], -1)

    def about(self) -> dict[str, Any]:
        """See Peer."""
        return {
            "version": shopmind.__version__,
            "degraded": sorted(self._degraded),
            "trained": sorted(self._shop.artifacts.names()),
            "vectors": self._vectors,
        }

    def close(self) -> None:
        """See Peer."""
        self._open.close()

    def _events(self, file: Path) -> pl.DataFrame:
        table = pl.read_parquet(file)
        return table.with_columns(item=pl.Series(self._numbers[table["item"].to_numpy()], dtype=pl.Int64))

    def _indexed(self, items: Path, scratch: Path) -> shopmind.Shop:
        """A shop of these items; its vectors are kept for the next run with the same ones."""
        goods, place = scratch / "goods", scratch / "shop"
        goods.mkdir()
        shutil.copy(items, goods)
        kept = CACHE / "vectors" / f"{hashlib.sha256(items.read_bytes()).hexdigest()[:16]}.db"
        with shops.create(place, name="bench") as shop:
            shop.ingest(goods)
        made = place / "vectors" / "cache.db"
        self._vectors = "found" if kept.is_file() else "made"
        if kept.is_file():
            made.parent.mkdir(exist_ok=True)
            shutil.copy(kept, made)
        shop = self._open.enter_context(shopmind.open(place))  # opened again: the encoder is chosen by the catalogue
        shop.index()
        if made.is_file() and not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(made, kept)
        return shop

    def _cases(self, asked: Lists) -> Cases:
        places = np.arange(len(asked.rows), dtype=np.int64)
        columns = {
            "number": places + 1,
            "type": np.full(len(places), EVENT_TYPES.index("purchase"), np.int8),
            "timestamp_ms": asked.times_ms,
            "user": asked.owners + 1,
            "item": self._numbers[asked.rows + 1],
            "quantity": np.ones(len(places), np.float32),
            "order": asked.orders,
            "case": asked.owners,
        }
        nothing = np.empty(0, np.int64)
        history = pl.DataFrame(columns).select(*HISTORY, "case")
        return Cases(np.arange(len(asked)), asked.asked_ms, history, nothing, nothing)


class Base(Ours):
    """The same in an environment without torch: what the base install learns."""

    told = "the same without the extra [train]"

    def fit(self, known: Lists, options: Options, seed: int, *, folder: Path, stop: Stop | None) -> None:
        """See Peer.

        Raises:
            ValueError: torch is installed here, so a network would be trained and the row would not be what it says.
        """
        if find_spec("torch"):
            raise ValueError(
                "shopmind_base is measured by a Python without torch: run it from the environment of `make demo`"
            )
        super().fit(known, options, seed, folder=folder, stop=stop)
