"""The port of messages: who can be reached where, who must not be, and what became of each message.

A message goes planned → sending → sent, failed, unknown or skipped. `sending` is durable before anything is handed
over, so whatever dies in between leaves a message that nobody sends again unknowingly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

State = Literal["planned", "sending", "sent", "failed", "unknown", "skipped"]
STATES: tuple[State, ...] = get_args(State)
"""The position of a state is its code in stores: append, never reorder."""

COUNTED: tuple[State, ...] = ("planned", "sending", "sent", "unknown")
"""What a cap counts: what was, will be, or may have been received."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person.

    Attributes:
        message_id: follows from campaign, run, person and channel, so planning twice makes it once. It is the
            idempotency key of its delivery and the request id of its slate.
        run: which time of the campaign; each reaches a person once.
        user_id: pseudonym.
        send_at_ms: not before; expires_ms: not after.
        body: the slate: what is shown, and what is logged once it is sent.
        attempts: hand-overs begun.
        why: of the last change, in a word or two; "" for none.
        tried_ms: when the last hand-over began; None before the first.
    """

    message_id: str
    campaign: str
    run: str
    user_id: str
    channel: str
    send_at_ms: int
    expires_ms: int
    body: Mapping[str, Any] = field(default_factory=dict)
    state: State = "planned"
    attempts: int = 0
    why: str = ""
    tried_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many messages to one person within any stretch of so long.

    Attributes:
        channel: of the messages that are counted; "" counts all.
    """

    most: int
    window_ms: int
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message that was taken.

    Attributes:
        state: "planned" gives it back, to be taken at `send_at_ms`.
        why: in a word or two.
        begun: whether a hand-over was begun; one that was not is no attempt.
    """

    message_id: str
    state: State
    why: str = ""
    send_at_ms: int | None = None
    begun: bool = True


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a person is reached: personal data, kept apart from everything that the engine learns from.

    Attributes:
        digest: of the address, keyed: what a stop of the address is known by.
    """

    user_id: str
    channel: str
    address: str
    digest: str


Planned = Literal["planned", "there", "capped", "unreachable"]
Count = tuple[str, str, str, State, str, int]


class Outbox(Protocol):
    """Contacts, stops and messages of one shop; each method is one transaction, durable when it returns."""

    def put_contacts(self, contacts: Sequence[Contact]) -> None:
        """Inserts or replaces by person and channel; an empty address removes."""
        ...

    def contacts(self, user_ids: Sequence[str], channel: str) -> dict[str, Contact]:
        """Person → contact, of those who have one."""
        ...

    def reachable(self, channel: str, after: str, limit: int) -> list[str]:
        """At most `limit` pseudonyms above `after` that have a contact, rising: for going through all of them."""
        ...

    def stop(self, stops: Sequence[tuple[str, str, str]], now_ms: int, *, of: str = "") -> None:
        """Rows of (pseudonym or digest, channel or "" for all, why): nothing is sent any more. Stopping again changes
        nothing.

        Args:
            of: a pseudonym: without a contact or a message of it, nothing is kept.
        """
        ...

    def allow(self, subject: str, channel: str) -> bool:
        """Takes a stop back; whether there was one."""
        ...

    def stopped(self, subjects: Sequence[str], channel: str) -> dict[str, str]:
        """Which of these pseudonyms and digests are stopped, on this channel or on all → why."""
        ...

    def plan(self, messages: Sequence[Message], caps: Sequence[Cap]) -> list[Planned]:
        """What became of each, in order: "there" for an id that is known, "capped" where a cap would be broken together
        with what is planned and sent, "unreachable" when the contact is gone."""
        ...

    def known(self, message_ids: Sequence[str]) -> set[str]:
        """Which of these ids there are."""
        ...

    def exchange(
        self, outcomes: Sequence[Outcome], n: int, now_ms: int, channels: Sequence[str] | None = None
    ) -> list[Message]:
        """Records what became of messages taken before, and takes at most n that are due, in one transaction.

        Those taken are `sending`, with one attempt more. An outcome is recorded of what is `sending`; that it was
        "sent" also of what is `unknown`, for that is a fact.
        """
        ...

    def taken(self) -> list[Message]:
        """Messages in `sending`. To the only sender, before it takes any, they say that whoever took them is gone."""
        ...

    def times(self, user_ids: Sequence[str], since_ms: int, *, tried: bool) -> dict[str, list[tuple[str, int]]]:
        """Person → (channel, time) of messages that caps count, above `since_ms`: when each is to be sent, or with
        `tried`, of those that were handed over or may have been, when that began."""
        ...

    def get(self, message_id: str) -> Message | None: ...

    def counts(
        self, campaign: str | None = None, run: str | None = None
    ) -> list[tuple[str, str, str, State, str, int]]:
        """(campaign, run, channel, state, why, how many), sorted; `why` of planned and sent messages is ""."""
        ...

    def listed(self, campaign: str, run: str, state: State, limit: int = 1_000) -> list[Message]:
        """Messages of one state, the soonest first."""
        ...

    def resolve(self, campaign: str, run: str, state: Literal["sent", "planned"], now_ms: int) -> int:
        """Says of all `unknown` messages of a run that they were sent, or are to be sent again; returns how many."""
        ...

    def cancel(self, campaign: str, run: str) -> int:
        """Skips all planned messages of a run; returns how many."""
        ...

    def put_run(self, campaign: str, run: str, report: Mapping[str, Any]) -> None: ...

    def runs(self) -> list[tuple[str, str, dict[str, Any]]]:
        """(campaign, run, report), newest first."""
        ...

    def erase(self, user_id: str) -> dict[str, int]:
        """Erases contacts, messages and stops of a pseudonym; table → rows. A stop of the address itself stays: it
        names nobody, and keeps a later import from writing to it again."""
        ...

    def ids_of(self, user_id: str) -> list[str]:
        """Ids of all messages of a pseudonym."""
        ...

    def prune(self, before_ms: int) -> int:
        """Deletes messages that are done and were due before then; returns how many."""
        ...

    def backup(self, target: Path) -> None:
        """Copies one consistent moment to the file `target` while others read and write."""
        ...

    def close(self) -> None: ...


def breaks(times: Sequence[int], at_ms: int, cap: Cap) -> bool:
    """Whether one message more, at `at_ms`, would put more than `cap.most` into some stretch of `cap.window_ms`.

    Args:
        times: of the messages that the cap counts, in any order.
    """
    near = sorted([*(each for each in times if abs(each - at_ms) < cap.window_ms), at_ms])
    return any(last - first < cap.window_ms for first, last in zip(near, near[cap.most :], strict=False))
