"""Products that stand in the catalogue twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from shopmind.domain import Item
from shopmind.insights.quality.gaps.gap import ItemGap, Known
from shopmind.kit.seeds import hash64
from shopmind.text.normalise import fold


class Duplicate(ItemGap):
    """Products of the same title, brand and price that are not told to be variants; the one that came first has none.

    Two items of one `group_id` are variants and may be called alike.
    """

    words = ("looks like another item", "疑似重复")
    mend = ("Take one of them out, or give both the same group_id.", "请删除其中之一,或给两者相同的 group_id。")
    specimen: ClassVar[tuple[Item, ...]] = (
        Item("a", title="White tea", brand="Quiet Hill"),
        Item("b", title="White tea", brand="Other"),
        Item("c", title="WHITE  tea", brand="Quiet Hill"),
    )

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._first: dict[int, tuple[int, str | None]] = {}
        self._again: list[int] = []

    def look(self, number: int, item: Item) -> bool:
        """Nothing yet: see `close`."""
        title = " ".join(fold(item.title).split())
        if title:
            mark = hash64(f"{title}\0{fold(item.brand or '')}\0{item.price_minor}\0{item.currency}")
            first, group = self._first.setdefault(mark, (number, item.group_id))
            if first != number and (group is None or group != item.group_id):
                self._again.append(number)
        return False

    def close(self) -> Iterable[int]:
        """All but the first of each."""
        return self._again
