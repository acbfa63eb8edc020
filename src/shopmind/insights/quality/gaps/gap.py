"""What every gap offers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from shopmind.domain import Item
from shopmind.domain.item import Kind


@dataclass(frozen=True, slots=True)
class Known:
    """What gaps may know beside the item.

    Attributes:
        language: of the shop.
    """

    language: str


class Gap(Protocol):
    """One fault. It is made anew for each look at the catalogue, and may compare items with each other.

    Attributes:
        kinds: of the items it is asked of.
        words: what is wrong, in English and in Chinese.
        mend: what to do about it, in English and in Chinese.
        specimen: items of the first of `kinds` of which the last one has the fault and the others do not.
    """

    kinds: ClassVar[tuple[Kind, ...]]
    words: ClassVar[tuple[str, str]]
    mend: ClassVar[tuple[str, str]]
    specimen: ClassVar[tuple[Item, ...]]

    def __init__(self, known: Known) -> None: ...

    def look(self, number: int, item: Item) -> bool:
        """Whether the item has it, as far as it alone tells."""
        ...

    def close(self) -> Iterable[int]:
        """Numbers of items that have it beside others."""
        ...


class ItemGap:
    """A gap that looks at single items and remembers nothing."""

    kinds: ClassVar[tuple[Kind, ...]] = ("product",)

    def __init__(self, known: Known) -> None:
        self.known = known

    def close(self) -> Iterable[int]:
        """None."""
        return ()
