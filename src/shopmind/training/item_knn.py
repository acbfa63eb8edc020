"""What the same people choose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.training.baskets import held
from shopmind.training.neighbours import neighbours
from shopmind.training.people import people as people_of
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.sparse import parts
from shopmind.training.worth import WORTH, type_weights


class ItemKnnRecipe(Recipe):
    """Similarity of items by the people who chose both (training/neighbours.py); a visitor without a name is a session.

    A person counts for an item with the weight of the strongest event between them.
    """

    @dataclass(frozen=True)
    class Options:
        """weights: event type → weight. k: neighbours of an item. largest_history: newest items of one person that
        count. at_least: joint weight below which a pair is left out, as a share of the strongest event in the shop,
        so that clicks alone can make neighbours where nothing is bought. The others: see neighbours.
        """

        weights: dict[str, float] = field(default_factory=lambda: dict(WORTH))
        k: int = 100
        tilt: float = 0.3
        shrink: float = 20.0
        at_least: float = 2.0
        largest_history: int = 500

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """CSR `similar`: row = an item, columns = what the same people chose; `weights`: by event type code.

        Raises:
            NotReadyError: no two items share enough people.
        """
        weights = type_weights(options.weights)
        people = held(_choices(tables.events, weights), tables.columns.size, options.largest_history, seed)
        similar = neighbours(
            people,
            options.k,
            tilt=options.tilt,
            shrink=options.shrink,
            at_least=options.at_least,
            progress=progress,
            title="fit item_knn",
        )
        if not similar.nnz:
            raise NotReadyError(
                f"item_knn: {people.shape[0]} people, but no two items were chosen by the same "
                f"{options.at_least:g} of them; it needs more events"
            )
        figures = {"people": people.shape[0], "items": int(np.count_nonzero(np.diff(similar.indptr)))}
        return Fitted(
            {**parts(similar, "similar"), "weights": weights.astype(np.float32)}, {**figures, "pairs": similar.nnz}
        )


def _choices(events: pl.DataFrame, weights: np.ndarray[Any, np.dtype[np.float64]]) -> pl.DataFrame:
    """owner, item, worth, last_ms of every event that weighs something, the strongest in the shop weighing 1."""
    kinds = np.flatnonzero(weights > 0)
    chosen = events.filter(pl.col("type").is_in(kinds.tolist())).drop_nulls("item")
    worth = weights[chosen["type"].to_numpy()]
    worth = worth / worth.max(initial=0.0) if len(worth) else worth
    return chosen.select(
        owner=pl.Series(people_of(chosen)),
        item="item",
        worth=pl.Series(worth, dtype=pl.Float32),
        last_ms="timestamp_ms",
    ).filter(pl.col("owner") != 0)
