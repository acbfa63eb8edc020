"""What offers cover, as of now, however often it is asked."""

from __future__ import annotations

from shopmind.pipeline.offers.covering import Covering
from shopmind.shop import Shop


def test_what_covers_an_item_follows_the_links_and_the_removal_of_items(shop: Shop) -> None:
    covering = Covering(shop.catalogue, shop.links)

    def ids(item_id: str) -> list[str]:
        number = int(shop.catalogue.numbers([item_id])[0])
        return [item.item_id for item in shop.catalogue.get(covering.now().of(number)) if item is not None]

    assert ids("tea-01") == ["promo-tea"]
    assert ids("nowhere") == []
    linked = covering.now().linked.tolist()
    assert linked == sorted(set(shop.links.table("covers")["source"].to_list()))
    held = covering.now()
    shop.put_items([{"item_id": "new-1", "title": "A new thing", "price": "1.00", "currency": "USD"}])
    assert covering.now() is held, "an item without links reads nothing again"
    shop.put_links([{"type": "covers", "source_id": "promo-phone", "target_id": "tea-01"}])
    assert ids("tea-01") == ["promo-tea", "promo-phone"]
    shop.catalogue.remove(["promo-tea"])
    assert ids("tea-01") == ["promo-phone"]
