"""Products without a brand."""

from __future__ import annotations

from typing import ClassVar

from shopmind.domain import Item
from shopmind.insights.quality.gaps.gap import ItemGap


class NoBrand(ItemGap):
    """Products without a brand."""

    words = ("no brand", "没有品牌")
    mend = ("Name the brand, or the maker: people filter by it.", "请填写品牌或制造商:人们会按品牌筛选。")
    specimen: ClassVar[tuple[Item, ...]] = (Item("a", brand="Quiet Hill"), Item("b", brand=" "))

    def look(self, number: int, item: Item) -> bool:
        """See the protocol."""
        return not (item.brand or "").strip()
