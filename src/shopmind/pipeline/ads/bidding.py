"""The ads that bid in one request, as the filter `biddable` leaves them for the parts after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain.ad import Placement
from shopmind.pipeline.ads.book import Ad
from shopmind.pipeline.context import Context
from shopmind.stores.ports import Numbers

_BIDDING, _PLACED = "ads bidding", "ads placed"


@dataclass(frozen=True, slots=True)
class Bidding:
    """Number → ad, of all that may bid in this request."""

    ads: Mapping[int, Ad]

    def rows(self, items: Numbers) -> NDArray[np.bool_]:
        """(n,) which of the items are ads that bid."""
        return np.fromiter((int(item) in self.ads for item in items), np.bool_, len(items))

    def bids(self, items: Numbers) -> NDArray[np.int64]:
        """(n,) mills for one charged event; 0 for what does not bid."""
        found = (self.ads.get(int(item)) for item in items)
        return np.fromiter((0 if ad is None else ad.terms.bid for ad in found), np.int64, len(items))


def publish(context: Context, bidding: Bidding) -> None:
    """Leaves the bidding to the later parts of the request."""
    context.memory[_BIDDING] = bidding


def bidding_of(context: Context) -> Bidding:
    """What the filter left; nobody bids where a scenario has no such filter."""
    found = context.memory.get(_BIDDING)
    return found if isinstance(found, Bidding) else Bidding({})


def place(context: Context, placements: Mapping[int, Placement]) -> None:
    """Says which ads won which terms: number of the ad → placement."""
    context.memory[_PLACED] = dict(placements)


def placed(context: Context) -> Mapping[int, Placement]:
    """Number of the ad → its placement, of the ads that won a place in this answer."""
    found = context.memory.get(_PLACED)
    return found if isinstance(found, dict) else {}
