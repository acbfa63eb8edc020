"""Slots that are left to chance: the order they make, and the exact probability of every place.

Rows are places in the order before exploration, from 0. A head of h rows is shown as ranked; k of its places are slots.
Each slot has arms of its own: the incumbent, one of the last k rows of the head, and some of the rows after the head.

- With probability 1 - share nothing moves.
- Else each slot draws one of its arms. The head's first h - k rows fill the places between the slots in their order. An
  incumbent that was not drawn goes to the place that the drawn arm left.

Arms of different slots never meet, so the draws are independent and every marginal probability is a sum of two terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Slots:
    """What may happen to one answer.

    Attributes:
        places: places of the k slots, rising, each below `head`.
        head: h, rows that are shown as ranked where nothing is explored.
        share: probability that the request explores.
        arms: for each slot the rows that may stand in it, each in one slot at most; a row below `head` is the slot's
            own incumbent.
        chances: for each slot, (m,) probability of each arm when the request explores.
    """

    places: tuple[int, ...]
    head: int
    share: float
    arms: tuple[Rows, ...]
    chances: tuple[Floats, ...]

    def incumbent(self, slot: int) -> int:
        """The row that leaves the head when a slot draws another arm."""
        return self.head - len(self.places) + slot

    def order(self, size: int, drawn: Sequence[int] | None) -> Rows:
        """(size,) rows in the order shown.

        Args:
            drawn: for each slot the row that was drawn; None when the request does not explore.
        """
        order = np.arange(size)
        if drawn is None:
            return order
        between = [place for place in range(self.head) if place not in self.places]
        order[between] = np.arange(len(between))
        for slot, (place, row) in enumerate(zip(self.places, drawn, strict=True)):
            order[place] = row
            if row >= self.head:
                order[row] = self.incumbent(slot)
        return order

    def probabilities(self, order: Rows) -> Floats:
        """(n,) probability that the row at each of the first n places of an order stands there."""
        shown = np.ones(len(order))
        for place in range(min(self.head, len(order))):
            shown[place] = self._in_head(int(order[place]), place)
        for arms, chances in zip(self.arms, self.chances, strict=True):
            for row, chance in zip(arms.tolist(), chances.tolist(), strict=True):
                if self.head <= row < len(order):
                    shown[row] = 1 - self.share * chance if order[row] == row else self.share * chance
        return shown

    def _in_head(self, row: int, place: int) -> float:
        stays = (1 - self.share) if row == place else 0.0
        if place not in self.places:
            shifted = place - sum(slot < place for slot in self.places)
            return stays + (self.share if row == shifted else 0.0)
        slot = self.places.index(place)
        return stays + self.share * float(self.chances[slot][self.arms[slot] == row].sum())


def dealt(pool: Rows, slots: int) -> tuple[Rows, ...]:
    """The rows of a pool dealt to the slots in turn, so that each slot gets good ones and poor ones alike."""
    return tuple(pool[slot::slots] for slot in range(slots))
