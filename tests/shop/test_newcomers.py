"""A visitor of whom one event is known, in every place of the shop."""

from __future__ import annotations

from shopmind.scenarios.load import load
from shopmind.shop import Shop

MAY_BE_EMPTY = {"buy_again", "ads"}
"""The one needs a purchase, the other an ad that fits: a paid place that nothing fits shows nothing."""


def test_every_scenario_answers_a_session_from_its_first_event_on(shop: Shop) -> None:
    session = "newcomer"
    shop.track({"type": "view", "item_id": "tea-01", "session_id": session})
    empty = {}
    for name, scenario in load().items():
        if "text" in scenario.needs:
            continue
        anchors = ["tea-01"] if "anchors" in scenario.needs else []
        slate = shop.recommend(name, session=session, anchors=anchors)
        if not slate.hits and name not in MAY_BE_EMPTY:
            empty[name] = slate.degraded
        assert not [each for each in slate.degraded if "failed" in each]
    assert empty == {}


def test_a_pot_goes_with_tea_and_other_tea_is_similar(shop: Shop) -> None:
    with_it = [hit.item.item_id for hit in shop.recommend("goes_with", anchors=["tea-01"], n=3).hits]
    assert with_it[0] == "kit-01"
    reasons = shop.recommend("goes_with", anchors=["tea-01"], n=1, explain=True).hits[0].reasons
    assert reasons[0].signal == "complements"
    assert reasons[0].text.startswith("Goes with “")
    assert shop.recommend("similar", anchors=["tea-01"], n=5).hits[0].item.item_id == "tea-05"
