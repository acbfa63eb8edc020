"""Whether somebody may use an offer now, and if not, why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shopmind.domain import User
from shopmind.pipeline.offers.offer import Offer
from shopmind.pipeline.rules.segment import belongs
from shopmind.stores.redemptions import Limits, Spent

OVER = "it is over"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of who asks.

    Attributes:
        user: None for a stranger, who is of no segment.
        bought: whether they ever bought anything, as far as is known.
        redeemed: offer → how often.
        basket_minor: what the cart is worth; None where there is no cart, and no minimum is asked for yet.
    """

    user: User | None = None
    bought: bool = False
    redeemed: Mapping[str, int] = field(default_factory=dict)
    basket_minor: int | None = None


def limits_of(offer: Offer) -> Limits:
    """What the ledger holds it to."""
    return Limits(offer.budget_uses, offer.budget_minor, offer.per_user)


def gone(offer: Offer, spent: Spent) -> str:
    """Why there is nothing left to give, or ""."""
    if offer.budget_uses is not None and spent.uses >= offer.budget_uses:
        return f"all {offer.budget_uses} redemptions are used"
    least = max(1, offer.discount_minor or 1)
    if offer.budget_minor is not None and spent.amount_minor + least > offer.budget_minor:
        return f"its budget of {offer.budget_minor} is used up"
    return ""


def running(offer: Offer, now_ms: int) -> str:
    """Why it may not be used at this time, or ""."""
    if offer.starts_ms is not None and now_ms < offer.starts_ms:
        return "it has not begun"
    if offer.ends_ms is not None and now_ms >= offer.ends_ms:
        return OVER
    return ""


def refusal(offer: Offer, standing: Standing, spent: Spent, now_ms: int) -> str:
    """Why this person may not use it now, or "" if they may."""
    why = running(offer, now_ms) or gone(offer, spent)
    if why:
        return why
    if offer.segment and not belongs(standing.user, offer.segment):
        return "it is for a segment that this user is not of"
    if offer.first_time and standing.bought:
        return "it is for a first purchase"
    if offer.per_user is not None and standing.redeemed.get(offer.offer_id, 0) >= offer.per_user:
        return f"it was redeemed {standing.redeemed[offer.offer_id]} times, as often as one may"
    if standing.basket_minor is not None and standing.basket_minor < offer.min_basket_minor:
        return f"the cart is worth {standing.basket_minor}, it needs {offer.min_basket_minor}"
    return ""
