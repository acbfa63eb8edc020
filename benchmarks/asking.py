"""Asks a scenario's engine for item numbers alone: what a slate costs besides is no matter of quality."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import History, Query
from shopmind.pipeline.context import Context
from shopmind.pipeline.engine import Engine
from shopmind.pipeline.scenario import Scenario
from shopmind.shop import Shop
from shopmind.stores.columns import Only


class Asking:
    """One scenario of one shop, by its name or as it is, with the artifacts it has now and no experiments.

    Args:
        only: numbers of the only items that are shown, rising; None shows all.
    """

    def __init__(self, shop: Shop, scenario: str | Scenario, only: NDArray[np.int64] | None = None) -> None:
        self._shop = shop
        self._scenario = shop.scenarios[scenario] if isinstance(scenario, str) else scenario
        self._engine = Engine(self._scenario, shop.tools)
        columns = shop.catalogue.columns()
        self._columns = columns if only is None else Only(columns, only)

    def best(self, query: Query, n: int) -> NDArray[np.int64]:
        """The item numbers of the first n hits; the history is the query's own, or else the log's."""
        history = query.history
        if history is None:
            history = History.empty() if query.user_id is None else self._shop.events.history(query.user_id, None)
        anchors = self._shop.catalogue.numbers(query.anchors) if query.anchors else np.empty(0, np.int64)
        context = Context(
            query=query,
            kinds=self._scenario.kinds,
            now_ms=int(self._shop.folder.clock()) if query.now_ms is None else query.now_ms,
            columns=self._columns,
            load_history=lambda: history,
            anchors=anchors[anchors > 0],
            encode=self._encode,
        )
        return self._engine.rank(context, n).candidates.items[:n]

    def _encode(self, text: str) -> NDArray[np.float32]:
        encoder = self._shop.tools.encoder
        if encoder is None:
            raise SystemExit("the shop has no encoder")
        return np.asarray(encoder.encode([text], role="query")[0], np.float32)
