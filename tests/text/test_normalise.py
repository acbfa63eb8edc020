"""Cleaning and folding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopmind.testing.pace import within
from shopmind.text.mojibake import damaged, repair
from shopmind.text.normalise import clean, fold, strip_html

GOOD = ["café", "“quoted”", "Привет", "西湖龙井茶", "naïve 🍕 crêpe", "Ελλάδα", "Größe – 5 €"]


@pytest.mark.parametrize("text", GOOD)
def test_utf8_read_as_latin_1_is_put_right(text: str) -> None:
    assert repair(text.encode().decode("latin-1")) == text


def test_gb18030_read_as_latin_1_is_put_right() -> None:
    assert repair("中文标题".encode("gb18030").decode("latin-1")) == "中文标题"


@pytest.mark.parametrize("text", [*GOOD, "CAFÉ”", "Spaß”", "voilà »", "Ångström", "ÀÉÎ", "ÄÖÜ äöü ß", "Señor ¿qué?"])
def test_honest_text_is_left_alone(text: str) -> None:
    assert repair(text) == text
    assert clean(text).mended == ()


def test_what_is_lost_is_told() -> None:
    assert damaged("caf\ufffd")
    assert damaged("锟斤拷")
    assert not damaged("café")


def test_markup_goes_and_comparisons_stay() -> None:
    assert clean("<p>Hello&nbsp;<b>World</b></p><script>alert(1)</script>").text == "Hello World"
    assert clean("a < b & c > d").text == "a < b & c > d"
    assert clean("size <M>").text == "size <M>"
    assert clean("&lt;b&gt;bold&lt;/b&gt; R&amp;D").text == "bold R&D"
    assert set(clean("<i>x</i> &eacute;").mended) == {"html", "entities"}


def test_control_characters_and_odd_spaces_go() -> None:
    assert clean("a\x00b\u200bc\u3000d \t e").text == "abc d e"


def test_fold_makes_one_form_of_many() -> None:
    assert fold("Crème ÅNGSTRÖM Øl Straße") == "creme angstrom ol strasse"
    assert fold("ＡＢＣ１２３") == "abc123"
    assert fold("й") == "й"


@pytest.mark.parametrize("text", ["<script>" * 500_000, "<a " * 1_000_000, "&amp;" * 1_000_000, "Ã" * 1_000_000])
def test_hostile_text_takes_linear_time(text: str) -> None:
    with within(10):
        clean(text)
        strip_html(text)


@given(st.text())
def test_cleaning_twice_is_cleaning_once_where_nothing_hides_inside(text: str) -> None:
    once = clean(text).text
    assert "\x00" not in once
    assert once == once.strip()
