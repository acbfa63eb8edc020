"""Items with hardly a description."""

from __future__ import annotations

from typing import ClassVar

from shopmind.domain import Item
from shopmind.domain.item import Kind
from shopmind.insights.quality.gaps.gap import ItemGap

FEWEST = 5
"""Letters, digits or Chinese characters of a description that says anything."""


class NoDescription(ItemGap):
    """Items with hardly a description."""

    kinds: ClassVar[tuple[Kind, ...]] = ("product", "shop", "promotion", "content")
    words = ("no description", "没有描述")
    mend = ("Describe it in a sentence: search by meaning reads it.", "请写一句描述:语义搜索会读它。")
    specimen: ClassVar[tuple[Item, ...]] = (
        Item("a", description="Green tea of the first harvest."),
        Item("b", description=" – "),
    )

    def look(self, number: int, item: Item) -> bool:
        """See the protocol."""
        return sum(map(str.isalnum, item.description)) < FEWEST
