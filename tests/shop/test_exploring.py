from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shopmind
from shopmind import scenarios as scenario_files
from shopmind.domain import History, Query, Slate
from shopmind.kit.clock import system_clock
from shopmind.kit.errors import InputError
from shopmind.pipeline.rerankers.explore import Explorer
from shopmind.shop import Shop
from shopmind.shop.choosing import Choice, Draft, Way

POLICIES = {
    "epsilon": '{part = "epsilon", share = 0.5, slots = [2, 7], pool = 12}',
    "greedy": '{part = "epsilon", share = 1.0, uniform = 0.3, greedy = "rate", slots = [9], pool = 12}',
    "thompson": '{part = "thompson", share = 0.8, slots = [3, 9], pool = 12}',
    "linucb": '{part = "linucb", share = 0.7, uniform = 0.4, slots = [4, 5], pool = 12, columns = ["rate"]}',
}

BY_AGE = """retrievers = {fresh = {k = 60}}
[ranker]
part = "fusion"
weights = {fresh = 1.0, popularity = 0.0, taste = 0.0, ease = 0.0, trending = 0.0, item_knn = 0.0}
"""
"""An order that no event moves."""

Opened = Callable[..., Shop]


@pytest.fixture
def opened(shop_folder: Path, request: pytest.FixtureRequest) -> Opened:
    """Opens the tiny shop with a home that explores by the given reranker. Its clock stands still: items of this shop
    are seconds old, and what is new depends on the time of the answer."""
    moment = system_clock()

    def make(reranker: str, more: str = "", **settings: Any) -> Shop:
        (shop_folder / "scenarios").mkdir(exist_ok=True)
        text = f'base = "home"\nrerankers = [{{part = "diversity", strength = 0.1}}, {reranker}]\n{more}'
        (shop_folder / "scenarios" / "home.toml").write_text(text, encoding="utf-8")
        shop = shopmind.open(shop_folder, clock=lambda: moment, **settings)
        request.addfinalizer(shop.close)
        return shop

    return make


def unlogged(shop: Shop, **asked: Any) -> Slate:
    """An answer that leaves nothing behind, so that the next one meets the same state."""
    return shop.answer(Query("home", history=History.empty(), **asked))


def ids(slate: Slate) -> list[str]:
    return [hit.item.item_id for hit in slate.hits]


def click(shop: Shop, slate: Slate, position: int) -> None:
    item = next(hit.item.item_id for hit in slate.hits if hit.position == position)
    shop.track({"type": "click", "session_id": "s", "item_id": item, "request_id": slate.request_id})


@pytest.mark.slow
@pytest.mark.parametrize("name", POLICIES)
def test_every_item_stands_at_its_place_as_often_as_its_propensity_says(name: str, opened: Opened) -> None:
    shop = opened(POLICIES[name], impressions="served")
    for each in range(12):  # some state to learn from
        slate = shop.recommend("home", session=f"visitor {each}")
        shop._slates.flush()
        for position in range(each % 3, 10, 4):
            click(shop, slate, position)
    context = _context(shop, explore=False)
    ranked = shop._answering._current().by_scenario["home"].rank(context, 60).candidates
    context = replace(context, query=Query("home"))
    part = _part(shop)
    often: Counter[tuple[int, int]] = Counter()
    told: dict[tuple[int, int], float] = {}
    rounds = 1_200
    for each in range(rounds):
        asked = replace(context, draw=f"r{each}", heard=None)
        items = part.rerank(asked, ranked, 16).items[:16].tolist()
        assert asked.exploration is not None
        for position, item in enumerate(items):
            often[item, position] += 1
            chance = asked.exploration.propensities.get(item, 1.0)
            assert told.setdefault((item, position), chance) == pytest.approx(chance, abs=1e-12)
    assert any(chance < 1 for chance in told.values())
    at = np.zeros(16)
    for (_, position), chance in told.items():
        at[position] += chance
    assert (at < 1 + 1e-9).all()
    assert (at[:10] > 0.95).all()  # all but the rarest have been seen
    for place, chance in told.items():
        if chance == 1:
            assert often[place] == rounds
        else:
            error = np.sqrt(chance * (1 - chance) / rounds)
            assert abs(often[place] / rounds - chance) < 4.5 * error + 1 / rounds, place


