from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from shopmind.text.slips import Slips, prefix_distance

WORDS = sorted(
    ["charger", "chart", "cheese", "green", "greenhouse", "grocery", "harbour", "tea", "tear", "绿茶", "绿豆汤"]
)


def near(typed: str, changes: int, **how: bool) -> list[str]:
    return [WORDS[place] for place in Slips(WORDS).near(typed, changes, **how)]


def by_hand(typed: str, word: str) -> int:
    """Optimal string alignment of `typed` with the beginning of `word` that suits it best, cell by cell."""
    table = [[i + j if i * j == 0 else 0 for j in range(len(word) + 1)] for i in range(len(typed) + 1)]
    for i in range(1, len(typed) + 1):
        for j in range(1, len(word) + 1):
            wrong = typed[i - 1] != word[j - 1]
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + wrong)
            if i > 1 and j > 1 and typed[i - 1] == word[j - 2] and typed[i - 2] == word[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return min(table[-1])


def test_one_letter_may_be_wrong_missing_too_many_or_swapped() -> None:
    for typed in ("grean", "gren", "greeen", "geren"):
        assert "greenhouse" in near(typed, 1), typed
    assert "green" not in near("grrn", 1)


def test_the_first_letter_may_be_the_wrong_one() -> None:
    for typed in ("hcarger", "harger", "vharger", "acharger"):
        assert "charger" in near(typed, 1), typed


def test_two_changes_keep_the_first_letter() -> None:
    assert near("chxrgxr", 2) == ["charger"]
    assert near("xhxrger", 2) == []


def test_a_word_typed_to_its_end_does_not_go_on() -> None:
    assert near("grean", 1, whole=True) == ["green"]


def test_chinese_characters_are_letters_too() -> None:
    assert near("绿豆糖", 1) == ["绿豆汤"]


def test_an_empty_vocabulary_has_nothing_near() -> None:
    assert len(Slips([]).near("anything", 1)) == 0


@given(st.text("abc", min_size=1, max_size=9), st.text("abc", min_size=1, max_size=12), st.sampled_from([1, 2]))
@settings(max_examples=300, deadline=None)
def test_the_distance_is_that_of_the_textbook_up_to_the_most(typed: str, word: str, most: int) -> None:
    letters = np.array([[ord(letter)] for letter in word.ljust(12, "\0")], np.uint32)
    found = int(prefix_distance(letters, typed, most)[0])
    assert min(found, most + 1) == min(by_hand(typed, word), most + 1)
