"""A place that is called ready can answer: asked of shops that have goods alone, and goods and purchases alone."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from shopmind.kit.clock import system_clock
from shopmind.samples import tiny_events, tiny_items
from shopmind.shop import Shop, create

PACKAGED = sorted(
    entry.name.removesuffix(".toml")
    for entry in resources.files("shopmind.scenarios").iterdir()
    if entry.name.endswith(".toml")
)
BARE = ("shop_id", "brand", "created_at")
"""What a poor catalogue does not say of its goods."""


@pytest.fixture(
    scope="module",
    params=["goods", "goods, untrained", "goods and purchases", "poor goods", "poor goods and purchases"],
)
def plain(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop of products, with or without what they may say of themselves, a training, and purchases."""
    now_ms = system_clock()
    dropped = BARE if request.param.startswith("poor") else ()
    goods = [
        {name: value for name, value in row.items() if name not in dropped}
        for row in tiny_items(now_ms)
        if row.get("kind", "product") == "product"
    ]
    with create(tmp_path_factory.mktemp("readiness") / "shop", name="Plain", encoder="hash") as shop:
        shop.put_items(goods)
        if request.param.endswith("purchases"):
            shop.track([event for event in tiny_events(now_ms) if event["type"] == "purchase"])
        shop.index()
        if not request.param.endswith("untrained"):
            shop.train()
        yield shop


@pytest.mark.parametrize("name", PACKAGED)
def test_a_place_that_is_called_ready_answers_and_does_not_only_guess(plain: Shop, name: str) -> None:
    waits = plain.readiness()[name]
    anchor = "shop-tea" if name == "in_shop" else "tea-01"

    slate = plain.recommend(name, user="u01", anchors=[anchor], text="tea")

    assert waits or slate.hits, "called ready, and it has nothing to show"
    if any("goods come in no order" in line for line in slate.degraded):
        assert waits or any(set(hit.source) - {"popularity"} for hit in slate.hits), "called ready, and it only guesses"


def test_the_place_of_one_shop_waits_for_goods_that_belong_to_one_and_shows_no_others(plain: Shop) -> None:
    slate = plain.recommend("in_shop", user="u01", anchors=["shop-tea"])

    waits = [line for line in plain.readiness()["in_shop"] if line.startswith("of_anchor: nothing belongs to a shop")]
    named = any(item.shop_id for _, item in plain.catalogue.scan())
    assert bool(waits) != named
    assert {hit.item.shop_id for hit in slate.hits} <= {"shop-tea"}
    assert named or "of_anchor: no anchor is a shop, nothing is shown" in slate.degraded


WAITS = {
    "recently_viewed": "viewed: the shop has no event of type view or click or favourite or add_to_cart or play yet",
    "buy_again": "buy_again: the shop has no event of type purchase yet",
    "trending": "trending: the shop has no event of type",
    "brands": "brands: the shop has no event of type",
}
"""Places that live on what customers do, and what they say before anybody did it."""


@pytest.mark.parametrize("name", WAITS)
def test_a_place_that_lives_on_events_waits_for_the_first_of_its_kind_and_not_longer(tmp_path: Path, name: str) -> None:
    def waiting() -> bool:
        return any(line.startswith(WAITS[name]) for line in shop.readiness()[name])

    with create(tmp_path / "shop", name="Plain", encoder="none") as shop:
        shop.put_items([{"item_id": each, "title": each, "brand": "one"} for each in "ab"])
        shop.train(["popularity", "trending"])
        assert waiting()
        others = "view" if name == "buy_again" else "impression"
        shop.track({"type": others, "user_id": "v", "item_id": "a"})
        assert waiting()
        what = "purchase" if name == "buy_again" else "view"
        shop.track({"type": what, "user_id": "u", "item_id": "a"})
        assert not waiting()
        assert [hit.item.item_id for hit in shop.recommend(name, user="u").hits][:1] == ["a"]
        shop.forget("u")
        assert waiting() or name in ("trending", "brands")
