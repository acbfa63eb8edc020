"""A user who only ever read stories is shown goods, from what people chose in both, and from texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shopmind.shop import Shop, create

TASTES = ("tea", "pan")


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Forty people read stories of one of two tastes and buy goods of the same; the newcomers only read."""
    folder: Path = tmp_path_factory.mktemp("cross") / "shop"
    with create(folder, name="Stories", encoder="hash") as shop:
        shop.put_items(
            [
                {"item_id": f"{kind}-{taste}-{each}", "kind": kind, "title": f"{taste} {kind} number {each}"}
                for kind in ("content", "product")
                for taste in TASTES
                for each in range(4)
            ]
        )
        rows = []
        for person in range(40):
            taste = TASTES[person % 2]
            rows += [
                {"type": "view", "user_id": f"p{person}", "item_id": f"content-{taste}-{person // 2 % 4}"},
                {"type": "view", "user_id": f"p{person}", "item_id": f"content-{taste}-{(person // 2 + 1) % 4}"},
                {"type": "purchase", "user_id": f"p{person}", "item_id": f"product-{taste}-{person // 2 % 3}"},
            ]
        rows += [{"type": "view", "user_id": f"reads-{taste}", "item_id": f"content-{taste}-0"} for taste in TASTES]
        shop.track(rows)
        shop.index()
        shop.train(["bridges", "popularity"])
        yield shop


@pytest.mark.parametrize("taste", TASTES)
def test_who_only_read_is_shown_the_goods_that_readers_of_the_same_chose(reading: Shop, taste: str) -> None:
    hits = reading.recommend("cross_domain", user=f"reads-{taste}", n=3).hits
    assert {hit.item.kind for hit in hits} == {"product"}
    assert all(taste in hit.item.title for hit in hits)
    assert "bridge" in hits[0].source


@pytest.mark.parametrize("taste", TASTES)
def test_a_good_that_nobody_chose_is_reached_by_its_text(reading: Shop, taste: str) -> None:
    hits = reading.recommend("cross_domain", user=f"reads-{taste}", n=8).hits
    places = {hit.item.item_id: place for place, hit in enumerate(hits)}
    other = TASTES[1 - TASTES.index(taste)]
    assert places[f"product-{taste}-3"] < places[f"product-{other}-3"]
    assert "carried" in hits[places[f"product-{taste}-3"]].source


def test_a_stranger_is_shown_what_is_popular_and_reasons_are_told_in_both_languages(reading: Shop) -> None:
    assert {hit.source for hit in reading.recommend("cross_domain", user="new").hits} == {("popularity",)}
    english = reading.recommend("cross_domain", user="reads-tea", explain=True, n=2).hits[0]
    assert any("elsewhere" in reason.text for reason in english.reasons)
    chinese = reading.recommend("cross_domain", user="reads-tea", explain=True, n=2, language="zh").hits[0]
    assert any("在别处" in reason.text for reason in chinese.reasons)
