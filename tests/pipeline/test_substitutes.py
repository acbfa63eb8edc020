"""What stands in for a good that is gone: what sells on its shelf first; price and demand speak there alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shopmind.shop import Shop, create


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    goods = [
        {"item_id": each, "title": each, "categories": categories, "price": price, "currency": "USD"}
        for each, categories, price in [
            ("gone", "Home > Mugs", 10.0),
            ("plain", "Home > Mugs", 10.0),
            ("loved", "Home > Mugs", 10.0),
            ("vase", "Home > Vases", 4.0),
            ("tyre", "Car > Tyres", 10.0),
        ]
    ]
    with create(tmp_path / "shop", name="Shelves", encoder="none") as made:
        made.put_items([{**each, "stock": 0 if each["item_id"] == "gone" else 5} for each in goods])
        for number in range(3):
            made.track({"type": "purchase", "user_id": f"u{number}", "item_id": "loved"})
            made.track({"type": "purchase", "user_id": f"u{number}", "item_id": "tyre"})
        yield made


def asked(shop: Shop) -> list[str]:
    return [hit.item.item_id for hit in shop.recommend("substitutes", anchors=["gone"]).hits]


def test_what_sells_best_on_the_shelf_stands_in_first_once_sales_are_counted(shop: Shop) -> None:
    assert {*asked(shop)} == {"plain", "loved", "vase"}  # a tyre that costs as much is of another shelf
    shop.train(["popularity"])
    assert asked(shop) == ["loved", "plain", "vase"]


def test_price_and_demand_say_nothing_of_another_shelf(shop: Shop) -> None:
    shop.train(["popularity"])
    shop.put_items([{"item_id": "bare", "title": "bare", "price": 10.0, "currency": "USD"}])
    slate = shop.recommend("substitutes", anchors=["gone"], explain=True)
    told = {hit.item.item_id: [reason.text for reason in hit.reasons] for hit in slate.hits}
    assert any("sells well among goods like" in text for text in told["loved"])
    assert any("costs about as much" in text for text in told["plain"])
    assert not any("sells well" in text for text in told["plain"])
    assert "bare" not in told
    assert "tyre" not in told
