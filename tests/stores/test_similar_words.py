"""Words that look alike."""

from __future__ import annotations

import pytest

from shopmind.stores.similar_words import SimilarWords

WORDS = SimilarWords(
    ["headphone", "headphones", "earphone", "phone", "microphone", "绿茶", "dv71211ea", "tea", "zebra"]
)


def test_likeness_is_dices_by_hand() -> None:
    # ^phone$: ^ph pho hon one ne$ (5); ^earphone$: ^ea ear arp rph pho hon one ne$ (8); shared: pho hon one ne$
    assert WORDS.of("phone")["earphone"] == pytest.approx(2 * 4 / 13)


def test_a_word_is_not_similar_to_itself_and_strangers_are_left_out() -> None:
    found = WORDS.of("headphone")
    assert "headphone" not in found
    assert "zebra" not in found
    assert max(found, key=lambda word: found[word]) == "headphones"


@pytest.mark.parametrize("word", ["绿茶", "dv71211ea", "tea", "", "500ml", "🍵"])
def test_codes_numbers_short_and_chinese_words_have_none(word: str) -> None:
    assert WORDS.of(word) == {}


def test_an_unknown_word_finds_what_it_may_have_meant() -> None:
    assert "headphone" in WORDS.of("hedphone")


def test_an_empty_vocabulary_knows_nothing() -> None:
    assert SimilarWords([]).of("headphone") == {}
