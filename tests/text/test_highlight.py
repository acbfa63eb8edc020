"""Highlighting says the same as the analyser."""

from hypothesis import given
from hypothesis import strategies as st

from shopmind.text.analyse import analyse
from shopmind.text.highlight import highlight


def test_matched_words_are_marked_and_everything_else_escaped() -> None:
    shown = highlight("Men's <b>T-Shirts</b> & tea", analyse("t-shirt"))
    assert shown == "Men&#x27;s &lt;b&gt;<mark>T-Shirts</mark>&lt;/b&gt; &amp; tea"


def test_another_form_of_the_word_is_marked_too() -> None:
    assert highlight("Running shoes", analyse("run")) == "<mark>Running</mark> shoes"


def test_chinese_words_are_marked_within_a_run() -> None:
    assert highlight("西湖龙井绿茶", analyse("绿茶")) == "西湖龙井<mark>绿茶</mark>"
    assert highlight("红茶与绿茶", analyse("绿茶")) == "红茶与<mark>绿茶</mark>"
    assert highlight("红茶与绿茶", analyse("茶")) == "红<mark>茶</mark>与绿<mark>茶</mark>"


@given(st.text(max_size=100), st.text(max_size=20))
def test_without_the_marks_the_text_is_whole(text: str, query: str) -> None:
    from html import escape

    shown = highlight(text, analyse(query))
    assert shown.replace("<mark>", "").replace("</mark>", "") == escape(text)
