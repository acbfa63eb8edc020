"""The ads that bid in one request, as the filter `biddable` leaves them for the parts after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain.ad import Placement
from shopmind.pipeline.ads.book import Ad
from shopmind.pipeline.ads.lots import Lots
from shopmind.pipeline.context import Context
from shopmind.stores.ports import Numbers

_BIDDING, _PLACED = "ads bidding", "ads placed"


@dataclass(frozen=True, slots=True)
class Bidding:
    """The ads that may bid in this request.

    Attributes:
        ads: number → ad.
        lots: these and maybe others as arrays. open: (m,) which of the lots may bid.
    """

    ads: Mapping[int, Ad]
    lots: Lots
    open: NDArray[np.bool_]

    @staticmethod
    def of(ads: Mapping[int, Ad], lots: Lots) -> Bidding:
        """Of some of the lots."""
        bids = np.zeros(len(lots.numbers), np.bool_)
        bids[lots.places(np.fromiter(ads, np.int64, len(ads)))] = True
        return Bidding(ads, lots, bids)

    @property
    def numbers(self) -> Numbers:
        """Of the ads, rising."""
        return self.lots.numbers[self.open]

    def places(self, items: Numbers) -> NDArray[np.int64]:
        """(n,) row of each item among the lots, -1 for what does not bid."""
        at = self.lots.places(items)
        at[~np.append(self.open, False)[at]] = -1
        return at

    def bids(self, items: Numbers) -> NDArray[np.int64]:
        """(n,) mills for one charged event; 0 for what does not bid."""
        return np.append(self.lots.bids, 0)[self.places(items)]


NOBODY = Bidding.of({}, Lots.of({}))


def publish(context: Context, bidding: Bidding) -> None:
    """Leaves the bidding to the later parts of the request."""
    context.memory[_BIDDING] = bidding


def bidding_of(context: Context) -> Bidding:
    """What the filter left; nobody bids where a scenario has no such filter."""
    found = context.memory.get(_BIDDING)
    return found if isinstance(found, Bidding) else NOBODY


def place(context: Context, placements: Mapping[int, Placement]) -> None:
    """Says which ads won which terms: number of the ad → placement."""
    context.memory[_PLACED] = dict(placements)


def placed(context: Context) -> Mapping[int, Placement]:
    """Number of the ad → its placement, of the ads that won a place in this answer."""
    found = context.memory.get(_PLACED)
    return found if isinstance(found, dict) else {}
