"""Products without a price."""

from __future__ import annotations

from typing import ClassVar

from shopmind.domain import Item
from shopmind.insights.quality.gaps.gap import ItemGap


class NoPrice(ItemGap):
    """Products without a price."""

    words = ("no price", "没有价格")
    mend = ("A product without a price fails every price filter.", "没有价格的商品通不过任何价格筛选。")
    specimen: ClassVar[tuple[Item, ...]] = (
        Item("a", title="Tea", price_minor=100, currency="USD"),
        Item("b", title="Tea"),
    )

    def look(self, number: int, item: Item) -> bool:
        """See the protocol."""
        return item.price_minor is None