def test_nothing_is_random_in_the_packaged_scenarios(shop: Shop) -> None:
    for scenario in shop.scenarios.values():
        assert not any(spec.part in ("epsilon", "thompson", "linucb") for spec in scenario.rerankers)
    slate = shop.recommend("home")
    assert {hit.propensity for hit in slate.hits} == {1.0}
    assert (slate.draw, slate.tried) == (None, ())


def test_the_record_and_the_impressions_carry_the_propensity(opened: Opened) -> None:
    shop = opened('{part = "epsilon", share = 1.0}', impressions="served")
    slate = shop.recommend("home", session="s")
    shop._slates.flush()
    record = shop.records.get("slate", slate.request_id)
    assert record is not None
    assert record["propensities"] == [hit.propensity for hit in slate.hits]
    assert record["propensities"][9] < 0.1
    assert record["explored"] == [
        {"position": 9, "by": "epsilon", "chance": slate.tried[0].chance, "lifted": slate.tried[0].lifted}
    ]
    log = shop.events.table(("impression",)).filter(request_id=slate.request_id)
    np.testing.assert_allclose(log["propensity"].to_numpy(), record["propensities"], rtol=1e-6)


@pytest.mark.slow
def test_a_second_page_continues_the_first_although_much_has_happened_since(opened: Opened) -> None:
    shop = opened('{part = "thompson", slots = [5, 9], pool = 6, uniform = 0.0}', more=BY_AGE, impressions="served")
    moved = 0
    for each in range(10):
        first = shop.recommend("home", session=f"v{each}", n=10)
        shop._slates.flush()
        whole = shop.recommend("home", session=f"v{each}", n=25, draw=first.draw or "")
        moved += any(tried.lifted for tried in first.tried)
        for other in range(4):  # what others like in the meantime would draw otherwise
            liked = shop.recommend("home", session=f"other {other}", n=10)
            shop._slates.flush()
            for position in (5, 9):
                click(shop, liked, position)
        second = shop.recommend("home", session=f"v{each}", n=15, offset=10, draw=first.draw or "")
        assert first.draw == second.draw
        assert not set(ids(first)) & set(ids(second))
        assert ids(first) + ids(second) == ids(whole)
    assert moved > 3


def test_a_click_changes_the_next_answer(opened: Opened) -> None:
    shop = opened('{part = "thompson", uniform = 0.0, pool = 5}', impressions="served")
    slate = shop.recommend("home", session="s")
    shop._slates.flush()
    item = slate.hits[9].item.item_id

    def chance() -> float:
        for each in range(400):
            shown = unlogged(shop, draw=f"{each}.{10**9}")
            if shown.hits[9].item.item_id == item:
                return shown.hits[9].propensity or 0.0
        return 0.0

    before = chance()
    click(shop, slate, 9)
    after = chance()
    assert after > before + 0.1
    click(shop, slate, 9)
    assert chance() == pytest.approx(after)  # clicked twice is clicked once


def test_without_training_the_prior_is_named_and_after_it_nothing_is(opened: Opened) -> None:
    shop = opened('{part = "thompson"}', impressions="served")
    before = shop.recommend("home")
    assert len(before.hits) == 10
    assert any("thompson" in each and "prior" in each and "shopmind train" in each for each in before.degraded)
    shop.train(["arms"])
    assert not any("thompson" in each for each in shop.recommend("home").degraded)
    assert not any("thompson" in each or "arms" in each for each in shop.readiness()["home"])


@pytest.mark.parametrize("name", ["greedy", "thompson", "linucb"])
def test_what_was_learned_live_is_what_training_learns(name: str, opened: Opened) -> None:
    shop = opened(POLICIES[name], impressions="served")
    shop.train(["arms"])  # the tiny shop's own log has impressions, too
    for each in range(10):
        slate = shop.recommend("home", session=f"v{each}")
        shop._slates.flush()
        for tried in slate.tried:
            if each % 3:
                click(shop, slate, tried.position)

    def chances() -> dict[tuple[str, int], float]:
        found: dict[tuple[str, int], float] = {}
        for each in range(40):
            for hit in unlogged(shop, draw=f"r{each}.{10**9}").hits:
                found[hit.item.item_id, hit.position] = hit.propensity or 0.0
        return found

    shop._answering.live.wake()  # the answers' own impressions are heard of within a quarter of a second else
    live = chances()
    shop.train(["arms"])
    shop._answering.refresh()
    trained = chances()
    both = set(trained) & set(live)
    assert len(both) >= len(live) - 2  # a draw on the edge may fall to the other side
    for place in both:
        assert trained[place] == pytest.approx(live[place], abs=1e-4)


