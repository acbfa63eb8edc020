"""The analyser: the same tokens however a thing is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopmind.testing.pace import within
from shopmind.text.analyse import MAX_TOKENS, analyse


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("frozen pizzas", "Frozen Pizza"),
        ("crème brûlée", "CREME BRULEE"),
        ("12 OZ", "12oz"),
        ("12-ounce", "12 oz"),
        ("500克", "500 g"),
        ("ABC123", "ABC123"),
        ("men's socks", "men socks"),
    ],
)
def test_two_ways_to_write_a_thing_share_their_main_token(one: str, other: str) -> None:
    assert set(analyse(one)) & set(analyse(other)) >= {analyse(other)[0]}


def test_a_hyphenated_word_is_found_by_its_parts_and_as_one_word() -> None:
    tokens = analyse("T-Shirts")
    assert {"t", "shirt", "tshirt"} <= set(tokens)
    assert set(analyse("tshirt")) <= set(tokens)
    assert set(analyse("t shirt")) <= set(tokens)


def test_a_model_code_is_kept_whole_and_found_without_its_hyphen() -> None:
    tokens = analyse("HP Pavilion dv7-1211ea")
    assert "dv7-1211ea" in tokens
    assert set(analyse("dv71211ea")) <= set(tokens)


def test_a_measure_gives_itself_and_its_parts() -> None:
    assert analyse("6 PK/11.2 OZ") == ["6pk", "6", "pk", "11.2oz", "11.2", "oz"]
    assert analyse("1/2 in") == ["0.5in", "0.5", "in", "1/2"]
    assert analyse("1½ in")[0] == "1.5in"
    assert analyse("5L")[0] == "5l"


def test_a_quoted_phrase_that_ends_in_a_number_is_no_measure_in_inches() -> None:
    assert analyse('"windows 11"') == ["window", "11"]
    assert analyse('15.6" laptop') == ["15.6in", "15.6", "in", "laptop"]


def test_stop_words_go_unless_there_is_nothing_else() -> None:
    assert analyse("the house of tea") == ["hous", "tea"]
    assert analyse("to be or is") == ["to", "be", "or", "is"]
    assert analyse("的") == ["的"]


def test_chinese_gives_words_their_heads_and_pairs() -> None:
    tokens = analyse("西湖龙井绿茶")
    assert {"龙井", "绿茶", "茶"} <= set(tokens)
    assert set(analyse("茶")) <= set(tokens)
    assert "t恤" in analyse("纯棉短袖T恤")


def test_kana_keeps_chinese_characters_away_from_the_chinese_dictionary() -> None:
    assert analyse("手帳型 ケース") == ["手帳", "帳型", "ケース", "ケー", "ース"]
    assert analyse("手帳型", "ja") == ["手帳", "帳型"]


def test_other_scripts_give_words_or_pairs_and_emoji_nothing() -> None:
    assert analyse("سماعات لاسلكية") == ["سماعات", "لاسلكية"]
    assert analyse("Кофе") == ["кофе"]
    assert analyse("हिन्दी") == ["हिन्दी"]
    assert analyse("กาแฟ") == ["กา", "าแ", "แฟ"]
    assert analyse("🍕👩‍👩‍👧") == []
    assert analyse("") == []


@pytest.mark.parametrize(
    "text",
    ["a" * 10_000_000, "中" * 3_000_000, "a-" * 5_000_000, "1/" * 5_000_000, "<script>" * 1_000_000, "\u202e" * 1000],
)
def test_ten_million_bytes_cost_neither_time_nor_memory(text: str) -> None:
    with within(10):
        assert len(analyse(text)) <= MAX_TOKENS


@given(st.text(max_size=200))
def test_no_text_crashes_and_analysing_again_gives_the_same(text: str) -> None:
    tokens = analyse(text)
    assert tokens == analyse(text)
    assert all(tokens)


@pytest.mark.slow
def test_twenty_thousand_short_titles_take_less_than_a_second() -> None:
    words = ["frozen", "pizza", "organic", "12 oz", "t-shirt", "navy", "men's", "usb-c", "charger", "large"]
    titles = [" ".join(words[(i * k) % 10] for k in (1, 3, 7, 9)) + f" {i % 977}" for i in range(20_000)]
    with within(1.0):
        for title in titles:
            analyse(title)
