from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopmind.text.money import read_price


@pytest.mark.parametrize(
    ("text", "expression", "words"),
    [
        ("red nike running shoes under $80", "price < 80", "under $80"),
        ("600元以下的蓝牙耳机", "price <= 600", "600元以下的"),
        ("$20-$50 lamp", "price >= 20 and price <= 50", "$20-$50"),
        ("shoes between 20 and 50", "price >= 20 and price <= 50", "between 20 and 50"),
        ("laptop less than $1,000.50", "price < 1000.5", "less than $1,000.50"),
        ("desk $150 or less", "price <= 150", "$150 or less"),
        ("about €30 mug", "price >= 24 and price <= 36", "about €30"),
        ("shoes under 80", "price < 80", "under 80"),
        ("watch more than £100", "price > 100", "more than £100"),
        ("100-200元", "price >= 100 and price <= 200", "100-200元"),
        ("一百块以下 茶", "price <= 100", "一百块以下"),
        ("两百五以内", "price <= 250", "两百五以内"),
        ("手机 1千元左右", "price >= 800 and price <= 1200", "1千元左右"),
        ("1.5万元以内", "price <= 15000", "1.5万元以内"),
        ("不超过500的手机", "price <= 500", "不超过500的"),
    ],
)
def test_prices_are_read_in_english_and_chinese(text: str, expression: str, words: str) -> None:
    price = read_price(text)
    assert price is not None
    assert (price.expression, text[price.start : price.end]) == (expression, words)


@pytest.mark.parametrize(
    "text",
    [
        "cheap phone",
        "3-5 kg dumbbell",
        "heater under 1500 watts",
        "toys under 5",
        "fan under 12 inch",
        "under cabinet lighting",
        "over 50 multivitamin",
        "20 to 50",
        "2020-2021 planner",
        "10000毫安以上充电宝",
        "12岁以下玩具",
        "宽40以内浴室柜",
        "less than 60w bulb",
        "$ hole saw",
        "between $50 and $20",
        "max 4x4",
        "",
    ],
)
def test_sizes_ages_and_measures_are_no_prices(text: str) -> None:
    assert read_price(text) is None


def test_a_currency_makes_a_price_surer_than_a_bare_number() -> None:
    sure, bare = read_price("shoes under $80"), read_price("shoes under 80")
    assert sure is not None
    assert bare is not None
    assert sure.confidence > bare.confidence
    assert (sure.currency, bare.currency) == ("USD", "")


@given(st.text("0123456789$.,-~<> under元以下一百万k", max_size=400))
def test_no_text_makes_reading_fail(text: str) -> None:
    price = read_price(text)
    assert price is None or price.expression.startswith("price ")
