"""Titles in capitals."""

from __future__ import annotations

from typing import ClassVar

from shopmind.domain import Item
from shopmind.insights.quality.gaps.gap import ItemGap

FEWEST = 10
"""Capitals that shout; fewer may be a model name."""


class ShoutingTitle(ItemGap):
    """Titles in capitals."""

    words = ("title in capitals", "标题全大写")
    mend = ("Write it as a sentence is written: capitals are hard to read.", "请按正常大小写书写:全大写不易读。")
    specimen: ClassVar[tuple[Item, ...]] = (Item("a", title="Tea for NASA"), Item("b", title="GREEN TEA LEAVES"))

    def look(self, number: int, item: Item) -> bool:
        """See the protocol."""
        return item.title.isupper() and sum(map(str.isupper, item.title)) >= FEWEST
