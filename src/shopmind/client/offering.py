"""The part of the client that is about offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shopmind.client.calls import Calls
from shopmind.client.typed import read, read_all


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it stands now; money in minor units.

    Attributes:
        state: running, waiting, over, spent, hidden or contradictory.
        why: in words; empty for one that is running.
    """

    offer_id: str
    state: str
    why: str
    uses: int
    spent_minor: int
    budget_uses: int | None
    budget_minor: int | None


@dataclass(frozen=True, slots=True)
class Combination:
    """Offers that go together.

    Attributes:
        amounts: offer → minor units off, in the order in which they are applied.
        refused: offer → why it is not among them; as many as were asked for.
        refused_offers: how many could be told; of what is over, only what was named.
        exact: False: there were too many to try every combination.
        unknown: goods of the cart that are not in the catalogue, counted by the price that was given.
    """

    amounts: Mapping[str, int]
    total_minor: int
    refused: Mapping[str, str]
    exact: bool
    unknown: tuple[str, ...] = ()
    refused_offers: int = 0


class Offering(Calls):
    """Offers, carts and redemptions."""

    def offers(self) -> list[Offer]:
        """Every offer with its state and what it has given away."""
        return read_all(Offer, self._call("GET", "v1/offers")["offers"])

    def cart_offers(self, lines: Sequence[Mapping[str, Any]], **asked: Any) -> Combination:
        """The combination of offers that takes most off a cart; asked by user_id, offers, cap_minor and refused.

        Args:
            asked: `refused`: how many of the others to tell, with the reason; none unless `offers` names them.

        Raises:
            InputError: a line that cannot be priced, or an offer that there is not.
        """
        return read(Combination, self._call("POST", "v1/offers/cart", body={"lines": list(lines), **asked}))

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
