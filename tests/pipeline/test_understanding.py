"""The whole reading of a query, through the scenario as shipped."""

from __future__ import annotations

import pytest

from shopmind.domain import Query
from shopmind.kit.errors import InputError
from shopmind.pipeline import lexicon
from shopmind.pipeline.lexicon import Entry
from shopmind.shop import Shop


def test_one_query_is_mended_constrained_and_told(shop: Shop) -> None:
    slate = shop.search("grean tea under $20 without caffeine")
    understood = slate.understood
    assert understood is not None
    assert understood.corrected == "green tea under $20 without caffeine"
    assert (understood.text, understood.without) == ("green tea", ("caffein",))
    assert [each.expression for each in understood.constraints] == ["price < 20"]
    assert next(iter(dict(understood.categories))) == "Tea"


def test_what_nothing_meets_is_given_up_and_said(shop: Shop) -> None:
    slate = shop.search("green tea under $1")
    assert slate.understood is not None
    assert slate.understood.relaxed == ("price < 1",)
    assert slate.hits


def test_what_is_not_wanted_is_never_given_up(shop: Shop) -> None:
    titles = [hit.item.title for hit in shop.search("tea -green", n=50).hits]
    assert titles
    assert not any("green" in title.lower() for title in titles)


def test_what_negates_the_word_stays(shop: Shop) -> None:
    titles = [hit.item.title for hit in shop.search("tea without caffeine", n=50).hits]
    assert "Peppermint Herbal Tea, caffeine free" in titles


def test_a_given_synonym_works_at_the_very_next_query(shop: Shop) -> None:
    found = {hit.item.item_id for hit in shop.search("phone", n=5).hits}
    before = shop.search("gizmofone", n=5)
    assert not found & {hit.item.item_id for hit in before.hits}
    lexicon.put(shop.tools.records, [Entry("one_way", ("gizmofone",), ("phone",))], now_ms=1)
    assert found & {hit.item.item_id for hit in shop.search("gizmofone", n=5).hits}


def test_verbatim_is_searched_as_typed(shop: Shop) -> None:
    slate = shop.answer(Query("search", text="grean tea under $20 without caffeine", verbatim=True))
    understood = slate.understood
    assert understood is not None
    assert (understood.text, understood.corrected, understood.constraints, understood.without) == (
        "grean tea under $20 without caffeine",
        None,
        (),
        (),
    )


@pytest.mark.parametrize(
    "text",
    [
        "the of and",
        "😀🎁",
        '"(:AND OR NOT * ~ ^ \\ / ) [a TO b]"',
        "чай tea 茶 お茶 شاي",
        "a" * 1_000,
        "-" * 999,
        "under $",
        "无",
        "$$$",
        "\x00",
    ],
)
def test_odd_queries_get_an_answer_that_says_how_they_were_read(shop: Shop, text: str) -> None:
    slate = shop.search(text)
    assert slate.understood is not None


def test_ten_thousand_characters_are_refused_in_words(shop: Shop) -> None:
    with pytest.raises(InputError, match="at most 1000"):
        shop.search("tea " * 2_500)
