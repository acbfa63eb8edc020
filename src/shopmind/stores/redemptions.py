"""The port of redemptions: which offer was used, once each, and never above what the offer may give away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Status = Literal["counted", "known", "uses_gone", "budget_gone", "user_had_it", "held_back"]
"""counted: now; known: it was counted before, nothing changes; held_back: it would have been, but another of the same
order is refused. The others say which limit it would break."""


@dataclass(frozen=True, slots=True)
class Redemption:
    """One use of one offer.

    Attributes:
        redemption_id: the shop's own; sent again it is the same redemption.
        user_id: pseudonym; None for somebody unknown.
        amount_minor: what it takes off, minor units; what the budget pays.
    """

    redemption_id: str
    offer_id: str
    amount_minor: int
    at_ms: int
    user_id: str | None = None
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What an offer may give away; None is without limit.

    Attributes:
        uses: redemptions by everybody. amount_minor: of all of them together. per_user: redemptions of one user.
    """

    uses: int | None = None
    amount_minor: int | None = None
    per_user: int | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What an offer has given away."""

    uses: int = 0
    amount_minor: int = 0


class Redemptions(Protocol):
    """The ledger of offers. What it says survives a kill; erasing a user keeps the sums and forgets who it was."""

    def count(self, wanted: Sequence[tuple[Redemption, Limits]]) -> list[Status]:
        """Counts redemptions, all of them or none, in one transaction over all processes.

        Those that are known stay counted and stand in nobody's way.

        Raises:
            InputError: an id that was counted for another offer or amount, or that comes twice.
        """
        ...

    def take_back(self, redemption_id: str) -> bool:
        """Gives a redemption back to the offer, once; False where there is none or it was taken back before."""
        ...

    def known(self, redemption_ids: Sequence[str]) -> frozenset[str]:
        """Those of these ids that were counted, taken back later or not."""
        ...

    def last_change(self) -> int:
        """A number that grows whenever `spent` says something else; cheap enough for every answer."""
        ...

    def spent(self, offer_ids: Sequence[str] | None = None) -> Mapping[str, Spent]:
        """Offer → what it has given away; offers that gave nothing may be missing. None asks for all."""
        ...

    def of_user(self, user_id: str) -> Mapping[str, int]:
        """Offer → how often this pseudonym has redeemed it."""
        ...
