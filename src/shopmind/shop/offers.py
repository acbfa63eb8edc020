"""Offers at the till: what a cart may have off, and redemptions that are counted once and never above a budget."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import orjson

from shopmind.domain import Event, Query, Slate, User
from shopmind.domain.money import DIGITS
from shopmind.kit.errors import InputError, NotFoundError, NotReadyError
from shopmind.pipeline.offers.allocation import Gain, allocate
from shopmind.pipeline.offers.book import OfferBook
from shopmind.pipeline.offers.combination import Combination, Line, amounts, best_combination, clash
from shopmind.pipeline.offers.covering import Covering
from shopmind.pipeline.offers.eligibility import Standing, gone, limits_of, refusal, running
from shopmind.pipeline.offers.offer import Offer
from shopmind.shop.folder import Folder
from shopmind.stores.redemptions import Redemption, Spent, Status
from shopmind.training.uplift.recipe import NO_TRIAL

MOST_LINES = 1_000
MOST_OFFERS = 50
"""Offers that one order may redeem."""

NO_DISCOUNT = "it takes nothing off: it has no discount_minor or discount_percent"

SAID: Mapping[Status, str] = {
    "uses_gone": "all its redemptions are used",
    "budget_gone": "its budget does not pay for it any more",
    "user_had_it": "this user redeemed it as often as one may",
    "held_back": "another offer of the order was refused",
}


@dataclass(frozen=True, slots=True)
class OfferState:
    """An offer as it stands now.

    Attributes:
        state: running, waiting, over, spent, hidden (the item is not active) or contradictory.
        why: in words; of one that is running only what it lacks, "" for nothing.
    """

    offer_id: str
    state: str
    why: str
    spent: Spent
    offer: Offer | None


class ShopOffers:
    """The offers of one shop; `user` is the shop's own id everywhere."""

    def __init__(self, folder: Folder, ask: Callable[[Query], Slate]) -> None:
        self._folder = folder
        self._ask = ask
        self._ledger = folder.database.redemptions
        self._book = OfferBook(folder.catalogue, self._ledger)
        self._covering = Covering(folder.catalogue, folder.links)

    def warm(self) -> None:
        """Reads what the offers cover, so that the first cart need not wait for it."""
        self._covering.now()

    def all(self, now_ms: int | None = None) -> list[OfferState]:
        """Every offer of the catalogue, by id, those that contradict themselves with the reason."""
        now = self._folder.clock() if now_ms is None else now_ms
        columns = self._folder.catalogue.columns()
        offers, spent = self._book.offers(columns), self._book.spent()
        found = [OfferState(item_id, "contradictory", why, Spent(), None) for item_id, why in offers.problems.values()]
        for number, offer in offers.by_number.items():
            given = spent.get(offer.offer_id, Spent())
            shown = number < columns.size and bool(columns.shown[number])
            time, left = running(offer, now), gone(offer, given)
            state = "hidden" if not shown else "running"
            if time:
                state = "over" if "over" in time else "waiting"
            elif left and shown:
                state = "spent"
            why = time or left or ("" if shown else "the item is not active")
            if state == "running" and offer.discount_minor is None and offer.discount_percent is None:
                why = NO_DISCOUNT
            found.append(OfferState(offer.offer_id, state, why, given, offer))
        return sorted(found, key=lambda each: each.offer_id)

    def cart(
        self,
        lines: Sequence[Mapping[str, Any]],
        *,
        user: str | None = None,
        offers: Sequence[str] | None = None,
        cap_minor: int | None = None,
        now_ms: int | None = None,
    ) -> Combination:
        """The combination of offers that takes most off a cart.

        Args:
            lines: item_id, quantity (1) and price_minor of a piece (the catalogue's).
            offers: only these, such as the codes that were typed in; None tries all.
            cap_minor: the most that all together may take off.

        Raises:
            InputError: a line or an offer that is not allowed, or a cap below 0.
        """
        if cap_minor is not None and cap_minor < 0:
            raise InputError(f"cart: cap_minor is {cap_minor}, it must not be below 0", field="cap_minor")
        cart = self._lines(lines)
        now = self._folder.clock() if now_ms is None else now_ms
        standing = self._standing(user, cart)
        wanted = self._offers(offers)
        spent = self._book.spent()
        usable, refused = [], {}
        for offer, shown in wanted:
            why = refusal(offer, standing, spent.get(offer.offer_id, Spent()), now)
            why = why or ("" if shown else "the item is not active")
            if why:
                refused[offer.offer_id] = why
            else:
                usable.append(offer)
        left = {
            offer.offer_id: offer.budget_minor - spent.get(offer.offer_id, Spent()).amount_minor
            for offer in usable
            if offer.budget_minor is not None
        }
        found = best_combination(usable, cart, self._covers(usable, cart), cap_minor=cap_minor, left_minor=left)
        numbers = self._folder.catalogue.numbers([line.item_id for line in cart]).tolist()
        unknown = dict.fromkeys(line.item_id for line, number in zip(cart, numbers, strict=True) if number < 1)
        return replace(found, refused={**found.refused, **refused}, unknown=tuple(unknown))

    def redeem(
        self,
        order_id: str,
        offers: Sequence[str],
        lines: Sequence[Mapping[str, Any]],
        *,
        user: str | None = None,
        now_ms: int | None = None,
    ) -> dict[str, int]:
        """Counts that an order uses these offers, all of them or none; offer → minor units off.

        The same order and offer is one redemption, however often and by whichever process it is sent; sent with another
        cart it is refused. Each also becomes an event `redeem` of the log.

        Raises:
            InputError: an offer may not be used by this user, now, on this cart, or together with another; or its
                budget is used up. Nothing is counted then.
        """
        if not order_id or not offers or len(offers) > MOST_OFFERS or len(set(offers)) < len(offers):
            raise InputError(f"redeem: an order_id and 1 to {MOST_OFFERS} different offers are needed", field="offers")
        cart = self._lines(lines)
        now = self._folder.clock() if now_ms is None else now_ms
        found = self._offers(offers)
        chosen = [offer for offer, _ in found]
        ids = {offer.offer_id: _redemption_id(order_id, offer.offer_id) for offer in chosen}
        known = self._ledger.known(list(ids.values()))
        fresh = [(offer, shown) for offer, shown in found if ids[offer.offer_id] not in known]
        self._check(fresh, chosen, user, cart, now)
        off = amounts(chosen, cart, self._covers(chosen, cart))
        who = None if user is None else self._folder.pseudonyms.user(user)
        wanted = [
            (Redemption(ids[offer.offer_id], offer.offer_id, off[offer.offer_id], now, who, order_id), limits_of(offer))
            for offer in chosen
        ]
        for (each, _), status in zip(wanted, self._ledger.count(wanted), strict=True):
            if status in SAID and status != "held_back":
                raise InputError(f"offer {each.offer_id!r}: {SAID[status]}; nothing was redeemed", field="offers")
        self._folder.events.append([_event(each) for each, _ in wanted])
        return off

    def plan(self, *, each: int = 1, users: Sequence[str] | None = None) -> list[Gain]:
        """Who is given which offer for the most gain within all budgets, best first; user ids are pseudonyms.

        What the scenario promotions shows each of them is what they may be given; who refuses to be personalised is
        left out.

        Args:
            each: offers that one person is given at most.
            users: the shop's own ids; None is everybody who is known.

        Raises:
            InputError: `each` is below 1.
            NotReadyError: no trial was learned from, so nobody knows what an offer changes.
        """
        if each < 1:
            raise InputError(f"plan: each is {each}, at least 1 is needed", field="each")
        if self._folder.artifacts.load("uplift") is None:
            raise NotReadyError(f"plan: {NO_TRIAL}")
        if users is None:
            table = self._folder.users.table()
            people = [
                user_id
                for user_id, consent in table.select("user_id", "consent").iter_rows()
                if orjson.loads(consent).get("personalise") is not False
            ]
        else:
            named = [self._folder.pseudonyms.user(user) for user in users]
            found = [(user_id, self._folder.users.get(user_id)) for user_id in named]
            people = [who for who, user in found if user is None or user.consent.get("personalise") is not False]
        gains = [
            Gain(user_id, hit.item.item_id, hit.score)
            for user_id in people
            for hit in self._ask(Query("promotions", user_id=user_id, n=MOST_OFFERS, explore=False)).hits
            if hit.score > 0
        ]
        offers = self._book.offers(self._folder.catalogue.columns()).by_number.values()
        return allocate(gains, {offer.offer_id: offer for offer in offers}, self._book.spent(), each=each)

    def take_back(self, order_id: str, offer_id: str) -> bool:
        """Gives a redemption back to the offer's budget, once: for an order that was cancelled."""
        return self._ledger.take_back(_redemption_id(order_id, offer_id))

    def _check(
        self,
        fresh: Sequence[tuple[Offer, bool]],
        together: Sequence[Offer],
        user: str | None,
        cart: Sequence[Line],
        now_ms: int,
    ) -> None:
        """Raises InputError for an offer that this order may not use; what was counted before is not asked again."""
        why = clash(together) if fresh else ""
        if why:
            raise InputError(f"redeem: these offers do not go together: {why}", field="offers")
        standing = self._standing(user, cart)
        spent = self._book.spent()
        for offer, shown in fresh:
            why = "the item is not active" if not shown else ""
            why = why or refusal(offer, standing, spent.get(offer.offer_id, Spent()), now_ms)
            if not why and user is None and (offer.per_user is not None or offer.first_time):
                why = "it asks who it is for, and no user is named"
            if why:
                raise InputError(f"offer {offer.offer_id!r}: {why}", field="offers")

    def _offers(self, ids: Sequence[str] | None) -> list[tuple[Offer, bool]]:
        """Offers with whether their items are active; raises for an unknown or contradictory one."""
        columns = self._folder.catalogue.columns()
        book = self._book.offers(columns)
        if ids is None:
            return [(offer, bool(columns.shown[number])) for number, offer in book.by_number.items()]
        found = []
        for offer_id, number in zip(ids, self._folder.catalogue.numbers(list(ids)).tolist(), strict=True):
            if number in book.problems:
                raise InputError(f"offer {offer_id!r}: {book.problems[number][1]}", field="offers")
            if number not in book.by_number:
                raise NotFoundError(f"offer {offer_id!r}: there is no such offer", field="offers")
            found.append((book.by_number[number], bool(columns.shown[number])))
        return found

    def _lines(self, given: Sequence[Mapping[str, Any]]) -> list[Line]:
        """The cart's lines with their values."""
        if len(given) > MOST_LINES:
            raise InputError(f"cart: {len(given)} lines, at most {MOST_LINES}", field="lines")
        ids = [str(line.get("item_id") or "") for line in given]
        items = self._folder.catalogue.get(self._folder.catalogue.numbers(ids)) if ids else []
        lines = []
        for place, (line, item_id, item) in enumerate(zip(given, ids, items, strict=True), start=1):
            quantity, price = line.get("quantity", 1), line.get("price_minor")
            if not item_id:
                raise InputError(f"cart: line {place}: item_id is missing", field="lines")
            if isinstance(quantity, bool) or not isinstance(quantity, int | float) or not 0 < quantity <= 1e6:
                raise InputError(f"cart: line {place}: quantity {quantity!r} is not above 0", field="lines")
            if price is None and item is not None:
                price = item.price_minor
            if isinstance(price, bool) or not isinstance(price, int) or not 0 <= price < 2**53:
                known = "has no price" if item is not None else "is not in the catalogue"
                raise InputError(
                    f"cart: line {place}: {item_id!r} {known}; give price_minor, whole minor units from 0",
                    field="lines",
                )
            lines.append(Line(item_id, int(price * quantity)))
        return lines

    def _standing(self, user: str | None, cart: Sequence[Line]) -> Standing:
        worth = sum(line.value_minor for line in cart)
        if user is None:
            return Standing(basket_minor=worth)
        who = self._folder.pseudonyms.user(user)
        known: User | None = self._folder.users.get(who)
        history = self._folder.events.history(who, None)
        return Standing(known, len(history.of(("purchase",))) > 0, self._ledger.of_user(who), worth)

    def _covers(self, offers: Sequence[Offer], cart: Sequence[Line]) -> dict[str, frozenset[str]]:
        """Offer → ids of the cart that it covers, of offers that have such links."""
        catalogue = self._folder.catalogue
        numbers = catalogue.numbers([offer.offer_id for offer in offers]).tolist()
        ids = dict(zip(catalogue.numbers([line.item_id for line in cart]).tolist(), cart, strict=True))
        coverage = self._covering.now()
        about: dict[int, set[str]] = {source: set() for source in np.intersect1d(numbers, coverage.linked).tolist()}
        for target, line in ids.items():
            for source in coverage.of(target).tolist():
                if source in about:
                    about[source].add(line.item_id)
        return {
            offer.offer_id: frozenset(about[number])
            for offer, number in zip(offers, numbers, strict=True)
            if number in about
        }


def money(minor: int, currency: str) -> str:
    """An amount to read: "3.50 USD"."""
    digits = DIGITS.get(currency, 2)
    return f"{minor / 10**digits:.{digits}f} {currency}".strip()


def _redemption_id(order_id: str, offer_id: str) -> str:
    return f"{order_id}\x1f{offer_id}"


def _event(each: Redemption) -> Event:
    """The event of a redemption: sent again it is the same event."""
    digest = hashlib.blake2b(each.redemption_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return Event(
        f"redeem-{digest}",
        "redeem",
        each.at_ms,
        user_id=each.user_id,
        item_id=each.offer_id,
        value_minor=each.amount_minor,
        order_id=each.order_id,
    )