def test_a_click_after_training_on_what_was_shown_before_it_counts(opened: Opened) -> None:
    shop = opened('{part = "linucb", uniform = 0.5, columns = ["score"]}', impressions="served")
    slate = shop.recommend("home", session="s")
    shop._slates.flush()
    shop.train(["arms"])
    part = _part(shop)

    def counts() -> tuple[float, float, float]:
        context = _context(shop)
        known = part._arms.known(context, (9,))
        _, gained = part._sums(context, known)  # type: ignore[attr-defined]
        return float(known.shown.sum()), float(known.rewarded.sum()), float(gained[0])

    assert counts() == pytest.approx((1, 0, 0), abs=1e-3)
    click(shop, slate, 9)
    assert counts() == pytest.approx((1, 1, 1), abs=1e-3)


def _part(shop: Shop) -> Explorer:
    engine = shop._answering._current().by_scenario["home"]
    part: Any = engine._rerankers[-1][1]
    assert isinstance(part, Explorer)
    return part


def _context(shop: Shop, **asked: Any) -> Any:
    answering = shop._answering
    return answering._context(Query("home", **asked), shop.scenarios["home"], answering._current())


def test_pinned_items_keep_their_places_and_hidden_ones_are_never_tried(opened: Opened) -> None:
    shop = opened('{part = "epsilon", share = 1.0, slots = [1, 9], pool = 40}')
    every = set(ids(unlogged(shop, n=60, explore=False)))
    hidden = sorted(every - set(ids(unlogged(shop, explore=False))))[:5]
    shop.rules.put(
        [
            {"rule_id": "top", "action": "pin", "scenarios": ["home"], "items": ["tea-03"], "place": 1},
            {"rule_id": "no", "action": "hide", "scenarios": ["home"], "items": hidden},
        ],
        by="test",
    )
    tried = set()
    for each in range(150):
        slate = unlogged(shop, draw=f"{each}.0")
        assert slate.hits[0].item.item_id == "tea-03"
        assert slate.hits[0].propensity == 1.0
        assert {one.position for one in slate.tried} == {1, 9}
        for one in slate.tried:
            tried.add(slate.hits[one.position].item.item_id)
    assert len(tried) > 10
    assert not tried & {"tea-03", *hidden}


def test_a_slot_that_is_pinned_is_not_explored(opened: Opened) -> None:
    shop = opened('{part = "epsilon", share = 1.0, slots = [1, 9]}')
    shop.rules.put(
        [{"rule_id": "top", "action": "pin", "scenarios": ["home"], "items": ["tea-03"], "place": 2}], by="test"
    )
    slate = unlogged(shop)
    assert slate.hits[1].item.item_id == "tea-03"
    assert [one.position for one in slate.tried] == [9]


def tried_items(shop: Shop, rounds: int = 200) -> set[str]:
    """What stands in the last slot, over many draws."""
    return {unlogged(shop, draw=f"{each}.0").hits[9].item.item_id for each in range(rounds)}


def test_what_is_out_of_stock_or_buried_is_never_tried(opened: Opened) -> None:
    shop = opened('{part = "epsilon", share = 1.0, pool = 60}', more="filters = []")
    ranked = unlogged(shop, n=60, explore=False).hits
    gone, buried = ranked[12].item, ranked[14].item
    assert {gone.item_id, buried.item_id} <= tried_items(shop)
    shop.put_items([{"item_id": gone.item_id, "kind": gone.kind, "title": gone.title, "stock": 0}])
    rule = {"rule_id": "b", "action": "bury", "scenarios": ["home"], "items": [buried.item_id], "strength": 2}
    shop.rules.put([rule], by="test")
    tried = tried_items(shop)
    assert len(tried) > 5
    assert not tried & {gone.item_id, buried.item_id}


def test_what_scores_below_the_floor_is_never_tried(opened: Opened) -> None:
    shop = opened('{part = "epsilon", share = 1.0, pool = 60, of_best = 0.7}')
    ranked = unlogged(shop, n=60, explore=False).hits
    low = {hit.item.item_id for hit in ranked if hit.score < 0.7 * ranked[0].score}
    tried = tried_items(shop)
    assert low
    assert len(tried) > 3
    assert not tried & low


