"""Shops, brands, stories and sets for an occasion, asked of the tiny shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shopmind.domain import Slate
from shopmind.kit.clock import format_time, system_clock
from shopmind.kit.errors import InputError
from shopmind.shop import Shop, create
from shopmind.testing.tiny_shop import make_tiny_shop


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with make_tiny_shop(tmp_path_factory.mktemp("places") / "shop", encoder="hash") as shop:
        yield shop


def ids(slate: Slate) -> list[str]:
    return [hit.item.item_id for hit in slate.hits]


def test_a_brand_stands_once_in_a_slate_of_brands_and_what_a_user_chooses_comes_first(tiny: Shop) -> None:
    slate = tiny.recommend("brands", user="u01")
    brands = [hit.item.brand for hit in slate.hits]
    assert len(brands) == len(set(brands)) > 2
    bought = tiny.events.history(tiny.pseudonyms.user("u01"), None).of(("purchase",)).items
    own = {item.brand for item in tiny.catalogue.get(bought) if item is not None}
    assert brands[0] in own


def test_a_stranger_is_shown_the_brands_that_are_popular(tiny: Shop) -> None:
    slate = tiny.recommend("brands", session="nobody")
    assert "brands" in slate.hits[0].source
    assert not slate.degraded


def test_a_shop_without_brands_says_so_and_answers_by_popularity(tmp_path: Path) -> None:
    with create(tmp_path / "shop", name="Plain", encoder="none") as shop:
        shop.put_items([{"item_id": each, "title": each} for each in "ab"])
        shop.track({"type": "purchase", "user_id": "u", "item_id": "a"})
        shop.train(["popularity", "item_knn"])
        assert any("no item has a brand" in line for line in shop.readiness()["brands"])
        assert any("no item of kind content" in line for line in shop.readiness()["content"])
        assert any("no links of type mentions" in line for line in shop.readiness()["in_content"])
        assert set(ids(shop.recommend("brands"))) == {"a", "b"}
        assert ids(shop.recommend("content")) == []


def test_the_shop_of_the_users_own_city_is_among_those_for_him(tiny: Shop) -> None:
    by_nearby = [hit.item.item_id for hit in tiny.recommend("shops", user="u02").hits if "nearby" in hit.source]
    assert by_nearby == ["shop-tea"]  # u02 is of Hangzhou
    assert not [hit for hit in tiny.recommend("shops", user="u02", personal=False).hits if "nearby" in hit.source]
    assert not [hit for hit in tiny.recommend("shops", session="s").hits if "nearby" in hit.source]


def test_within_a_shop_only_its_goods_are_shown_whether_it_is_named_by_anchor_or_by_filter(tiny: Shop) -> None:
    for slate in (
        tiny.recommend("in_shop", user="u01", anchors=["shop-home"], n=30),
        tiny.recommend("in_shop", user="u01", filters="shop_id = 'shop-home'", n=30),
    ):
        assert len(slate.hits) > 3
        assert {hit.item.shop_id for hit in slate.hits} == {"shop-home"}


def test_a_shop_that_sells_nothing_has_an_empty_slate(tiny: Shop) -> None:
    tiny.put_items([{"item_id": "shop-new", "kind": "shop", "title": "New"}])
    assert ids(tiny.recommend("in_shop", anchors=["shop-new"])) == []


@pytest.mark.parametrize("anchor", ["tea-01", "not there"])
def test_an_anchor_that_is_no_shop_is_shown_no_goods_of_others_and_is_told_why(tiny: Shop, anchor: str) -> None:
    slate = tiny.recommend("in_shop", user="u01", anchors=[anchor])
    assert ids(slate) == []
    assert "of_anchor: no anchor is a shop, nothing is shown" in slate.degraded
    slate = tiny.recommend("in_shop", user="u01", anchors=[anchor], filters="shop_id = 'shop-home'")
    assert {hit.item.shop_id for hit in slate.hits} == {"shop-home"}
    assert not any("of_anchor" in line for line in slate.degraded)


@pytest.mark.parametrize("asked", [{}, {"filters": "price < 1000"}])
def test_a_request_that_says_nothing_of_a_shop_is_told_that_its_goods_are_of_all(
    tiny: Shop, asked: dict[str, Any]
) -> None:
    slate = tiny.recommend("in_shop", user="u01", **asked)
    assert len({hit.item.shop_id for hit in slate.hits}) > 1
    assert "of_anchor: the request names no shop, it is not narrowed to one" in slate.degraded


def test_a_shop_that_goods_name_is_told_apart_though_it_is_no_item_itself(tmp_path: Path) -> None:
    with create(tmp_path / "shop", name="Plain", encoder="none") as shop:
        shop.put_items([{"item_id": f"{of}-{n}", "title": of, "shop_id": of} for of in ("a", "b") for n in range(3)])
        shop.put_items([{"item_id": "b", "title": "a good that is called as a shop is"}])
        shop.train(["popularity"])
        assert not any("belongs" in line for line in shop.readiness()["in_shop"])
        assert sorted(ids(shop.recommend("in_shop", anchors=["a"]))) == ["a-0", "a-1", "a-2"]
        assert ids(shop.recommend("in_shop", anchors=["b"])) == []


def test_a_story_leads_to_the_goods_it_mentions_and_a_good_to_the_stories_that_mention_it(tiny: Shop) -> None:
    goods = tiny.recommend("in_content", anchors=["page-brew"], explain=True)
    assert set(ids(goods)[:2]) == {"tea-01", "kit-05"}
    assert any("How to brew" in reason.text for reason in goods.hits[0].reasons)
    assert ids(tiny.recommend("content", anchors=["kit-02"]))[0] == "page-pan"
    assert ids(tiny.recommend("content", anchors=["kit-06"]))[0] == "page-gaiwan"


def test_a_ring_of_links_and_a_link_to_itself_do_no_harm(tmp_path: Path) -> None:
    rings = [
        ("page", "other"),
        ("other", "page"),
        ("page", "page"),
        ("page", "a"),
        ("market", "market"),
        ("market", "a"),
    ]
    with create(tmp_path / "shop", name="Rings", encoder="none") as shop:
        shop.put_items([{"item_id": each, "title": each} for each in "ab"])
        shop.put_items([{"item_id": each, "kind": "content", "title": each} for each in ("page", "other")])
        shop.put_items([{"item_id": "market", "kind": "shop", "title": "Market"}])
        types = {"market": "sells", "page": "mentions", "other": "mentions"}
        shop.put_links([{"type": types[one], "source_id": one, "target_id": to} for one, to in rings])
        shop.train(["popularity"])
        assert ids(shop.recommend("in_content", anchors=["page"]))[0] == "a"
        assert ids(shop.recommend("in_shop", anchors=["market"])) == ["a"]
        assert ids(shop.recommend("content", anchors=["a"]))[0] == "page"
        assert ids(shop.recommend("content", anchors=["page"])) == ["other"]


def test_links_that_are_made_or_gone_count_in_the_next_answer(tmp_path: Path) -> None:
    with create(tmp_path / "shop", name="Plain", encoder="none") as shop:
        shop.put_items([{"item_id": each, "title": each} for each in "abc"])
        shop.put_items([{"item_id": "page", "kind": "content", "title": "A story"}])
        shop.track({"type": "purchase", "user_id": "u", "item_id": "c"})
        shop.train(["popularity"])
        assert ids(shop.recommend("in_content", anchors=["page"]))[0] == "c"
        shop.put_links([{"type": "mentions", "source_id": "page", "target_id": "b"}])
        assert ids(shop.recommend("in_content", anchors=["page"]))[0] == "b"
        shop.catalogue.remove(["b"])
        assert ids(shop.recommend("in_content", anchors=["page"]))[0] == "c"


def test_a_set_for_an_occasion_is_found_in_english_and_in_chinese_and_does_not_repeat_itself(tiny: Shop) -> None:
    for text in ("for a tea party", "泡茶用"):
        slate = tiny.recommend("scene", text=text)
        assert len(slate.hits) >= 4
        assert len({hit.item.categories for hit in slate.hits}) >= 3


def test_an_occasion_without_words_is_an_error(tiny: Shop) -> None:
    with pytest.raises(InputError, match="text"):
        tiny.recommend("scene", user="u01")


def test_what_was_seen_last_comes_first_and_a_stranger_has_seen_nothing(tiny: Shop) -> None:
    for hour, item in enumerate(("kit-02", "tea-01"), start=1):
        at = format_time(system_clock() - (24 - hour) * 3_600_000)
        tiny.track({"type": "view", "user_id": "viewer", "item_id": item, "timestamp": at})
    assert ids(tiny.recommend("recently_viewed", user="viewer")) == ["tea-01", "kit-02"]
    assert ids(tiny.recommend("recently_viewed", session="new")) == []


def test_a_shop_that_does_not_say_what_is_new_is_told_so_and_shows_what_is_popular(tmp_path: Path) -> None:
    with create(tmp_path / "shop", name="Plain", encoder="none") as shop:
        shop.put_items([{"item_id": "a", "title": "a"}])
        shop.train(["popularity"])
        assert any("no item says when it was created" in line for line in shop.readiness()["fresh"])
        assert not any("created" in line for line in shop.readiness()["home"])
        assert ids(shop.recommend("fresh")) == ["a"]


def test_new_arrivals_are_new(tiny: Shop) -> None:
    hits = tiny.recommend("fresh", n=5).hits
    assert hits
    assert all("fresh" in hit.source for hit in hits)


def test_a_shop_without_anything_is_told_what_every_place_waits_for(tmp_path: Path) -> None:
    with create(tmp_path / "shop", name="Empty", encoder="none") as shop:
        silent = [name for name, waits in shop.readiness().items() if not waits]
    assert silent == []
