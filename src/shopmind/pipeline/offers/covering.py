"""Which offers cover an item, kept in memory until a link changes: a shop may have 100,000 of them."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from shopmind.stores.ports import Catalogue, Links, Number, Numbers

MOST_CHANGES = 10_000
MOVES_LINKS = frozenset({"links", "item_removed"})


@dataclass(frozen=True, slots=True)
class Coverage:
    """The links `covers` at one change.

    Attributes:
        linked: (m,) numbers of the offers that have any, ascending.
        targets, offers: (n,) the ends of each link, by target.
    """

    linked: Numbers
    targets: Numbers
    offers: Numbers

    def of(self, item: Number) -> Numbers:
        """The offers that cover an item, ascending."""
        first, last = np.searchsorted(self.targets, [item, item + 1])
        return self.offers[first:last]


class Covering:
    """Reads the links again when one was written or an item removed; safe for many threads."""

    def __init__(self, catalogue: Catalogue, links: Links) -> None:
        self._catalogue = catalogue
        self._links = links
        self._lock = threading.Lock()
        self._change = -1
        self._coverage = Coverage(*(np.empty(0, np.int64) for _ in range(3)))

    def now(self) -> Coverage:
        """As of now, also of what other processes wrote."""
        last = self._catalogue.last_change()
        if last == self._change:
            return self._coverage
        with self._lock:
            if last > self._change:
                if self._moved():
                    self._coverage = self._read()
                self._change = last
        return self._coverage

    def _moved(self) -> bool:
        if self._change < 0:
            return True
        changes = self._catalogue.changes(self._change, MOST_CHANGES)
        return len(changes) >= MOST_CHANGES or any(each.what in MOVES_LINKS for each in changes)

    def _read(self) -> Coverage:
        table = self._links.table("covers").sort("target", "source")
        offers, targets = table["source"].to_numpy(), table["target"].to_numpy()
        return Coverage(np.unique(offers), targets, offers)
