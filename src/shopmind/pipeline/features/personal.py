"""How much each candidate is like what this customer chose before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.clock import DAY_MS
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Feature, Tools
from shopmind.stores.columns import NumberColumn, TextColumn
from shopmind.training.worth import WORTH, type_weights

PARTS = {"brand": 0.4, "category": 0.4, "price": 0.2}
"""What each likeness counts; a part the catalogue does not know of an item adds nothing."""

BAND = 0.5
"""Natural logarithm of a price ratio at which prices are no longer alike: about 1 to 1.65."""


class Personal(Feature):
    """Column `personal` in 0..1: brands, categories and the price band of the customer's recent doings.

    The share of each brand and category in what the customer chose, newer and weightier doings counting more, over
    the largest such share; and how near the price is to the usual price of what was chosen. All of it times
    weight / (weight + certain), so that one click says little. A ranker gives it a weight, and that weight bounds what
    it can do.

    There is no column, so nobody's order moves, for a stranger, for a request that asks for it (Query.personal), for a
    customer whose consent says {"personalise": false}, and in a shop whose settings say so.
    """

    @dataclass(frozen=True)
    class Options:
        """last: newest doings looked at. half_life_days: age at which one counts half. certain: worth of doings (a
        purchase is 1) at which half of the likeness counts.
        """

        last: int = 300
        half_life_days: float = 30.0
        certain: float = 1.0

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._weights = type_weights(WORTH)

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature."""
        if not len(candidates) or not self._agreed(context):
            return {}
        history = context.history.last(self._options.last).before(context.now_ms + 1)
        worth = self._weights[history.types] if len(history) else np.empty(0)
        age_days = np.maximum(context.now_ms - history.times_ms, 0) / DAY_MS
        worth = worth * 0.5 ** (age_days / self._options.half_life_days)
        inside = (history.items > 0) & (history.items < context.columns.size) & (worth > 0)
        items, worth = history.items[inside], worth[inside]
        if not len(items):
            return {}
        likeness = np.zeros(len(candidates))
        for name in ("brand", "category"):
            column = context.columns.column(name)
            if isinstance(column, TextColumn):
                likeness += PARTS[name] * _same(column.codes, items, worth, candidates.items)
        price = context.columns.column("price")
        if isinstance(price, NumberColumn):
            likeness += PARTS["price"] * _near(price.values, items, worth, candidates.items)
        total = float(worth.sum())
        return {"personal": (likeness * total / (total + self._options.certain)).astype(np.float32)}

    def _agreed(self, context: Context) -> bool:
        if not context.query.personal:
            return False
        if context.query.user_id is None or self._tools.users is None:
            return True
        user = self._tools.users.get(context.query.user_id)
        return user is None or user.consent.get("personalise") is not False


def _same(
    codes: NDArray[np.int32], items: NDArray[np.int64], worth: NDArray[np.float64], candidates: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(n,) the worth of what was chosen of the candidate's group, over that of the group chosen most."""
    own = codes[items]
    known = own >= 0
    if not known.any():
        return np.zeros(len(candidates))
    theirs = codes[candidates]
    sums = np.bincount(own[known], worth[known], minlength=int(theirs.max()) + 1)
    found: NDArray[np.float64] = np.where(theirs >= 0, sums[np.maximum(theirs, 0)], 0.0) / sums.max()
    return found


def _near(
    prices: NDArray[np.float64], items: NDArray[np.int64], worth: NDArray[np.float64], candidates: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(n,) exp(-(Δ ln price / band)² / 2) to the mean logarithm of the prices chosen; 0 where a price is unknown."""
    chosen, theirs = _logarithms(prices[items]), _logarithms(prices[candidates])
    known = ~np.isnan(chosen)
    if not known.any():
        return np.zeros(len(candidates))
    usual = float(np.average(chosen[known], weights=worth[known]))
    return np.nan_to_num(np.exp(-(((theirs - usual) / BAND) ** 2) / 2), nan=0.0)


def _logarithms(prices: NDArray[np.float64]) -> NDArray[np.float64]:
    """NaN where there is no price above 0."""
    return np.log(prices, out=np.full(len(prices), np.nan), where=prices > 0)
