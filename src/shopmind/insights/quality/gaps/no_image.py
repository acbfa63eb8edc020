"""Products, shops and content without a picture."""

from __future__ import annotations

from typing import ClassVar

from shopmind.domain import Item
from shopmind.domain.item import Kind
from shopmind.insights.quality.gaps.gap import ItemGap


class NoImage(ItemGap):
    """Products, shops and content without a picture."""

    kinds: ClassVar[tuple[Kind, ...]] = ("product", "shop", "content")
    words = ("no image", "没有图片")
    mend = ("Give it a picture: people choose by looking.", "请补上图片:人们靠看来选择。")
    specimen: ClassVar[tuple[Item, ...]] = (Item("a", image="/a.jpg"), Item("b"))

    def look(self, number: int, item: Item) -> bool:
        """See the protocol."""
        return not (item.image or "").strip()
