"""Suggestions of a shop: where they come from, whose they are, and that a keystroke never waits for them."""

from __future__ import annotations

import numpy as np
import pytest

from shopmind.shop import Shop, phrase_sources
from shopmind.shop.phrase_sources import private, worth_suggesting
from shopmind.testing.pace import within


def searched(shop: Shop, text: str, *visitors: str) -> None:
    shop.track([{"type": "search", "query": text, "session_id": visitor} for visitor in visitors])


def fresh(shop: Shop) -> None:
    """What a minute does."""
    shop._suggestions._next_look = 0.0
    shop.suggest("a")
    shop._suggestions.wait()


def test_suggestions_come_from_queries_categories_brands_and_titles(shop: Shop) -> None:
    kinds = {each.kind for typed in "abcdefghijklmnopqrstuvwxyz茶" for each in shop.suggestions(typed, n=50)}
    assert kinds == {"query", "category", "brand", "title"}


def test_a_text_that_one_visitor_alone_searched_for_is_shown_to_nobody_else(shop: Shop) -> None:
    searched(shop, "zzyzx lamp", "s1", "s1", "s1")
    assert shop.suggest("zzy") == []
    searched(shop, "zzyzx lamp", "s2")
    fresh(shop)
    assert shop.suggest("zzy") == ["zzyzx lamp"]


def test_addresses_and_numbers_of_people_are_never_suggested(shop: Shop) -> None:
    assert all(map(private, ("me@example.com", "call 555 123 4567", "13800138000", "x" * 61, "12345", "😀")))
    assert not any(map(private, ("dv7-1211ea", "12 oz mug", "绿茶 500克")))
    searched(shop, "zzyzx 555 123 4567", "s1", "s2")
    assert shop.suggest("zzy") == []


def test_the_askers_own_searches_and_category_come_first(shop: Shop) -> None:
    assert not any(each.own for each in shop.suggestions("t"))
    shop.track([{"type": "search", "query": "tiny private wish", "user_id": "u07"}])
    mine = shop.suggestions("t", user="u07")
    assert (mine[0].text, mine[0].own) == ("tiny private wish", True)
    assert "tiny private wish" not in [each.text for each in shop.suggestions("t", user="u08")]
    looked_into = shop.suggestions("t", user="u01")
    assert any(each.own and each.kind == "category" for each in looked_into)


def test_nothing_is_personal_when_the_asker_or_the_caller_refuses(shop: Shop) -> None:
    shop.track([{"type": "search", "query": "tiny private wish", "user_id": user} for user in ("u29", "u07")])
    assert not any(each.own for each in shop.suggestions("ti", user="u29")), "u29 refuses to be personalised"
    assert not any(each.own for each in shop.suggestions("ti", user="u07", personal=False))


def test_an_anonymous_visit_finds_its_own_searches_again(shop: Shop) -> None:
    searched(shop, "zzyzx lamp", "s1")
    assert [each.own for each in shop.suggestions("zzy", session="s1")] == [True]
    assert shop.suggestions("zzy", session="s2") == []


def test_what_a_forgotten_user_searched_for_is_gone(shop: Shop) -> None:
    shop.track([{"type": "search", "query": "zzyzx lamp", "user_id": user} for user in ("gone", "there")])
    fresh(shop)
    assert shop.suggest("zzy")
    shop.forget("gone")
    shop._suggestions.wait()
    assert shop.suggest("zzy") == []
    assert shop.suggestions("zzy", user="gone") == []


def test_a_new_item_is_suggested_after_a_while_and_no_keystroke_waits_for_it(shop: Shop) -> None:
    shop.suggest("a")
    before = shop._suggestions._phrases
    shop.put_items([{"item_id": "new", "title": "Zzyzx lamp", "categories": ["Qwert"], "brand": "Zzap"}])
    shop._suggestions._next_look = 0.0
    with within(0.1):
        assert shop.suggest("zzy") == []  # by the tables of before: it did not wait for those of now, nor make them
    shop._suggestions.wait()
    assert shop._suggestions._phrases is not before
    assert shop.suggest("zz") == ["Zzap", "Zzyzx lamp"]
    shop.catalogue.remove(["new"])
    fresh(shop)
    assert shop.suggest("zz") == []


def test_a_shop_that_did_not_change_makes_nothing_again(shop: Shop) -> None:
    shop.suggest("a")
    before = shop._suggestions._phrases
    fresh(shop)
    assert shop._suggestions._phrases is before


def test_a_shop_may_be_closed_while_suggestions_are_made(shop: Shop) -> None:
    shop.suggest("a")
    shop.put_items([{"item_id": f"n{number}", "title": f"Lamp {number}"} for number in range(3_000)])
    shop._suggestions._next_look = 0.0
    shop.suggest("a")
    shop.close()
    assert shop._suggestions._thread is not None
    assert not shop._suggestions._thread.is_alive()


def _suggested(shop: Shop, kind: str, popularity: np.ndarray | None = None) -> set[str]:
    found = worth_suggesting(shop.catalogue, shop.events, 0, kinds=("product",), popularity=popularity)
    return {phrase.text for phrase in found if phrase.kind == kind}


def test_of_many_titles_those_of_the_most_popular_items_are_kept(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = _suggested(shop, "title")
    numbers = np.flatnonzero(shop.catalogue.columns().shown & shop.catalogue.columns().kinds(("product",)))
    popularity = np.zeros(numbers[-1] - 1, np.float32)
    popularity[numbers[[2, 5]]] = (1.0, 2.0)
    assert len(everything) > 3
    monkeypatch.setattr(phrase_sources, "MOST_TITLES", 2)
    assert _suggested(shop, "title", popularity) == set(shop.catalogue.titles(numbers[[2, 5]]))
    assert len(_suggested(shop, "title")) == 2


@pytest.mark.parametrize("kind", ["brand", "category"])
def test_of_many_brands_and_categories_those_with_most_items_are_kept(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    shop.put_items(
        [{"item_id": f"z{at}", "title": f"Lamp {at}", "brand": "Zzap", "categories": ["Zzyzx"]} for at in range(200)]
    )
    monkeypatch.setattr(phrase_sources, {"brand": "MOST_BRANDS", "category": "MOST_CATEGORIES"}[kind], 1)
    assert _suggested(shop, kind) == {{"brand": "Zzap", "category": "Zzyzx"}[kind]}
