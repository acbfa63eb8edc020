"""What answers leave behind shortly after they were given: never of somebody who was erased meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shopmind.domain import Event

ERASING = "erasing"
"""Kind of the record that notes, under a pseudonym, that its erasure has begun."""
ERASED = "receipt"
"""Kind of the nameless record that takes its place when the erasure is done."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How far a shop was: the number of its newest erasure, and the highest number it had given to a user."""

    erasures: int
    users: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What one answer leaves behind: a record, and events.

    Attributes:
        since: the moment the answer was begun; None for one of nobody.
    """

    key: str
    body: Mapping[str, Any]
    user_id: str | None
    events: Sequence[Event]
    since: Moment | None


class Traces(Protocol):
    """What answers leave behind."""

    def moment(self) -> Moment:
        """Now, over all processes."""
        ...

    def leave(self, kind: str, traces: Sequence[Trace]) -> int:
        """Writes records of this kind, with their events, in one transaction; returns how many.

        A trace is left out when its user is being erased, or may have been erased since its moment. Erasures leave no
        name, so after any erasure that is asked of the user's number alone: one that was given by then is still there.
        """
        ...
