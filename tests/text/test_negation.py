from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopmind.text.analyse import analyse
from shopmind.text.negation import read_wish, tokens_to_look_up, violates, violates_at, violating


@pytest.mark.parametrize(
    ("text", "rest", "unwanted"),
    [
        ("tea without sugar", "tea", ("sugar",)),
        ("cookies with no nuts", "cookies", ("nut",)),
        ("laptop -hp -dell", "laptop", ("hp", "dell")),
        ("case not for iphone", "case", ("iphon",)),
        ("shop vac no wheels", "shop vac", ("wheel",)),
        ("t-shirt without a logo and without print", "t-shirt", ("logo", "print")),
        ("curtain without rods, rings or hooks for kids", "curtain for kids", ("rod", "ring", "hook")),
        ("lamp without drip tray", "lamp", ("drip tray",)),
        ("不含糖的饼干", "饼干", ("糖",)),
        ("不含糖饼干", "饼干", ("糖",)),
        ("不要拉链的靴子", "靴子", ("拉链",)),
        ("没有刻度的尺子", "尺子", ("刻度",)),
        ("不含酒精、香精的爽肤水", "爽肤水", ("酒精", "香精")),
    ],
)
def test_what_is_not_wanted_leaves_the_text(text: str, rest: str, unwanted: tuple[str, ...]) -> None:
    wish = read_wish(text)
    assert (wish.text, wish.unwanted) == (rest, unwanted)


@pytest.mark.parametrize(
    "text",
    [
        *("no dig fence", "无糖饼干", "有没有角磨机", "没有不散的筵席", "no. 30 wheel", "no 7 polish", "6 foot -2x4"),
        *("1/4 -20 nut", "sugar free gum", "non slip tape", "without", "不含", "-", "", "x -" * 200),
    ],
)
def test_names_that_only_sound_like_a_wish_stay_as_typed(text: str) -> None:
    assert read_wish(text) == type(read_wish(""))(text)


def test_a_text_is_never_emptied() -> None:
    assert read_wish("without sugar").text == "without sugar"


@pytest.mark.parametrize(
    ("title", "unwanted", "expected"),
    [
        ("Cookies with sugar", "sugar", True),
        ("Sugar free cookies", "sugar", False),
        ("Sugar-free gum", "sugar", False),
        ("No added sugar jam", "sugar", False),
        ("0 sugar cola", "sugar", False),
        ("Gluten free nut bar", "nut", True),
        ("Nut free bar", "nut", False),
        ("Tub faucet (Valve Not Included)", "valv", False),
        ("Lamp with drip tray", "drip tray", True),
        ("Lamp with tray", "drip tray", False),
        ("红糖饼干", "糖", True),
        ("无糖饼干", "糖", False),
        ("不含糖饼干", "糖", False),
        ("拉链靴子", "拉链", True),
        ("无拉链靴子", "拉链", False),
    ],
)
def test_an_item_violates_only_where_nothing_negates_the_word(title: str, unwanted: str, expected: bool) -> None:
    tokens = analyse(title)
    assert violates(tokens, [unwanted]) is expected
    asked = set(tokens_to_look_up([unwanted]))
    places: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        if token in asked:
            places.setdefault(token, []).append(place)
    assert violates_at(places, [unwanted]) is expected


WORDS = ["nut", "bar", "soft", "drink", "drip", "no", "without", "free", "not", "includ", "糖", "无糖", "bread", "of"]


@given(
    st.lists(st.lists(st.sampled_from(WORDS), max_size=9), max_size=12),
    st.sampled_from(["nut", "soft drink", "drip drink bar", "free", "no nut", "bar bar", "糖"]),
)
def test_many_texts_at_once_are_told_as_each_by_itself(texts: list[list[str]], unwanted: str) -> None:
    names = tokens_to_look_up([unwanted])
    found = [
        (row, names.index(t), place) for row, text in enumerate(texts) for place, t in enumerate(text) if t in names
    ]
    rows, tokens, places = np.array(found, np.int64).reshape(-1, 3).T
    expected = [row for row, text in enumerate(texts) if violates(text, [unwanted])]
    assert violating(rows, tokens, places, names, unwanted).tolist() == expected


@given(st.text(max_size=350))
def test_no_text_makes_reading_fail(text: str) -> None:
    assert len(read_wish(text).unwanted) <= 4
