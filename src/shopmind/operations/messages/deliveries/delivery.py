"""What every way of delivery must offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

from shopmind.shop.postbox import Postbox


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it is handed over.

    Attributes:
        message_id: the same whenever the message is handed over again.
        subject: one line; "" where the channel has none.
        html: "" where the channel has none.
        unsubscribe_url: ends such messages without a login; "" where the shop has no public address.
        data: for programs: campaign, run and the items.
    """

    message_id: str
    channel: str
    address: str
    language: str
    subject: str
    text: str
    html: str = ""
    unsubscribe_url: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Handed:
    """How a hand-over ended.

    Attributes:
        state: "sent" taken over; "failed" refused for good; "retry" certainly not taken over, may be later; "unknown"
            it cannot be told.
        why: in a few words, without the address.
        gone: the address does not exist: nothing is sent there again.
    """

    state: Literal["sent", "failed", "retry", "unknown"]
    why: str = ""
    gone: bool = False


class Delivery(Protocol):
    """A way of delivery. One object is used by at most `at_once` threads.

    Attributes:
        repeatable: whether handing the same letter over again reaches nobody twice.
        at_once: letters that may be under way together, and so at most in doubt after a crash.
    """

    Options: ClassVar[type[Any]]
    repeatable: bool
    at_once: int

    def __init__(self, options: Any, postbox: Postbox) -> None: ...

    def hand_over(self, letter: Letter) -> Handed:
        """Hands one letter over, once; it does not try again."""
        ...

    def was_handed(self, channel: str, message_id: str) -> bool | None:
        """After a crash: whether the letter was taken over; None when that cannot be known."""
        ...

    def close(self) -> None:
        """Lets go of connections."""
        ...
