"""Which offer to whom, when there is not enough for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shopmind.pipeline.offers.offer import Offer
from shopmind.stores.redemptions import Spent


@dataclass(frozen=True, slots=True)
class Gain:
    """What giving an offer to somebody is expected to bring above its cost, minor units."""

    user_id: str
    offer_id: str
    gain_minor: float


def allocate(
    gains: Sequence[Gain], offers: Mapping[str, Offer], spent: Mapping[str, Spent], *, each: int = 1
) -> list[Gain]:
    """The gains to take, best first: at most `each` offers a person, and of an offer no more than its budget pays for
    even if everybody who is given it redeems it. Equal gains go by offer and person.

    Greedy by gain. With one offer, or with offers that nobody's other offer competes with, no choice gains more.
    """
    left = {offer_id: _most(offer, spent.get(offer_id, Spent())) for offer_id, offer in offers.items()}
    had: dict[str, int] = {}
    taken = []
    for one in sorted(gains, key=lambda some: (-some.gain_minor, some.offer_id, some.user_id)):
        room = left.get(one.offer_id, 0)
        if not one.gain_minor > 0 or had.get(one.user_id, 0) >= each or (room is not None and room <= 0):
            continue
        had[one.user_id] = had.get(one.user_id, 0) + 1
        if room is not None:
            left[one.offer_id] = room - 1
        taken.append(one)
    return taken


def _most(offer: Offer, spent: Spent) -> int | None:
    """To how many people it may be given; None is without limit. A percentage without an upper end of what it takes off
    is not known to be within a budget of money, so it may be given to nobody."""
    found: list[int] = []
    if offer.budget_uses is not None:
        found.append(offer.budget_uses - spent.uses)
    if offer.budget_minor is not None:
        dearest = offer.most_minor if offer.discount_percent is not None else offer.discount_minor
        if dearest is None:
            found.append(0 if offer.discount_percent is not None else offer.budget_minor - spent.amount_minor)
        else:
            found.append((offer.budget_minor - spent.amount_minor) // max(1, dearest))
    return max(0, min(found)) if found else None
