"""Columns of the catalogue by item number, for filters and features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of texts, each stored once.

    Attributes:
        codes: (size,) int32 by item number; -1 where the item has no value.
        vocabulary: code → text.
        index: text → code.
    """

    codes: NDArray[np.int32]
    vocabulary: tuple[str, ...]
    index: dict[str, int]

    def text(self, number: int) -> str | None:
        """The value of one item."""
        code = int(self.codes[number]) if 0 <= number < len(self.codes) else -1
        return None if code < 0 else self.vocabulary[code]


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A column of numbers: values is (size,) float64 by item number, NaN where the item has none."""

    values: NDArray[np.float64]


class ItemColumns(Protocol):
    """A consistent picture of the catalogue at one change number; never altered, a newer one replaces it.

    Names of columns: kind, brand, category (the first), categories (the whole path joined by " > "), currency, status,
    language, group_id, shop_id, title as texts; price (in major units), stock, created_at, updated_at (epoch ms) as
    numbers; any other name is an attribute.
    """

    @property
    def change(self) -> int:
        """The change number up to which the picture is complete."""
        ...

    @property
    def size(self) -> int:
        """1 + the largest item number; arrays by item number have this length. Number 0 is never used."""
        ...

    @property
    def shown(self) -> NDArray[np.bool_]:
        """(size,) True where an item exists and its status is "active"."""
        ...

    @property
    def tie(self) -> NDArray[np.uint64]:
        """(size,) hash of the item id: breaks ties without leaking the order of arrival."""
        ...

    def column(self, name: str) -> TextColumn | NumberColumn | None:
        """The column `name`, built when first asked for; None when no item has such an attribute."""
        ...

    def kinds(self, names: tuple[str, ...]) -> NDArray[np.bool_]:
        """(size,) True where the item is of one of these kinds."""
        ...


@dataclass(frozen=True, slots=True)
class Only:
    """The same picture with but a few items shown: for an evaluation that asks for an order among them.

    Attributes:
        items: (m,) the item numbers that stay; one that is not shown anyway is not shown here either.
    """

    whole: ItemColumns
    items: NDArray[np.int64]

    @property
    def change(self) -> int:
        """See ItemColumns."""
        return self.whole.change

    @property
    def size(self) -> int:
        """See ItemColumns."""
        return self.whole.size

    @property
    def shown(self) -> NDArray[np.bool_]:
        """See ItemColumns."""
        stays = np.zeros(self.whole.size, np.bool_)
        stays[self.items] = True
        return self.whole.shown & stays

    @property
    def tie(self) -> NDArray[np.uint64]:
        """See ItemColumns."""
        return self.whole.tie

    def column(self, name: str) -> TextColumn | NumberColumn | None:
        """See ItemColumns."""
        return self.whole.column(name)

    def kinds(self, names: tuple[str, ...]) -> NDArray[np.bool_]:
        """See ItemColumns."""
        return self.whole.kinds(names)
