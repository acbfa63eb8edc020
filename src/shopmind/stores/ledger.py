"""The port of the money of ads: held when an ad is shown, charged by an event, given back when none came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import polars as pl

from shopmind.domain import EventType

Refusal = Literal["", "budget", "daily_budget", "cap"]
"""Why money could not be held; "" when it was."""

SHOWN: dict[str, Any] = {
    "number": pl.Int64,
    "request_id": pl.String,
    "item": pl.Int64,
    "at_ms": pl.Int64,
    "scenario": pl.String,
    "position": pl.Int32,
    "charged_on": pl.Int8,
    "price": pl.Int64,
    "state": pl.Int8,
    "traits": pl.String,
    "foreseen_click": pl.Float64,
    "foreseen_purchase": pl.Float64,
    "seen": pl.Boolean,
    "clicked": pl.Boolean,
    "bought": pl.Boolean,
}
"""Schema of `Ledger.shown`: one row an ad and answer. `state` is 0 held, 1 charged, 2 given back; `charged_on` a
position in EVENT_TYPES; `traits` a JSON text; `bought` counts what the ad leads to if the ad was clicked before."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Money to be held for one ad in one answer. All money is in mills.

    Attributes:
        item: number of the ad. target: number of the item whose purchase counts like one of the ad; 0 for none.
        charged_on: the event that takes the money.
        budget, daily: what the ad may cost in all, and on this UTC day; None for no limit a day.
        until_ms: the money is given back when no event has come by then.
        user_id, session_id: pseudonyms of who is shown it.
        cap: refuse when this customer was shown it so often since `cap_since_ms`; 0 never does.
    """

    request_id: str
    item: int
    charged_on: EventType
    price: int
    budget: int
    at_ms: int
    until_ms: int
    daily: int | None = None
    target: int = 0
    user_id: str | None = None
    session_id: str | None = None
    cap: int = 0
    cap_since_ms: int = 0
    scenario: str = ""
    position: int = 0
    traits: Mapping[str, str] = field(default_factory=dict)
    foreseen: tuple[float, float] = (float("nan"), float("nan"))


@dataclass(frozen=True, slots=True)
class Account:
    """Mills of one ad: of the whole flight, and of one UTC day."""

    spent: int = 0
    held: int = 0
    spent_today: int = 0
    held_today: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """What a settlement did: how many holds were charged and given back, and mills charged."""

    charged: int = 0
    returned: int = 0
    mills: int = 0


class Ledger(Protocol):
    """Spent and held money of an ad never exceed its budget, in all threads and processes and after a kill.

    Each hold is charged once at most, by the first event that echoes its request and names its ad, so no event and no
    repetition of one charges twice.
    """

    def reserve(self, holds: Sequence[Hold], *, patience_s: float | None = None) -> list[Refusal]:
        """Holds the money of one answer, each ad by itself, in one transaction.

        Raises:
            BusyError: another writer held the database for longer than `patience_s`; nothing is held then.
        """
        ...

    def settle(self, now_ms: int) -> Settled:
        """Charges what events have come for since the last time, gives back what is overdue, in one transaction.

        What was charged is durable when this returns. An event that comes after its hold was given back is free.
        """
        ...

    def accounts(self, day: int) -> Mapping[int, Account]:
        """Number of the ad → its money, with that of one UTC day since 1970."""
        ...

    def times_shown(self, user_id: str | None, session_id: str | None, since_ms: int) -> Mapping[int, Sequence[int]]:
        """Number of the ad → when this customer was shown it, rising; of a user or, where None, of a session."""
        ...

    def prune(self, before_ms: int, most: int = 1_000) -> int:
        """Deletes what was shown before a time and is charged or given back, the oldest first; returns how many.

        Open holds stay however old, and accounts keep the money of what is deleted: an event that comes for it is free
        as it was. One transaction of at most so many: called again while it returns `most`.
        """
        ...

    def shown(self, since_ms: int, until_ms: int) -> pl.DataFrame:
        """What was shown from the first up to before the second, and what became of it: schema SHOWN, oldest first."""
        ...
