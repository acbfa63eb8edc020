"""Caps, and every other rule, in every place of the shop."""

from __future__ import annotations

from collections import Counter

import pytest

import shopmind
from shopmind import scenarios
from shopmind.domain import Query, Slate
from shopmind.kit.errors import InputError
from shopmind.pipeline.rules import read_rule
from shopmind.shop import Shop

ASKED = ("kit-01", "tea-01")
IN_VIEW = {"similar": ("tea-01",), "in_shop": ("shop-tea",)}


def ids(slate: Slate) -> list[str]:
    return [hit.item.item_id for hit in slate.hits]


def put(shop: Shop, rule_id: str = "r", **row: object) -> str | None:
    status = shop.rules.put({"rule_id": rule_id, **row}, by="test")[0]
    assert status.status == "accepted", status
    return status.reason


def ask(shop: Shop, name: str, n: int = 6) -> Slate:
    text = "tea" if "text" in shop.scenarios[name].needs else ""
    who = shop.pseudonyms.user("u20")
    anchors = IN_VIEW.get(name, ASKED)
    return shop.answer(Query(name, user_id=who, text=text, anchors=anchors, n=n, explore=False))


@pytest.mark.parametrize("name", sorted(scenarios.load()))
def test_each_rule_does_its_part_in_every_place_and_is_named(shop: Shop, name: str) -> None:
    if name == "ads":
        for place in range(3):
            terms = {"advertiser": f"a{place}", "pricing": "cpc", "bid": 0.3 + place / 10, "budget": 90}
            row = {"item_id": f"ad-{place}", "kind": "ad", "title": "Green tea", "categories": ["Tea"]}
            shop.put_items([{**row, "currency": "USD", "attributes": {**terms, "target": "tea-02"}}])

    def ruled(action: str, item: str, **more: object) -> tuple[list[str], bool]:
        put(shop, "r", action=action, items=[item], scenarios=[name], **more)
        slate = ask(shop, name)
        shop.rules.remove("r")
        scores.update({hit.item.item_id: hit.score for hit in slate.hits})
        return ids(slate), [rule.items for rule in slate.applied_rules] == [(item,)]

    scores: dict[str, float] = {}

    before = ids(ask(shop, name))
    assert len(before) > 1, "too little to put in order"
    first, last = before[0], before[-1]
    after, named = ruled("hide", first)
    assert first not in after
    after, named = ruled("boost", last, strength=8)
    beside_the_best = scores[last] == pytest.approx(max(scores[item] for item in after))
    assert (beside_the_best or after.index(last) < len(before) - 1, named) == (True, True)
    after, named = ruled("bury", first, strength=8)
    beside_the_worst = scores[first] == pytest.approx(min(scores[item] for item in after), abs=1e-6)
    assert (beside_the_worst or first != after[0], named) == (True, True)
    for action, item, more in (("pin", last, {}), ("cap", first, {"most": 0, "first": 1})):
        after, named = ruled(action, item, **more)
        sold = name == "ads"  # their places are, see tests/shop/test_ads.py
        assert (after == before, named) == (sold, not sold)
        assert sold or (last if action == "pin" else before[1]) == after[0]


def test_a_rule_of_one_place_is_none_of_the_others(shop: Shop) -> None:
    put(shop, action="hide", items=[ids(ask(shop, "home"))[0]], scenarios=["home"])
    assert len(ask(shop, "home").applied_rules) == 1
    assert all(ask(shop, name).applied_rules == () for name in sorted(shop.scenarios) if name != "home")


def test_a_cap_per_brand_holds_on_the_first_places_and_names_what_it_moved(shop: Shop) -> None:
    before = shop.search("tea", n=20)
    brands = [hit.item.brand for hit in before.hits]
    first = next(at for at in range(2, len(brands)) if len(set(brands[:at])) < at)
    assert len(set(brands)) >= first
    put(shop, action="cap", by="brand", most=1, first=first)
    after = shop.search("tea", n=20)
    assert len({hit.item.brand for hit in after.hits[:first]}) == first
    assert set(ids(after)) == set(ids(before))
    (applied,) = after.applied_rules
    assert (applied.action, applied.version) == ("cap", 1)
    assert applied.items
    assert all(ids(after).index(item) > ids(before).index(item) for item in applied.items)


def test_a_cap_per_category_holds_over_pages(shop: Shop) -> None:
    put(shop, action="cap", by="category", most=1, first=4)
    whole = ids(shop.recommend("home", n=12))
    kinds = {hit.item.item_id: hit.item.categories[0] for hit in shop.recommend("home", n=12).hits}
    assert max(Counter(kinds[item] for item in whole[:4]).values()) == 1
    for size in (1, 3, 5):
        assert [i for at in range(0, 12, size) for i in ids(shop.recommend("home", n=size, offset=at))][:12] == whole


