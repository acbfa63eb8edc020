"""Active products of which none is left."""

from __future__ import annotations

from typing import ClassVar

from shopmind.domain import Item
from shopmind.insights.quality.gaps.gap import ItemGap


class SoldOut(ItemGap):
    """Active products of which none is left."""

    words = ("sold out", "已售罄")
    mend = ("Order more, or hide it: nobody can buy it.", "请补货或下架:现在没人能买到。")
    specimen: ClassVar[tuple[Item, ...]] = (Item("a", stock=3), Item("b"), Item("c", stock=0))

    def look(self, number: int, item: Item) -> bool:
        """Unknown stock is not none."""
        return item.stock is not None and item.stock <= 0
