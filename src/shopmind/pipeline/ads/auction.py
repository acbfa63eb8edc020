"""Auctions of places: who stands where, and what one charged event costs.

Ads are ranked by score = bid · worth, where `worth` is what one unit of bid is worth a view: the probability of the
charged event, times the quality that the shop asks for. Place j is looked at with probability x_j, falling. A score
below the reserve is not shown. Prices are for one charged event, whole mills, from the reserve up to the bid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
AuctionKind = Literal["gsp", "vcg", "first"]
AUCTION_KINDS: tuple[AuctionKind, ...] = get_args(AuctionKind)

_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who won, best place first.

    Attributes:
        rows: (k,) of the bidders.
        prices: (k,) int64 mills for one charged event.
        payments: (k,) expected mills a view of the page, price · probability of the event · x.
    """

    rows: NDArray[np.intp]
    prices: NDArray[np.int64]
    payments: Floats


def auction(
    bids: NDArray[np.int64],
    chances: Floats,
    places: Floats,
    *,
    kind: AuctionKind = "gsp",
    quality: Floats | None = None,
    reserve: float = 0.0,
    tie: NDArray[np.uint64] | None = None,
) -> Outcome:
    """One auction.

    "gsp": the price at which the winner would tie with the score behind. "vcg": what the others lose by the winner's
    presence, so that bidding the true value is best whatever others do. "first": the bid itself.

    Args:
        bids: (n,) mills for one charged event. chances: (n,) probability of it where the ad is looked at; NaN and 0
            take no part.
        places: (p,) x, falling, above 0.
        quality: (n,) above 0, by which a score is multiplied; None is 1 for all. 0 takes no part.
        reserve: least score that is shown, in mills a view.
        tie: (n,) what breaks ties; by row without it.

    Source: Varian, Position auctions, International Journal of Industrial Organization 25 (2007); Edelman, Ostrovsky,
    Schwarz, Internet advertising and the generalized second-price auction, AER 97 (2007); the reserve and the weights
    as in Myerson, Optimal auction design, Mathematics of Operations Research 6 (1981).
    """
    chances = np.nan_to_num(np.asarray(chances, np.float64), nan=0.0)
    worth = chances if quality is None else chances * np.nan_to_num(np.asarray(quality, np.float64), nan=0.0)
    scores = bids * worth
    order = np.lexsort((np.arange(len(bids)) if tie is None else tie, -scores))
    order = order[(worth[order] > 0) & (scores[order] > 0) & (scores[order] >= reserve)]
    rows = order[: len(places)]
    x = np.asarray(places, np.float64)[: len(rows)]
    if kind == "first":
        exact = bids[rows].astype(np.float64)
    else:
        behind = np.full(len(rows), reserve)
        follow = scores[order[1 : len(rows) + 1]]
        behind[: len(follow)] = np.maximum(follow, reserve)
        exact = (behind if kind == "gsp" else _externality(behind, x, reserve)) / worth[rows]
    prices = np.clip(np.ceil(exact - _SLACK).astype(np.int64), 1, bids[rows])
    return Outcome(rows, prices, prices * chances[rows] * x)


def _externality(behind: Floats, x: Floats, reserve: float) -> Floats:
    """(k,) what the winner of each place takes from those after it, in score a look at that place.

    The k-th place's payment is x_k · max(s_k+1, r); each place before adds (x_j - x_j+1) · max(s_j+1, r). Where all who
    bid have a place, the last threshold is the reserve.
    """
    drops = x - np.append(x[1:], 0.0)
    return np.cumsum((drops * behind)[::-1])[::-1] / x if len(x) else x


def examined(places: int, decay: float) -> Floats:
    """(p,) decay^j: how likely place j is looked at, told the first one is.

    Source: the geometric position bias of Craswell, Zoeter, Taylor, Ramsey, An experimental comparison of click
    position-bias models, WSDM 2008.
    """
    powers: Floats = decay ** np.arange(places, dtype=np.float64)
    return powers
