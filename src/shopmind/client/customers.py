"""The part of the client that is about people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from shopmind.client.answers import RowResult
from shopmind.client.calls import Calls, Row
from shopmind.client.typed import read
from shopmind.domain import Outlook, User
from shopmind.kit.clock import parse_time


@dataclass(frozen=True, slots=True)
class Member:
    """One of an audience.

    Attributes:
        user_id: pseudonym.
        score: by which they are ordered: the chance where there is one.
        chance: of buying any of the goods within `days`; None without a model.
        reasons: signals that speak for this person most.
    """

    user_id: str
    score: float
    chance: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audience:
    """The people most likely to buy some goods.

    Attributes:
        size: everybody of whom something speaks for the goods, whoever is listed.
        expected: buyers among the people listed; None without a model.
        of_chance: buyers among as many customers drawn by lot.
        reachable: channel → how many of those listed agreed to it.
        degraded: why there are no chances; empty when there are.
    """

    people: tuple[Member, ...]
    size: int
    goods: tuple[str, ...]
    days: int | None
    expected: float | None
    of_chance: float | None
    reachable: Mapping[str, int]
    degraded: str


class Customers(Calls):
    """Customers: written, read, foreseen, found, forgotten."""

    def put_users(self, users: Row | Sequence[Row]) -> list[RowResult]:
        """Inserts or replaces users."""
        return self._write("v1/users", [users] if isinstance(users, Mapping) else users)

    def user(self, user_id: str) -> User:
        """What the shop knows of a user besides events, under the pseudonym; raises NotFoundError."""
        return read(User, self._call("GET", _path(user_id)))

    def outlook(self, user_id: str) -> Outlook:
        """What a customer will do.

        Raises:
            NotFoundError: nothing is known of what this user did.
            NotReadyError: the shop has not learned to foresee yet.
        """
        told = self._call("GET", f"{_path(user_id)}/outlook")
        return read(Outlook, {**told, "calibrated_ms": parse_time(told["calibrated_at"])})

    def audience(
        self,
        *,
        items: Sequence[str] = (),
        brand: str = "",
        category: str = "",
        promotion: str | None = None,
        n: int = 1_000,
        least: float = 0.0,
    ) -> Audience:
        """Who is most likely to buy some goods, told by exactly one of items, brand, category and promotion.

        Raises:
            InputError: none or several of them, or nothing of the shop is meant.
        """
        asked = {"items": ",".join(items), "brand": brand, "category": category, "n": n, "least": least}
        named = {} if promotion is None else {"promotion": promotion}
        return read(Audience, self._call("GET", "v1/insights/audience", params={**asked, **named}))

    def forget(self, user_id: str) -> dict[str, Any]:
        """Erases a user and returns the receipt."""
        receipt: dict[str, Any] = self._call("DELETE", _path(user_id))["receipt"]
        return receipt


def _path(user_id: str) -> str:
    return f"v1/users/{quote(user_id, safe='')}"
