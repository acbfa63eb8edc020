"""Products without a category."""

from __future__ import annotations

from typing import ClassVar

from shopmind.domain import Item
from shopmind.insights.quality.gaps.gap import ItemGap


class NoCategory(ItemGap):
    """Products without a category."""

    words = ("no category", "没有类目")
    mend = (
        "Without a category it is missing from facets and from diversity.",
        "没有类目的商品不会出现在分面里,也无法保证多样性。",
    )
    specimen: ClassVar[tuple[Item, ...]] = (Item("a", categories=("Tea",)), Item("b"))

    def look(self, number: int, item: Item) -> bool:
        """See the protocol."""
        return not any(each.strip() for each in item.categories)
