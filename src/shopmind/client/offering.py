"""The part of the client that is about offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shopmind.client.calls import Calls


class Offering(Calls):
    """Offers, carts and redemptions."""

    def offers(self) -> list[dict[str, Any]]:
        """Every offer with its state and what it has given away, as the API tells it."""
        listed: list[dict[str, Any]] = self._call("GET", "v1/offers")["offers"]
        return listed

    def cart_offers(self, lines: Sequence[Mapping[str, Any]], **asked: Any) -> dict[str, Any]:
        """The combination of offers that takes most off a cart; asked by user_id, offers and cap_minor.

        Raises:
            InputError: a line that cannot be priced, or an offer that there is not.
        """
        found: dict[str, Any] = self._call("POST", "v1/offers/cart", body={"lines": list(lines), **asked})
        return found

    def redeem(
        self, order_id: str, offers: Sequence[str], lines: Sequence[Mapping[str, Any]], *, user: str | None = None
    ) -> dict[str, int]:
        """Offer → minor units off; all are counted or none, and a call that is repeated counts nothing more.

        Raises:
            InputError: an offer may not be used by this user, now, on this cart, or its budget is used up.
        """
        body = {"order_id": order_id, "offers": list(offers), "lines": list(lines), "user_id": user}
        amounts: dict[str, int] = self._call("POST", "v1/offers/redeem", body=body)["amounts"]
        return amounts

    def take_back(self, order_id: str, offer_id: str) -> bool:
        """Gives a redemption back to the offer, once; whether there was one to give."""
        body = {"order_id": order_id, "offer_id": offer_id}
        return bool(self._call("POST", "v1/offers/take-back", body=body)["taken_back"])
