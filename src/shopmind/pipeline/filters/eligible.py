"""Offers that this person may use now."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import User
from shopmind.domain.money import DIGITS
from shopmind.pipeline.context import Context
from shopmind.pipeline.offers.book import OfferBook, Offers
from shopmind.pipeline.offers.eligibility import Standing, refusal
from shopmind.pipeline.parts import Filter, NoOptions, Tools
from shopmind.stores.columns import NumberColumn, TextColumn
from shopmind.stores.redemptions import Spent

TOLD = 3
"""Offers that contradict themselves and are named in an answer."""


class Eligible(Filter):
    """Hides offers out of their time, of another segment, for a first purchase of somebody who has bought, redeemed as
    often as one may, with a budget that is used up, or that want a larger cart than the anchors make.

    An offer that contradicts itself is hidden and named in `degraded`. Items of other kinds pass.
    """

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._book = OfferBook(tools.catalogue, tools.redemptions)

    def keep(self, context: Context) -> NDArray[np.bool_]:
        """See Filter."""
        keep = np.ones(context.columns.size, np.bool_)
        offers = self._book.offers(context.columns)
        inside = offers.numbers < len(keep)
        late = (offers.starts_ms > context.now_ms) | (offers.ends_ms <= context.now_ms)
        keep[offers.numbers[inside & late]] = False
        for number in offers.problems:
            if number < len(keep):
                keep[number] = False
        if offers.problems:
            some = [f"{item_id}: {why}" for item_id, why in list(offers.problems.values())[:TOLD]]
            more = len(offers.problems) - len(some)
            context.degraded.append(f"offers left out: {'; '.join(some)}" + (f"; and {more} more" if more > 0 else ""))
        left = [number for number in offers.ruled if number < len(keep) and keep[number]]
        if left:
            self._rules(context, offers, left, keep)
        return keep

    def _rules(self, context: Context, offers: Offers, left: list[int], keep: NDArray[np.bool_]) -> None:
        standing = self._standing(context, offers)
        spent = self._book.spent()
        for number in left:
            offer = offers.by_number[number]
            if refusal(offer, standing, spent.get(offer.offer_id, Spent()), context.now_ms):
                keep[number] = False

    def _standing(self, context: Context, offers: Offers) -> Standing:
        user: User | None = None
        if context.query.user_id is not None and context.query.personal and self._tools.users is not None:
            user = self._tools.users.get(context.query.user_id)
        redeemed: dict[str, int] = {}
        for number in context.history.of(("redeem",)).items.tolist():
            offer = offers.by_number.get(number)
            if offer is not None:
                redeemed[offer.offer_id] = redeemed.get(offer.offer_id, 0) + 1
        bought = len(context.history.of(("purchase",))) > 0
        return Standing(user, bought, redeemed, basket_minor(context))


def basket_minor(context: Context) -> int | None:
    """What one piece of each product among the anchors costs together; None without anchors or where no price is
    known."""
    if not len(context.anchors):
        return None
    prices, currency = context.columns.column("price"), context.columns.column("currency")
    if not isinstance(prices, NumberColumn):
        return None
    total = 0
    known = False
    for number in context.anchors.tolist():
        price = float(prices.values[number]) if number < len(prices.values) else float("nan")
        if np.isnan(price):
            continue
        said = currency.text(number) if isinstance(currency, TextColumn) else None
        total += round(price * 10 ** DIGITS.get(said or "", 2))
        known = True
    return total if known else None
