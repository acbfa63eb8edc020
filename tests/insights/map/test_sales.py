from __future__ import annotations

import pytest

from shopmind.insights.map.sales import sales
from shopmind.shop import Shop


def test_what_sold_before_the_picture_knew_the_item_is_told_when_it_does(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = shop.catalogue.columns()
    sales(shop, 30)
    shop.put_items([{"item_id": "new", "title": "New"}])
    shop.track([{"type": "purchase", "item_id": "new"}] * 3)
    with monkeypatch.context() as patch:
        patch.setattr(type(shop.catalogue), "columns", lambda _: old)
        assert len(sales(shop, 30).sold) == old.size
    number = int(shop.catalogue.numbers(["new"])[0])
    assert sales(shop, 30).sold[number] == 3
    shop.track([{"type": "purchase", "item_id": "new"}, {"type": "view", "item_id": "new"}])
    assert (sales(shop, 30).sold[number], sales(shop, 30).visits[number]) == (4, 1)
