"""Bundles, carts and substitutes in the tiny shop: what is named, what never is, and what is said where nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shopmind.domain import Bundle, Slate
from shopmind.kit.errors import InputError
from shopmind.pipeline.rerankers.bundles import Bundles
from shopmind.shop import Shop
from shopmind.stores.folder_artifacts import FolderArtifacts


def change(shop: Shop, item_id: str, **fields: Any) -> None:
    """Puts one item again with other fields."""
    (item,) = shop.catalogue.get(shop.catalogue.numbers([item_id]))
    assert item is not None
    row: Mapping[str, Any] = {
        "item_id": item.item_id,
        "kind": item.kind,
        "title": item.title,
        "categories": list(item.categories),
        "brand": item.brand,
        "price": None if item.price_minor is None else f"{item.price_minor / 100:.2f}",
        "currency": item.currency,
        "stock": item.stock,
        **fields,
    }
    assert shop.put_items([row])[0].status == "accepted"


def ids(slate: Slate) -> list[str]:
    return [hit.item.item_id for hit in slate.hits]


def test_a_bundle_holds_what_sells_together_with_its_price_and_its_share(shop: Shop) -> None:
    slate = shop.recommend("bundles", anchors=["tea-01"])
    # 55 orders: 12 hold tea, 12 a pot, 12 both
    assert slate.bundles == (Bundle(("tea-01", "kit-01"), 3890, "USD", 12, 12 / 55, 55 / 12),)
    assert ids(slate)[0] == "kit-01"
    assert not slate.degraded


def test_three_goods_that_sell_together_are_one_bundle(shop: Shop) -> None:
    slate = shop.recommend("bundles", anchors=["ele-01"])
    first = slate.bundles[0]
    assert (first.items[0], {*first.items[1:]}) == ("ele-01", {"ele-02", "ele-03"})
    assert first.price_minor == 39900 + 1190 + 1950
    assert len(slate.bundles) == 1  # a pair of them would add nothing
    assert {*ids(slate)[:2]} == {"ele-02", "ele-03"}


def test_what_is_in_the_cart_already_is_part_of_the_bundle_and_not_offered(shop: Shop) -> None:
    slate = shop.recommend("bundles", anchors=["ele-02", "ele-03"])
    assert {*slate.bundles[0].items[:2]} == {"ele-02", "ele-03"}
    assert slate.bundles[0].items[2] == ids(slate)[0] == "ele-01"


def test_what_is_out_of_stock_stands_in_no_bundle(shop: Shop) -> None:
    change(shop, "ele-03", stock=0)
    slate = shop.recommend("bundles", anchors=["ele-01"])
    assert [bundle.items for bundle in slate.bundles] == [("ele-01", "ele-02")]
    assert "ele-03" not in ids(slate)


def test_a_good_at_hand_that_cannot_be_had_makes_no_bundle_and_the_answer_says_so(shop: Shop) -> None:
    for fields in ({"stock": 0}, {"status": "hidden"}):
        change(shop, "tea-01", **fields)
        slate = shop.recommend("bundles", anchors=["tea-01", "ele-01"])
        assert "bundles: 1 of 2 goods at hand cannot be had and stand in none" in slate.degraded
        assert slate.bundles
        assert all("tea-01" not in bundle.items for bundle in slate.bundles)


def test_a_filter_holds_for_bundles_too(shop: Shop) -> None:
    slate = shop.recommend("bundles", anchors=["ele-01"], filters="price < 15")
    assert [bundle.items for bundle in slate.bundles] == [("ele-01", "ele-02")]


def test_an_unknown_price_or_another_currency_leaves_the_price_open(shop: Shop) -> None:
    for fields in ({"price": None}, {"currency": "EUR"}):
        change(shop, "kit-01", **fields)
        (bundle,) = shop.recommend("bundles", anchors=["tea-01"]).bundles
        assert (bundle.price_minor, bundle.currency) == (None, None)


def test_without_a_rule_popular_goods_are_shown_and_called_no_bundle(shop: Shop) -> None:
    slate = shop.recommend("bundles", anchors=["kit-02"])
    assert not slate.bundles
    assert slate.hits
    assert any(said.startswith("bundles: nothing that can be had sells together") for said in slate.degraded)


def test_bundles_without_training_say_what_to_run(shop: Shop, tmp_path: Path) -> None:
    slate = shop.over(FolderArtifacts(tmp_path / "none")).recommend("bundles", anchors=["tea-01"])
    assert not slate.bundles
    assert any("bundles: associations: not trained yet; run: shopmind train" in said for said in slate.degraded)


@pytest.mark.parametrize("options", [{"most": 0}, {"largest": 1}, {"largest": 4}])
def test_sizes_that_are_no_bundle_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="largest 2 or 3"):
        Bundles.Options(**options)


@pytest.mark.parametrize("scenario", ["cart", "bundles", "substitutes", "goes_with", "similar"])
def test_an_empty_cart_is_an_error_that_names_what_is_missing(shop: Shop, scenario: str) -> None:
    with pytest.raises(InputError, match=f"scenario '{scenario}' needs anchors, none was given"):
        shop.recommend(scenario)


def test_a_cart_of_which_no_order_is_known_is_answered_by_a_named_fallback(shop: Shop) -> None:
    shop.put_items([{"item_id": "new-1", "title": "Tea towel", "categories": ["Kitchen"]}])
    slate = shop.recommend("cart", anchors=["new-1"])
    assert slate.hits
    assert "completion: nothing at hand has been bought yet, it says nothing of other goods" in slate.degraded


def test_a_cart_names_the_good_that_speaks_most_for_a_hit(shop: Shop) -> None:
    slate = shop.recommend("cart", anchors=["tea-01", "clo-02"], explain=True)
    pot = next(hit for hit in slate.hits if hit.item.item_id == "kit-01")
    assert pot.source[0] == "completion"
    assert "“Dragon Well Green Tea, 100 g tin”" in pot.reasons[0].text
    chinese = shop.recommend("cart", anchors=["tea-01"], explain=True, language="zh")
    assert chinese.hits[0].reasons[0].text.startswith("与购物车里的商品相配")


def test_what_stands_in_for_an_item_can_be_had_and_says_why(shop: Shop) -> None:
    change(shop, "tea-01", stock=0)
    change(shop, "tea-02", stock=0)
    slate = shop.recommend("substitutes", anchors=["tea-01"], explain=True)
    assert slate.hits
    assert all(hit.item.stock is None or hit.item.stock > 0 for hit in slate.hits)
    assert not {"tea-01", "tea-02"} & {*ids(slate)}
    (asked,) = shop.catalogue.get(shop.catalogue.numbers(["tea-01"]))
    assert asked is not None
    assert slate.hits[0].item.categories == asked.categories
    texts = [reason.text for hit in slate.hits for reason in hit.reasons]
    assert "Can stand in for “Dragon Well Green Tea, 100 g tin” (out of stock)." in texts
    chinese = shop.recommend("substitutes", anchors=["tea-01"], explain=True, language="zh")
    assert any("(缺货)" in reason.text for hit in chinese.hits for reason in hit.reasons)


def test_a_newcomer_without_a_category_has_no_shelf_and_the_answer_says_so(shop: Shop) -> None:
    shop.put_items([{"item_id": "new-1", "title": "Thing"}])
    slate = shop.recommend("substitutes", anchors=["new-1"])
    assert "shelf: nothing that can be shown is of the category of what is at hand" in slate.degraded
