"""Titles that are not in the language of the shop."""

from __future__ import annotations

from typing import ClassVar

from shopmind.domain import Item
from shopmind.insights.quality.gaps.gap import ItemGap
from shopmind.text.language import detect


class ForeignLanguage(ItemGap):
    """Titles that are not in the language of the shop."""

    words = ("another language than the shop's", "与店铺语言不同")
    mend = ("Translate the title, or give the item its language.", "请翻译标题,或为商品填写语言。")
    specimen: ClassVar[tuple[Item, ...]] = (
        Item("a", title="White tea"),
        Item("b", title="白牡丹茶", language="zh"),
        Item("c", title="白牡丹茶"),
    )

    def look(self, number: int, item: Item) -> bool:
        """One that says its language is meant to be in it."""
        found = "" if item.language else detect(item.title)
        return found not in ("", self.known.language)
