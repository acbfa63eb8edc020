from __future__ import annotations

from shopmind.evaluation.attribution import SHOWN, attribute
from shopmind.evaluation.slates import shown
from shopmind.shop import Shop


def test_a_click_on_an_answer_is_credited_to_its_place(shop: Shop) -> None:
    before = shop.folder.clock()
    slate = shop.recommend("home", user="u01", session="tab", n=4)
    third = slate.hits[2].item.item_id
    shop.track({"type": "click", "user_id": "u01", "item_id": third, "request_id": slate.request_id})
    shop._slates.flush()
    after = shop.folder.clock() + 1
    places = shown(shop, before, after)
    assert dict(places.schema) == SHOWN
    assert places["request_id"].unique().to_list() == [slate.request_id]
    assert places["position"].to_list() == [0, 1, 2, 3]
    assert places["user"].unique().to_list() == shop.users.numbers([shop.pseudonyms.user("u01")]).tolist()
    assert places["session"].unique().to_list() == [shop.pseudonyms.session("tab")]
    credits = attribute(shop.events.table(since_ms=before, whole=True), places)
    found = credits.row(0, named=True)
    assert [found[name] for name in ("how", "scenario", "position", "propensity")] == ["request", "home", 2, 1.0]


def test_slates_of_other_times_are_left_out(shop: Shop) -> None:
    shop.recommend("home", user="u01")
    shop._slates.flush()
    assert shown(shop, 0, 1_000).is_empty()
