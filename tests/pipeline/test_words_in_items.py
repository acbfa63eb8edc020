"""Words are looked up once in each item of a request."""

from __future__ import annotations

from typing import Any

import numpy as np

from shopmind.domain import History, Query
from shopmind.pipeline.context import Context, Term
from shopmind.pipeline.words_in_items import WordsInItems, look_up
from shopmind.shop import Shop
from shopmind.stores.index_ports import Matches
from shopmind.stores.ports import Numbers


class Watched:
    """A text index that tells which items were looked into."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self.asked: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def matches(self, numbers: Numbers, tokens: list[str]) -> Matches:
        self.asked += numbers.tolist()
        found: Matches = self._index.matches(numbers, tokens)
        return found


def context_of(shop: Shop) -> Context:
    return Context(
        query=Query("search", text="green tea", history=History.empty()),
        kinds=("product",),
        now_ms=0,
        columns=shop.catalogue.columns(),
        load_history=History.empty,
        anchors=np.empty(0, np.int64),
        encode=lambda _: np.empty(0, np.float32),
        terms=(Term("green"), Term("tea", alternatives={"chai": 0.5})),
    )


def same(left: WordsInItems, right: WordsInItems) -> bool:
    names = ("items", "counts", "places", "near", "lengths", "averages", "worth")
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in names)


def test_items_looked_into_before_are_not_looked_into_again_and_come_in_the_order_asked(shop: Shop) -> None:
    index: Any = Watched(shop.tools.text_index)
    numbers = np.flatnonzero(shop.catalogue.columns().shown)
    context = context_of(shop)
    look_up(context, index, numbers[5:0:-1])
    found = look_up(context, index, numbers[:9][::-1])
    assert sorted(index.asked) == numbers[:9].tolist()
    assert same(found, look_up(context_of(shop), index, numbers[:9][::-1]))


def test_other_terms_are_looked_up_anew(shop: Shop) -> None:
    numbers = np.flatnonzero(shop.catalogue.columns().shown)[:4]
    context = context_of(shop)
    look_up(context, shop.tools.text_index, numbers)
    context.terms = (Term("phone"),)
    assert look_up(context, shop.tools.text_index, numbers).counts.shape[1] == 1


def test_nothing_is_found_in_nothing(shop: Shop) -> None:
    context, nothing = context_of(shop), np.empty(0, np.int64)
    look_up(context, shop.tools.text_index, nothing)
    assert look_up(context, shop.tools.text_index, nothing).counts.shape[:2] == (0, 2)
