"""Prices far from those of their category."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from shopmind.domain import Item
from shopmind.insights.quality.gaps.gap import ItemGap, Known

FEWEST = 10
"""Prices of a category that say what is usual in it."""

TIMES = 20.0
"""A hundredfold is a wrong decimal point; real ranges seldom reach twenty times the middle."""


class UnusualPrice(ItemGap):
    """Prices of 0, and prices more than twenty times above or below the median of their category and currency."""

    words = ("unusual price", "价格异常")
    mend = ("Check the decimal point and the currency.", "请检查小数点和货币。")
    specimen: ClassVar[tuple[Item, ...]] = (
        *(Item(f"a{i}", categories=("Tea",), price_minor=1_000 + i, currency="USD") for i in range(FEWEST)),
        Item("b", categories=("Tea",), price_minor=100_000, currency="USD"),
    )

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._prices: defaultdict[tuple[str, str | None], list[tuple[int, int]]] = defaultdict(list)

    def look(self, number: int, item: Item) -> bool:
        """Whether it costs nothing."""
        if item.price_minor is not None and item.price_minor > 0 and item.categories:
            self._prices[" > ".join(item.categories[:2]), item.currency].append((number, item.price_minor))
        return item.price_minor == 0

    def close(self) -> Iterable[int]:
        """Those far from the middle."""
        for known in self._prices.values():
            if len(known) >= FEWEST:
                numbers, prices = np.array(known, np.float64).T
                middle = float(np.median(prices))
                far = (prices > TIMES * middle) | (prices * TIMES < middle)
                yield from (int(each) for each in numbers[far])
