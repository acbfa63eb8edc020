"""What the people want whom someone is linked with, as far as both agreed to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.clock import DAY_MS
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Tools
from shopmind.stores.ports import Artifact, Numbers
from shopmind.training.circles import Agreed, agreed
from shopmind.training.sparse import rows

MOST_PEOPLE = 200
"""Of a larger circle the strongest links count: bounds the time of one request."""

_CONCERN = frozenset({"user", "user_erased", "links"})
_MANY_CHANGES = 1_000


@dataclass(frozen=True, slots=True)
class Wants:
    """What the people of one circle want, one entry for each person and item.

    Attributes:
        people: how many there are, also those who want nothing that is known.
        items: (m,) item numbers.
        worth: (m,) float64 what the item is worth to the person.
        share: (m,) float64 weight of the person's link over that of all; entries of one person have the same.
        person: (m,) place of the person in the circle.
    """

    people: int
    items: Numbers
    worth: NDArray[np.float64]
    share: NDArray[np.float64]
    person: NDArray[np.int64]


NOTHING = Wants(0, np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, np.int64))


class Circles:
    """Reads the artifact `circles` (training/circles.py) and what happened since, and asks for consent every time."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._held: tuple[int, Agreed] | None = None

    @cached_property
    def fitted(self) -> Artifact:
        """The artifact.

        Raises:
            NotReadyError: before the first training, or while nobody is linked who agreed to it.
        """
        return self._tools.artifact("circles")

    def wants(self, context: Context) -> Wants:
        """Of the user's circle as it is now; nothing for a stranger or a request that is not to be personal.

        Of a request it is reckoned once, whoever asks.

        Raises:
            NotReadyError: as `fitted`.
        """
        found = context.memory.get("circle wants")
        if not isinstance(found, Wants):
            found = context.memory["circle wants"] = self._wants(context)
        return found

    def _wants(self, context: Context) -> Wants:
        user_id, users = context.query.user_id, self._tools.users
        if user_id is None or users is None or not context.query.personal:
            return NOTHING
        people, weights = self._agreed().of(int(users.numbers([user_id])[0]))
        if not len(people):
            return NOTHING
        strongest = np.argsort(-weights, kind="stable")[:MOST_PEOPLE]
        people, weights = people[strongest], weights[strongest] / weights[strongest].sum()
        person, items, worth = rows(self.fitted.arrays, "wants", people)
        aged_ms = max(0, context.now_ms - int(self.fitted.card["made_for_ms"]))
        worth = worth.astype(np.float64) * 0.5 ** (aged_ms / self._half_life_ms)
        live_person, live_items, live_worth = self._since(people, context.now_ms)
        person, items = np.append(person, live_person), np.append(items, live_items)
        worth = np.append(worth, live_worth)
        inside = (items > 0) & (items < context.columns.size) & (worth > 0)
        pairs, back = np.unique(person[inside] * context.columns.size + items[inside], return_inverse=True)
        person, items = np.divmod(pairs, context.columns.size)
        total = np.bincount(back, worth[inside], minlength=len(pairs)).astype(np.float64)
        return Wants(len(people), items, total, weights[person], person)

    @property
    def _half_life_ms(self) -> float:
        return float(self.fitted.card["options"]["half_life_days"]) * DAY_MS

    def _agreed(self) -> Agreed:
        """Read again as soon as a link, a person or a consent changes, in whatever process."""
        change = self._tools.catalogue.last_change()
        if self._held is not None and self._held[0] != change:
            later = self._tools.catalogue.changes(self._held[0], _MANY_CHANGES)
            if len(later) < _MANY_CHANGES and not any(each.what in _CONCERN for each in later):
                self._held = change, self._held[1]
        if self._held is None or self._held[0] != change:
            options, users = self.fitted.card["options"], self._tools.users
            if users is not None:
                circles = agreed(self._tools.links, users, options["links"], presumed=bool(options["presumed"]))
                self._held = change, circles
        return Agreed.nobody() if self._held is None else self._held[1]

    def _since(self, people: Numbers, now_ms: int) -> tuple[Numbers, Numbers, NDArray[np.float64]]:
        """Place in `people`, item and worth of what these people did since the training."""
        live = self._tools.live.read().after(int(self.fitted.card["event_number"]))
        weights = np.asarray(self.fitted.arrays["weights"], np.float64)[live.types]
        theirs = np.isin(live.users, people) & (weights > 0)
        order = np.argsort(people, kind="stable")
        place = order[np.searchsorted(people[order], live.users[theirs])]
        age_ms = np.maximum(0, now_ms - live.times_ms[theirs])
        return place, live.items[theirs], weights[theirs] * 0.5 ** (age_ms / self._half_life_ms)
