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
from shopmind.domain.item import Scalar
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


@dataclass(frozen=True, slots=True)
class Because:
    """What was done to one item, and speaks for an interest."""

    item_id: str
    title: str
    type: str
    times: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class Interest:
    """A category or brand somebody likes; `share` is of the worth of all they did."""

    of: str
    name: str
    share: float
    events: Mapping[str, int]
    last_ms: int
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """One customer, under the pseudonym.

    Attributes:
        known: False for somebody who did something and was never written.
        personalise: whether their doings may move what they see; where not, there are no interests.
        events: event type → how often.
        circle: type of link → people they are linked with.
    """

    user_id: str
    known: bool
    created_at_ms: int | None
    attributes: Mapping[str, Scalar]
    consent: Mapping[str, bool]
    personalise: bool
    events: Mapping[str, int]
    first_ms: int | None
    last_ms: int | None
    interests: tuple[Interest, ...]
    circle: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing somebody did; `item_id` is "" for an item that is no longer there."""

    at_ms: int
    type: str
    item_id: str
    title: str
    quantity: float


@dataclass(frozen=True, slots=True)
class Doings:
    """What a customer did, newest first; `next_cursor` continues it."""

    events: tuple[Doing, ...]
    total: int
    next_cursor: str | None


class Customers(Calls):
    """Customers: written, read, foreseen, found, forgotten."""

    def put_users(self, users: Row | Sequence[Row]) -> list[RowResult]:
        """Inserts or replaces users."""
        return self._write("v1/users", [users] if isinstance(users, Mapping) else users)

    def user(self, user_id: str) -> User:
        """What the shop knows of a user besides events, under the pseudonym; raises NotFoundError."""
        return read(User, self._call("GET", _path(user_id)))

    def profile(self, user_id: str) -> Profile:
        """What a customer likes and out of which doings that is read; raises NotFoundError."""
        return read(Profile, self._call("GET", f"{_path(user_id)}/profile"))

    def history(self, user_id: str, *, n: int = 50, offset: int = 0, cursor: str | None = None) -> Doings:
        """What a customer did, newest first; raises NotFoundError."""
        asked = {"n": n, "offset": offset, **({} if cursor is None else {"cursor": cursor})}
        return read(Doings, self._call("GET", f"{_path(user_id)}/history", params=asked))

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
