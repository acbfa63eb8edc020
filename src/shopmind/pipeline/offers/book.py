"""All offers of a shop as filters and doors read them, brought up to the catalogue when it changes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Item
from shopmind.kit.errors import InputError
from shopmind.pipeline.offers.offer import Offer, read_offer
from shopmind.stores.columns import ItemColumns
from shopmind.stores.ports import Catalogue, Numbers
from shopmind.stores.redemptions import Redemptions, Spent

MOST_CHANGES = 10_000


@dataclass(frozen=True, slots=True)
class Offers:
    """What the catalogue says at one change.

    Attributes:
        by_number: item number → offer, of those that can be read.
        problems: item number → (id, why it cannot be read).
        numbers, starts_ms, ends_ms: of the readable ones; an open bound is infinite.
        ruled: item numbers of those that ask for more than the time.
    """

    by_number: Mapping[int, Offer]
    problems: Mapping[int, tuple[str, str]]
    numbers: Numbers
    starts_ms: NDArray[np.float64]
    ends_ms: NDArray[np.float64]
    ruled: tuple[int, ...]


class OfferBook:
    """Reads each offer once, and again when its item changed; safe for many threads."""

    def __init__(self, catalogue: Catalogue, redemptions: Redemptions | None) -> None:
        self._catalogue = catalogue
        self._redemptions = redemptions
        self._lock = threading.Lock()
        self._change = -1
        self._read: dict[int, Offer | tuple[str, str]] = {}
        self._offers = _picture({})
        self._spent: tuple[int, Mapping[str, Spent]] = (-1, {})

    def offers(self, columns: ItemColumns) -> Offers:
        """All offers as of these columns, or newer."""
        if columns.change <= self._change:
            return self._offers
        with self._lock:
            if columns.change > self._change:
                self._bring_up(columns)
        return self._offers

    def spent(self) -> Mapping[str, Spent]:
        """Offer → what it has given away, as of now, in all processes."""
        if self._redemptions is None:
            return {}
        last = self._redemptions.last_change()
        if self._spent[0] != last:
            self._spent = (last, self._redemptions.spent())
        return self._spent[1]

    def _bring_up(self, columns: ItemColumns) -> None:
        changes = self._catalogue.changes(self._change, MOST_CHANGES) if self._change >= 0 else []
        if self._change < 0 or len(changes) >= MOST_CHANGES:
            wanted = np.flatnonzero(columns.kinds(("promotion",))).tolist()
            self._read = {}
        else:
            wanted = [each.number for each in changes if each.what in ("item", "item_removed")]
        change = max([columns.change, *(each.change for each in changes)])
        found = dict(self._catalogue.scan(sorted(wanted))) if wanted else {}
        touched = False
        for number in wanted:
            item = found.get(number)
            if item is not None and item.kind == "promotion":
                self._read[number] = _read(item)
                touched = True
            else:
                touched |= self._read.pop(number, None) is not None
        if touched or self._change < 0:
            self._offers = _picture(self._read)
        self._change = change


def _read(item: Item) -> Offer | tuple[str, str]:
    try:
        return read_offer(item)
    except InputError as error:
        return item.item_id, error.message.partition(": ")[2]


def _picture(read: Mapping[int, Offer | tuple[str, str]]) -> Offers:
    good = {number: each for number, each in sorted(read.items()) if isinstance(each, Offer)}
    return Offers(
        good,
        {number: each for number, each in sorted(read.items()) if not isinstance(each, Offer)},
        np.fromiter(good, np.int64, len(good)),
        np.array([-np.inf if each.starts_ms is None else each.starts_ms for each in good.values()], np.float64),
        np.array([np.inf if each.ends_ms is None else each.ends_ms for each in good.values()], np.float64),
        tuple(number for number, each in good.items() if _ruled(each)),
    )


def _ruled(offer: Offer) -> bool:
    return bool(
        offer.segment
        or offer.first_time
        or offer.min_basket_minor
        or offer.budget_minor is not None
        or offer.budget_uses is not None
        or offer.per_user is not None
    )
