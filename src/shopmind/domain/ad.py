"""What an advertiser asks for and pays, in words that stores, auctions and reports share.

Money of ads is counted in mills: thousandths of the currency's minor unit. One impression of a bid per thousand is then
a whole number, and nothing is rounded on its way from the auction to the bill.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from shopmind.domain.event import EventType

Pricing = Literal["cpm", "cpc", "cpa"]
PRICINGS: tuple[Pricing, ...] = get_args(Pricing)

CHARGED_ON: Mapping[Pricing, EventType] = {"cpm": "impression", "cpc": "click", "cpa": "purchase"}
"""The event that an ad is charged on: cpm has a bid for a thousand of them, the others for one."""

MILLS = 1_000
"""Mills in a minor unit."""


@dataclass(frozen=True, slots=True)
class AdTerms:
    """The terms of one ad.

    Attributes:
        bid: mills for one charged event, the most that is paid.
        budget: mills for the whole flight; `daily` for each UTC day, None for no limit of its own.
        starts_ms, ends_ms: of the flight, the end exclusive; None is open.
        hours: first and last UTC hour of the day, the last exclusive; (22, 6) runs over midnight. None is all day.
        scenarios: places it may be shown in; empty is all.
        words: one of them must be in the query's text; empty asks for none.
        categories: what is asked for, in view or liked must be of one of them; empty asks for none.
        users: an expression of the filter language over the customer's attributes; "" is everybody.
        cap: most times that one customer is shown it within `cap_ms`; 0 is no limit.
        target: id of the item it leads to; "" for none.
    """

    advertiser: str
    pricing: Pricing
    bid: int
    budget: int
    daily: int | None = None
    currency: str | None = None
    starts_ms: int | None = None
    ends_ms: int | None = None
    hours: tuple[int, int] | None = None
    scenarios: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    users: str = ""
    cap: int = 0
    cap_ms: int = 86_400_000
    target: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """An ad that won a place, as it is to be reserved and charged.

    Attributes:
        item: number of the ad. target: number of what it leads to, 0 for nothing known.
        price: mills that one charged event costs, never above the bid.
        position: as Hit.position.
        traits: what the chances were told from, name → value, kept to learn from.
        chances: of a click, and of a purchase after one, as foreseen.
        window_ms: how long its money is held for an event to come.
    """

    item: int
    item_id: str
    terms: AdTerms
    price: int
    position: int
    window_ms: int
    target: int = 0
    traits: tuple[tuple[str, str], ...] = ()
    chances: tuple[float, float] = (float("nan"), float("nan"))
