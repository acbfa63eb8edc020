"""Titles that hardly say what it is."""

from __future__ import annotations

from typing import ClassVar

from shopmind.domain import Item
from shopmind.domain.item import Kind
from shopmind.insights.quality.gaps.gap import ItemGap
from shopmind.text.language import detect

FEWEST = 6
"""Letters and digits of a title that says what it is."""

FEWEST_CHINESE = 2


class ShortTitle(ItemGap):
    """Titles that hardly say what it is."""

    kinds: ClassVar[tuple[Kind, ...]] = ("product", "shop", "promotion", "content")
    words = ("title too short", "标题太短")
    mend = ("Say what it is, of which kind and how much.", "请写明是什么、哪一种、多少量。")
    specimen: ClassVar[tuple[Item, ...]] = (
        Item("a", title="White tea"),
        Item("b", title="白茶"),
        Item("c", title="Tea"),
    )

    def look(self, number: int, item: Item) -> bool:
        """See the protocol."""
        letters = sum(map(str.isalnum, item.title))
        return letters < (FEWEST_CHINESE if detect(item.title) == "zh" else FEWEST)