def test_an_order_asked_for_and_a_wish_not_to_explore_are_obeyed(opened: Opened) -> None:
    shop = opened('{part = "epsilon", share = 1.0}')
    for each in range(20):
        plain = unlogged(shop, explore=False, draw=f"{each}.0")
        assert {hit.propensity for hit in plain.hits} == {1.0}
        assert plain.tried == ()
    assert len({tuple(ids(unlogged(shop))) for _ in range(20)}) > 5


def test_a_request_that_does_not_explore_says_how_likely_that_was(opened: Opened) -> None:
    shop = opened('{part = "epsilon", share = 0.2, slots = [3]}')
    quiet = next(s for each in range(50) if not (s := unlogged(shop, draw=f"{each}.0")).tried)
    assert [hit.propensity for hit in quiet.hits] == pytest.approx([1, 1, 1, *[0.8] * 7])


def test_the_reason_is_told_in_english_and_chinese(opened: Opened) -> None:
    shop = opened('{part = "epsilon", share = 1.0}')
    asked = [unlogged(shop, explain=True, language=each, draw="3.0") for each in ("en", "zh")]
    assert asked[0].tried[0].lifted
    told = [slate.hits[9].reasons[0] for slate in asked]
    assert [each.signal for each in told] == ["explored", "explored"]
    assert told[0].text == "Shown to learn whether people like it."
    assert "了解顾客是否喜欢" in told[1].text
    assert not any(reason.signal == "explored" for hit in asked[0].hits[:9] for reason in hit.reasons)


def test_the_trace_says_which_slots_explored(opened: Opened) -> None:
    shop = opened('{part = "epsilon", share = 1.0, slots = [4, 9]}')
    context = _context(shop)
    steps = shop._answering._current().by_scenario["home"].rank(context, 10).trace.steps
    assert "place 4: item" in steps[-1].note
    assert "place 9: item" in steps[-1].note


def test_an_evaluation_asks_the_same_question_and_gets_the_same_answer(opened: Opened) -> None:
    shop = opened('{part = "epsilon", share = 1.0}')
    still = shop.over(shop.artifacts)
    query = Query("home", history=History.empty(), now_ms=shop.folder.clock())
    assert len({tuple(ids(still.answer(query))) for _ in range(10)}) == 1
    others = {tuple(ids(still.answer(replace(query, now_ms=shop.folder.clock() + each)))) for each in range(10)}
    assert len(others) > 3


@pytest.mark.parametrize("draw", ["x", "a.b", "é.1", "a.1\n", "." * 80])
def test_a_draw_that_nobody_gave_is_refused(draw: str, opened: Opened) -> None:
    shop = opened('{part = "epsilon"}')
    with pytest.raises(InputError, match="draw"):
        unlogged(shop, draw=draw)


@pytest.mark.parametrize(
    ("reranker", "said"),
    [
        ('{part = "epsilon"}, {part = "top"}', "must be the last"),
        ('{part = "epsilon"}, {part = "thompson"}', "must be the last"),
        ('{part = "epsilon", share = 1.5}', "share is 1.5"),
        ('{part = "epsilon", slots = []}', "slots"),
        ('{part = "epsilon", slots = [2, 2]}', "each once"),
        ('{part = "epsilon", slots = [10]}', "0..9"),
        ('{part = "epsilon", slots = [1, 2], pool = 1}', "pool"),
        ('{part = "thompson", prior_rate = 0.0}', "prior_rate"),
        ('{part = "linucb", columns = []}', "columns"),
        ('{part = "linucb", ridge = 0.0}', "ridge"),
        ('{part = "linucb", greedy = "rate"}', "greedy"),
    ],
)
def test_what_a_scenario_may_not_say(reranker: str, said: str, opened: Opened) -> None:
    with pytest.raises(InputError, match=said):
        opened(reranker)


def test_an_interleaved_answer_explores_nothing_beside_its_own_coins(opened: Opened) -> None:
    shop = opened('{part = "epsilon", share = 1.0, slots = [1, 2], head = 4, pool = 20}')
    teams = {"a": Way("", shop.scenarios["home"]), "b": Way("home|plain", scenario_files.load()["home"])}
    choice = Choice(teams["a"], None, draft=Draft("e", teams, "coins"))
    slates = [shop._answering.answer(Query("home", session_id="s", n=5), choice=choice) for _ in range(8)]
    assert len({tuple(ids(slate)) for slate in slates}) == 1
    assert {(slate.tried, slate.draw) for slate in slates} == {((), None)}