def test_a_cap_stands_back_for_an_order_of_the_visitors_own(shop: Shop) -> None:
    put(shop, action="cap", by="brand", most=1, first=5)
    assert shop.search("tea", sort="price").applied_rules == ()


def test_a_cap_that_moves_nothing_is_not_named(shop: Shop) -> None:
    put(shop, action="cap", by="brand", most=199, first=200)
    assert shop.search("tea").applied_rules == ()


def test_times_and_segments_bound_a_cap(shop: Shop) -> None:
    put(shop, action="cap", by="brand", most=1, first=9, segment='city = "Leeds"')
    assert [rule.rule_id for rule in shop.search("tea", user="u01").applied_rules] == ["r"]
    assert shop.search("tea", user="u02").applied_rules == ()


def test_a_preview_shows_a_cap_before_it_is_published(shop: Shop) -> None:
    draft = read_rule({"rule_id": "c", "action": "cap", "by": "brand", "most": 1, "first": 9}, where="test")
    shown = shop.rules.preview([draft], text="tea")
    assert shown.moved
    assert [rule.rule_id for rule in shown.after.applied_rules] == ["c"]
    assert shop.search("tea").applied_rules == ()


def test_a_cap_and_pins_that_break_it_are_refused_whichever_comes_second(shop: Shop) -> None:
    brand = 'brand = "Quiet Hill"'
    items = ids(shop.search("tea", filters=brand, n=2))
    pin = {"rule_id": "p", "action": "pin", "items": items}
    cap = {"rule_id": "c", "action": "cap", "by": "brand", "most": 1, "first": 5}
    for first, second in ((pin, cap), (cap, pin)):
        put(shop, **first)  # type: ignore[arg-type]
        status = shop.rules.put(second)[0]
        assert status.status == "rejected"
        assert "rule 'c' lets 1 of brand 'Quiet Hill' stand on the first 5 places" in str(status.reason)
        assert "rule 'p' pins 2 there" in str(status.reason)
        with pytest.raises(InputError, match="pin fewer"):
            shop.rules.apply([read_rule(second, where="test")])
        assert "pin fewer" in shop.rules.preview([read_rule(second, where="test")], text="tea").warnings["@refused"][0]
        shop.rules.remove(str(first["rule_id"]))
    put(shop, **{**pin, "segment": 'city = "Leeds"'})  # type: ignore[arg-type]
    put(shop, **cap)  # type: ignore[arg-type]


def test_a_file_whose_rules_cannot_both_be_meant_is_refused_as_a_whole(shop: Shop) -> None:
    def made(name: str, **row: object) -> object:
        return read_rule({"rule_id": name, **row}, where="test")

    pairs = [
        (made("a", action="hide", items=["tea-01"]), made("b", action="pin", items=["tea-01"]), "wants the same item"),
        (made("a", action="pin", items=["tea-01"]), made("b", action="pin", items=["tea-01"]), "pins 'tea-01' too"),
        (
            made("a", action="redirect", url="/a", query=["tea"]),
            made("b", action="redirect", url="/b", query=["tea"]),
            "elsewhere",
        ),
    ]
    for one, other, says in pairs:
        with pytest.raises(InputError, match=says):
            shop.rules.apply([one, other])  # type: ignore[list-item]
    assert shop.rules.all() == []
    shop.rules.apply(
        [
            made("a", action="hide", items=["tea-01"], segment='city = "Leeds"'),  # type: ignore[list-item]
            made("b", action="pin", items=["tea-01"]),  # type: ignore[list-item]
        ]
    )


def test_an_exploring_place_keeps_its_caps_and_says_which_chances_are_unknown(shop: Shop) -> None:
    (shop.path / "scenarios").mkdir(exist_ok=True)
    lively = 'base = "home"\ntitle = "Lively"\nrerankers = [{part = "epsilon", share = 1.0, slots = [2], head = 4}]\n'
    (shop.path / "scenarios" / "lively.toml").write_text(lively, "utf-8")
    put(shop, action="cap", by="category", most=1, first=4)
    with shopmind.open(shop.path) as opened:
        for _ in range(20):
            slate = opened.recommend("lively", user="u03", n=4)
            assert max(Counter(hit.item.categories[0] for hit in slate.hits).values()) == 1
            for each in slate.tried:
                assert slate.hits[each.position].propensity == pytest.approx(each.chance)
