from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopmind.text import deletes, vocabulary
from shopmind.text.edits import cost
from shopmind.text.spelling import Speller
from shopmind.text.vocabulary import Vocabulary, words_of

TITLES = {
    "Thermostat for garage doors": 12,
    "Wireless mouse": 40,
    "Coffee mug, 80g": 30,
    "Wired mouse pad": 20,
    "Water heater 75 gal": 25,
    "Ear buds, wireless": 9,
    "Stainless sink": 30,
    "蓝牙耳机": 12,
    "无线蓝牙耳机 黑色": 8,
    "Paint": 9,
    "Mouse, T-shirt": 7,
}


@pytest.fixture(scope="module")
def known() -> Vocabulary:
    return Vocabulary.of(vocabulary.build(TITLES.items()))


@pytest.fixture(scope="module")
def speller(known: Vocabulary) -> Speller:
    return Speller(known, lambda token: 0)


@pytest.mark.parametrize(
    ("typed", "meant", "expected"),
    [
        ("mouse", "mouse", 0.0),
        ("mosue", "mouse", 0.7),  # two letters swapped
        ("adress", "address", 0.6),  # a double letter written once
        ("wireliss", "wireless", 0.75),  # one vowel for another
        ("mousr", "mouse", 0.75),  # r stands beside e
        ("themostat", "thermostat", 1.0),  # a letter left out
        ("xouse", "mouse", 1.4),  # far keys, and the first letter
        ("buy", "thermostat", math.inf),
    ],
)
def test_costs_of_slips_by_hand(typed: str, meant: str, expected: float) -> None:
    assert cost(typed, meant) == pytest.approx(expected)


@given(st.text("abcde", min_size=3, max_size=14), st.integers(0, 13), st.integers(0, 13))
def test_a_word_that_lost_one_or_two_letters_shares_a_form_with_it(word: str, first: int, second: int) -> None:
    forms, places = deletes.build(["zzzzz", word], np.array([2, 2]))
    shorter = word[: first % len(word)] + word[first % len(word) + 1 :]
    assert 1 in deletes.near(shorter, forms, places, 2)
    shortest = shorter[: second % len(shorter)] + shorter[second % len(shorter) + 1 :]
    if shortest:
        assert 1 in deletes.near(shortest, forms, places, 2)


def test_words_of_a_title_are_its_words_with_gaps_for_numbers_and_signs() -> None:
    assert words_of("Wired Mouse 2.4GHz pad") == ["wired", "mouse", "", "pad"]
    assert words_of("T-Shirt") == ["t", "shirt", "-tshirt"]
    assert words_of("iPhone手机壳") == ["iphone", "手机", "壳"]


def test_a_vocabulary_counts_words_and_neighbours(known: Vocabulary) -> None:
    assert known.count("mouse") == 40 + 20 + 7
    assert known.count("nothing") == 0
    assert known.pair("wireless", "mouse") == 40
    assert known.pair("mouse", "wireless") == 0
    assert (known.count("tshirt"), known.count_alone("tshirt"), known.count_alone("mouse")) == (7, 0, 67)
    assert known.count("蓝牙耳机") == 20
    assert known.has_stem("door")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("themostat", "thermostat"), ("wireles", "wireless"), ("mosue", "mouse"), ("waterheater", "water heater")],
)
def test_a_slip_is_guessed_with_confidence(speller: Speller, typed: str, meant: str) -> None:
    best = speller.guesses(typed)[0]
    assert best.text == meant
    assert best.probability > 0.4


@pytest.mark.parametrize(
    "typed", ["mug", "mouse", "mouses", "doors", "80g", "best", "gift", "with", "qi", "zzzzzzzz", "绿茶"]
)
def test_known_everyday_short_and_strange_words_are_left_alone(speller: Speller, typed: str) -> None:
    assert speller.guesses(typed) == []


def test_a_word_that_descriptions_know_is_left_alone(known: Vocabulary) -> None:
    assert Speller(known, lambda token: 5).guesses("mosue") == []


def test_the_neighbour_decides_between_two_near_words() -> None:
    made = Vocabulary.of(vocabulary.build({"door bell": 6, "wall ball": 6, "a bell": 1, "a ball": 1}.items()))
    near = Speller(made, lambda token: 0)
    assert near.guesses("bzll", "door", "")[0].text == "bell"
    assert near.guesses("bzll", "wall", "")[0].text == "ball"


def test_parts_of_a_word_are_joined_when_they_are_no_words(speller: Speller) -> None:
    joined = speller.joined("therm", "ostat")
    assert joined is not None
    assert joined.text == "thermostat"
    assert speller.joined("water", "heater") is None


def test_a_wrong_chinese_character_is_only_guessed_when_the_rest_is_known(speller: Speller) -> None:
    guess = speller.chinese(["蓝", "压", "耳机"])
    assert guess is not None
    assert guess.text == "蓝牙耳机"
    swapped = speller.chinese(["牙蓝", "耳机"])
    assert swapped is not None
    assert swapped.text == "蓝牙耳机"
    assert speller.chinese(["蓝牙", "耳机"]) is None
    assert speller.chinese(["红", "木", "家具"]) is None


def test_an_empty_vocabulary_knows_nothing_and_fails_at_nothing() -> None:
    empty = Speller(Vocabulary.of(vocabulary.build([])), lambda token: 0)
    assert empty.guesses("mosue") == []
    assert empty.chinese(["蓝", "压", "耳机"]) is None


def test_memory_is_bounded_by_forgetting_what_is_seen_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "MOST_HELD", 20)
    rare = [(f"{chr(97 + i % 26)}{chr(97 + i // 26)}xq word", 1) for i in range(200)]
    made = Vocabulary.of(vocabulary.build(rare))
    assert made.count("word") == 200
    assert len(made) < 40
