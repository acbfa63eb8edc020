"""What is bought together in one order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from shopmind.domain import EventType
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.training.baskets import codes, held
from shopmind.training.neighbours import neighbours
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.sparse import parts


class CoPurchaseRecipe(Recipe):
    """Similarity of items by the orders that hold both (training/neighbours.py)."""

    @dataclass(frozen=True)
    class Options:
        """types: events that make an order. k: neighbours of an item. largest_order: items of one order that count.

        The others: see neighbours.
        """

        types: tuple[EventType, ...] = ("purchase", "redeem")
        k: int = 50
        tilt: float = 0.5
        shrink: float = 5.0
        at_least: int = 2
        largest_order: int = 200

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """CSR `similar`: row = an item, columns = what goes with it.

        Raises:
            NotReadyError: no two items were bought together often enough.
        """
        lines = tables.events.filter(pl.col("type").is_in(codes(options.types))).drop_nulls(["item", "order"])
        pairs = lines.select(owner="order", item="item", worth=pl.lit(1.0, pl.Float32), last_ms=pl.lit(0, pl.Int64))
        orders = held(pairs, tables.columns.size, options.largest_order, seed)
        similar = neighbours(
            orders,
            options.k,
            tilt=options.tilt,
            shrink=options.shrink,
            at_least=options.at_least,
            progress=progress,
            title="fit copurchase",
        )
        if not similar.nnz:
            raise NotReadyError(
                f"copurchase: {orders.shape[0]} orders, but no two items were bought together "
                f"{options.at_least} times; it needs more orders"
            )
        return Fitted(
            parts(similar, "similar"),
            {"orders": orders.shape[0], "items": int(np.count_nonzero(np.diff(similar.indptr))), "pairs": similar.nnz},
        )
