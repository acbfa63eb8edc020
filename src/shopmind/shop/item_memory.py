"""Items that were shown lately, so that a slate need not read them again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from shopmind.domain import Item
from shopmind.stores.ports import Catalogue, Number, Numbers

_BLOCK = 1_000


class ItemMemory:
    """The most recently shown items by number; whoever holds it drops what has changed.

    Args:
        most: how many are kept, about 1 kB each.
    """

    def __init__(self, catalogue: Catalogue, most: int = 20_000) -> None:
        self._catalogue = catalogue
        self._most = most
        self._held: OrderedDict[Number, Item] = OrderedDict()
        self._drops = 0
        self._lock = threading.Lock()

    def get(self, numbers: Sequence[Number] | Numbers) -> list[Item | None]:
        """The items in the given order; None where there is none."""
        wanted = [int(number) for number in numbers]
        with self._lock:
            found: dict[Number, Item | None] = {number: self._held.get(number) for number in wanted}
            drops = self._drops
        missing = [number for number, item in found.items() if item is None]
        if missing:
            found |= dict(zip(missing, self._catalogue.get(missing), strict=True))
        with self._lock:
            if drops == self._drops:  # else what was read may be older than what was dropped
                for number, item in found.items():
                    if item is not None:
                        self._held[number] = item
                        self._held.move_to_end(number)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return [found[number] for number in wanted]

    def fill(self, numbers: Numbers) -> None:
        """Reads items ahead, if all of them can be kept."""
        if len(numbers) <= self._most:
            for start in range(0, len(numbers), _BLOCK):
                self.get(numbers[start : start + _BLOCK])

    def drop(self, numbers: Iterable[Number]) -> None:
        """Forgets items that have changed."""
        with self._lock:
            self._drops += 1
            for number in numbers:
                self._held.pop(number, None)
