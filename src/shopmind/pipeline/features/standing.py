"""What is known of each candidate whatever was asked: how wanted, how new, how dear, how well rated."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.features.wanted import Wanted
from shopmind.pipeline.parts import Feature, NoOptions, Tools
from shopmind.pipeline.retrievers.popularity import Popularity
from shopmind.stores.columns import NumberColumn


class Standing(Feature):
    """Columns: `popularity` (ln(1 + decayed events)), `age` (ln(1 + days in the catalogue), as of the request), `price`
    (share of the candidates that cost less; equal prices share the mean), `rating` (the attribute of that name).

    NaN where the catalogue does not say; a column that says nothing of any item is left out. `popularity` is that of
    now, also when a logged search is replayed: an order is not learned from clicks with it.
    """

    artifacts = ("popularity",)

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._popularity = Popularity(options, tools)
        self._wanted = Wanted(tools, "popularity", "age", "price", "rating")

    def ready(self) -> None:
        """Never refuses: the columns that need no training are there at once."""

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature; says nothing while no ranker reads it."""
        if not self._wanted.by(context):
            return {}
        found: dict[str, NDArray[np.float32]] = {}
        with contextlib.suppress(NotReadyError):  # the retriever of the same name has said so where it is used
            found["popularity"] = np.log1p(self._popularity.score(context, candidates.items)).astype(np.float32)
        born = _numbers(context, "created_at", candidates)
        if born is not None:
            found["age"] = np.log1p(np.maximum(context.now_ms - born, 0) / DAY_MS).astype(np.float32)
        price = _numbers(context, "price", candidates)
        if price is not None:
            known = np.sort(price[~np.isnan(price)])
            below, upto = (np.searchsorted(known, price, side) for side in ("left", "right"))
            share = (below + upto) / (2 * max(len(known), 1))
            found["price"] = np.where(np.isnan(price), np.nan, share).astype(np.float32)
        rating = _numbers(context, "rating", candidates)
        if rating is not None:
            found["rating"] = rating.astype(np.float32)
        return found


def _numbers(context: Context, name: str, candidates: Candidates) -> NDArray[np.float64] | None:
    column = context.columns.column(name)
    if not isinstance(column, NumberColumn):
        return None
    values = column.values[candidates.items]
    return None if np.isnan(values).all() else values
