"""Which offers to use together for one cart: the most off, within the rules and a cap."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import floor

from shopmind.pipeline.offers.offer import Offer

MOST = 16
"""Combinable offers that are tried in every combination; beyond it those that take off most by themselves."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cart; value in minor units, of all its pieces."""

    item_id: str
    value_minor: int


@dataclass(frozen=True, slots=True)
class Combination:
    """Offers that go together.

    Attributes:
        amounts: offer → what it takes off, minor units, in the order in which they are applied.
        refused: offer → why it is not among them; first those that might be used on another cart.
        exact: False where there were too many offers to try every combination.
        unknown: goods of the cart that are not in the catalogue; they count by the price that was given, and no offer
            is known to cover them by a link.
    """

    amounts: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    exact: bool = True
    unknown: tuple[str, ...] = ()

    @property
    def total_minor(self) -> int:
        """What all of them take off."""
        return sum(self.amounts.values())


def amounts(offers: Sequence[Offer], lines: Sequence[Line], covers: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Offer → what it takes off when these are used together.

    Percentages are of the first price and come first, then amounts, each by id; fractions of a minor unit are dropped.
    No line is taken below 0: an offer takes from the lines that it covers what the others have left, in their order.

    Args:
        covers: offer → items that it is about; an offer that is not in it is about the whole cart.
    """
    left = [max(0, line.value_minor) for line in lines]
    found: dict[str, int] = {}
    for offer in sorted(offers, key=lambda each: (each.discount_percent is None, each.offer_id)):
        about = covers.get(offer.offer_id)
        rows = [place for place, line in enumerate(lines) if about is None or line.item_id in about]
        wanted = offer.discount_minor or 0
        if offer.discount_percent is not None:
            first = sum(max(0, lines[place].value_minor) for place in rows)
            wanted = floor(round(first * offer.discount_percent / 100, 6))
            wanted = wanted if offer.most_minor is None else min(wanted, offer.most_minor)
        taken = 0
        for place in rows:
            here = min(left[place], wanted - taken)
            left[place] -= here
            taken += here
        found[offer.offer_id] = taken
    return found


def clash(offers: Sequence[Offer]) -> str:
    """Why these may not be used together, or ""."""
    groups: dict[str, str] = {}
    ids = {offer.offer_id for offer in offers}
    for offer in offers:
        if offer.stacking == "exclusive" and len(offers) > 1:
            return f"{offer.offer_id!r} stands alone"
        other = next((each for each in offer.excludes if each in ids), None)
        if other is not None:
            return f"{offer.offer_id!r} excludes {other!r}"
        if offer.group:
            if offer.group in groups:
                return f"{groups[offer.group]!r} and {offer.offer_id!r} are both of group {offer.group!r}"
            groups[offer.group] = offer.offer_id
    return ""


def best_combination(
    offers: Sequence[Offer],
    lines: Sequence[Line],
    covers: Mapping[str, Collection[str]],
    *,
    cap_minor: int | None = None,
    left_minor: Mapping[str, int] | None = None,
) -> Combination:
    """The combination that takes off most, with the fewest offers where several do, then by ids.

    Args:
        offers: those that this person may use.
        cap_minor: the most that all together may take off; None is without limit.
        left_minor: offer → what its budget still holds; an offer that is not in it has enough.
    """
    alone = {offer.offer_id: amounts([offer], lines, covers)[offer.offer_id] for offer in offers}
    refused: dict[str, str] = {}
    usable: list[Offer] = []
    room = left_minor or {}
    for offer in offers:
        off = alone[offer.offer_id]
        if off <= 0:
            refused[offer.offer_id] = "it takes nothing off this cart"
        elif cap_minor is not None and off > cap_minor:
            refused[offer.offer_id] = f"it takes off {off}, more than the cap of {cap_minor}"
        elif off > room.get(offer.offer_id, off):
            refused[offer.offer_id] = f"it takes off {off}, more than its budget has left"
        else:
            usable.append(offer)
    single = sorted((each for each in usable if each.stacking == "exclusive"), key=lambda each: each.offer_id)
    several = sorted(
        (each for each in usable if each.stacking == "combinable"),
        key=lambda each: (-alone[each.offer_id], each.offer_id),
    )
    search = _Search(several[:MOST], lines, covers, cap_minor, alone)
    best = min([search.found, *((each,) for each in single)], key=lambda some: _worse(some, lines, covers))
    chosen = amounts(best, lines, covers)
    for offer in usable:
        if offer.offer_id not in chosen:
            refused[offer.offer_id] = clash([*best, offer]) or "the others together take off more"
    return Combination(chosen, refused, exact=len(several) <= MOST)


class _Search:
    """Tries every set of combinable offers that may go together, the most promising first."""

    def __init__(
        self,
        offers: Sequence[Offer],
        lines: Sequence[Line],
        covers: Mapping[str, Collection[str]],
        cap_minor: int | None,
        alone: Mapping[str, int],
    ) -> None:
        self._offers, self._lines, self._covers, self._cap = offers, lines, covers, cap_minor
        self._rest = [sum(alone[each.offer_id] for each in offers[place:]) for place in range(len(offers) + 1)]
        self._whole = sum(max(0, line.value_minor) for line in lines)
        self.found: tuple[Offer, ...] = ()
        self._best = _worse((), lines, covers)
        self._look(0, ())

    def _look(self, place: int, chosen: tuple[Offer, ...]) -> None:
        total = sum(amounts(chosen, self._lines, self._covers).values())
        if self._cap is not None and total > self._cap:
            return
        told = _worse(chosen, self._lines, self._covers)
        if told < self._best:
            self.found, self._best = chosen, told
        if place == len(self._offers):
            return
        most = min(total + self._rest[place], self._whole, self._whole if self._cap is None else self._cap)
        if most < -self._best[0] or (most == -self._best[0] and len(chosen) + 1 > self._best[1]):
            return  # nothing below can take off more, or as much with as few
        offer = self._offers[place]
        if not clash([*chosen, offer]):
            self._look(place + 1, (*chosen, offer))
        self._look(place + 1, chosen)


def _worse(
    offers: Sequence[Offer], lines: Sequence[Line], covers: Mapping[str, Collection[str]]
) -> tuple[int, int, tuple[str, ...]]:
    """Sorts combinations: the best comes first."""
    total = sum(amounts(offers, lines, covers).values())
    return (-total, len(offers), tuple(sorted(each.offer_id for each in offers)))
