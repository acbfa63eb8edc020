"""What changes between two answers: when a signal is left out, a rule is added, or another scenario answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Move:
    """Where an item stands on the page of two answers, from 0 on; None where it is not on it."""

    item_id: str
    before: int | None
    after: int | None


def moves(before: Sequence[str], after: Sequence[str]) -> tuple[Move, ...]:
    """Items whose place differs, in the order of the new page, then those that left it.

    Args:
        before, after: ids on the page, best first, each once.
    """
    old = {item: place for place, item in enumerate(before)}
    new = {item: place for place, item in enumerate(after)}
    return tuple(Move(item, old.get(item), new.get(item)) for item in {**new, **old} if old.get(item) != new.get(item))
