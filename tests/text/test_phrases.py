from __future__ import annotations

import random

import pytest

from shopmind.text.phrases import Phrase, Phrases, matches


def phrases(**weights: float) -> Phrases:
    return Phrases(Phrase(text.replace("_", " "), "title", weight) for text, weight in weights.items())


def texts(found: Phrases, typed: str, n: int = 8) -> list[str]:
    return [each.phrase.text for each in found.complete(typed, n)]


SHOP = phrases(
    green_tea=3.0,
    Dragon_Well_Green_Tea=2.0,
    greenhouse_kit=1.0,
    phone_charger=5.0,
    wireless_charger_stand=4.0,
    西湖龙井绿茶=2.5,
    绿茶=3.5,
    café_crème=1.0,
)


def test_a_phrase_that_begins_as_typed_comes_before_one_with_a_word_that_does() -> None:
    assert texts(SHOP, "gre") == ["green tea", "greenhouse kit", "Dragon Well Green Tea"]
    assert texts(SHOP, "char") == ["phone charger", "wireless charger stand"]


def test_several_words_may_stand_anywhere_and_only_the_last_may_be_begun() -> None:
    assert texts(SHOP, "charger wire") == ["wireless charger stand"]
    assert texts(SHOP, "tea dragon") == ["Dragon Well Green Tea"]
    assert texts(SHOP, "gre te") == []


def test_case_accents_and_spaces_do_not_matter() -> None:
    assert texts(SHOP, "  CAFE  Cr") == ["café crème"]


def test_chinese_is_found_from_any_character_on() -> None:
    assert texts(SHOP, "绿") == ["绿茶", "西湖龙井绿茶"]
    assert texts(SHOP, "龙井") == ["西湖龙井绿茶"]
    assert texts(SHOP, "绿茶 西湖") == ["西湖龙井绿茶"]


@pytest.mark.parametrize("typed", ["chargr", "chagrer", "cjarger", "chharger"])
def test_one_slip_is_forgiven_from_four_letters_on(typed: str) -> None:
    found = SHOP.complete(typed, 3)
    assert [each.phrase.text for each in found] == ["phone charger", "wireless charger stand"]
    assert all(each.forgiven for each in found)


def test_a_slip_in_three_letters_and_two_slips_in_seven_are_not_forgiven() -> None:
    assert texts(SHOP, "tra") == []
    assert texts(SHOP, "chxrgxr") == []


def test_two_slips_are_forgiven_from_eight_letters_on() -> None:
    assert texts(SHOP, "wirxlxss") == ["wireless charger stand"]
    assert texts(SHOP, "grxenhoose") == ["greenhouse kit"]


def test_only_the_word_that_nobody_knows_is_forgiven() -> None:
    assert texts(SHOP, "grene tea") == ["green tea", "Dragon Well Green Tea"]


def test_a_forgiven_phrase_that_begins_so_comes_before_one_with_a_word_that_does() -> None:
    found = phrases(candy_chocolate=2.0, chocolate_bar=1.0)
    assert texts(found, "choclate") == ["chocolate bar", "candy chocolate"]


def test_phrases_that_read_alike_are_one_with_the_larger_weight() -> None:
    found = Phrases([Phrase("Green Tea", "title", 1.0), Phrase("green  tea", "query", 2.0)])
    assert len(found) == 1
    assert found.complete("gre", 5)[0].phrase.kind == "query"


@pytest.mark.parametrize("typed", ["", "  ", "😀", "!?", "\x00", "()"])
def test_what_has_no_letters_completes_to_nothing(typed: str) -> None:
    assert SHOP.complete(typed, 5) == []
    assert Phrases([]).complete(typed + "a", 5) == []


def test_hundreds_of_letters_are_cut_not_refused() -> None:
    assert SHOP.complete("a" * 10_000, 5) == []
    assert SHOP.complete("a b c d " * 1_000, 5) == []


def test_a_beginning_that_very_many_share_gives_the_same_as_a_count_of_all() -> None:
    rng = random.Random(3)
    many = [Phrase(f"s{rng.choice('aeiou')}{number:05d} shelf", "title", rng.random() + 0.1) for number in range(9_000)]
    found = Phrases(many)
    for typed in ("s", "sa", "sh"):
        begins = sorted((each for each in many if each.text.startswith(typed)), key=lambda each: -each.weight)
        wanted = begins or sorted(many, key=lambda each: -each.weight)
        assert texts(found, typed, 20) == [each.text for each in wanted[:20]]


def test_it_rests_while_it_is_made_and_says_what_it_holds() -> None:
    rests = 0

    def rest() -> None:
        nonlocal rests
        rests += 1

    found = Phrases([Phrase(f"cup {number}", "title", 1.0) for number in range(1_000)], rest)
    assert rests > 8
    assert 50_000 < found.nbytes < 500_000


@pytest.mark.parametrize(
    ("typed", "text", "yes"),
    [
        ("gre", "Green tea", True),
        ("tea gre", "green tea", True),
        ("te gre", "green tea", False),
        ("绿", "龙井绿茶", True),
        ("x", "green tea", False),
        ("!", "green tea", False),
    ],
)
def test_one_text_can_be_asked_whether_it_completes(typed: str, text: str, yes: bool) -> None:
    assert matches(typed, text) is yes
