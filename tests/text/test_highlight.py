"""Highlighting says the same as the analyser."""

import re

from hypothesis import given
from hypothesis import strategies as st

from shopmind.testing.pace import within
from shopmind.text.analyse import analyse
from shopmind.text.highlight import highlight, snippet


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


LONG = (
    "All for tea. "
    + "Nothing here. " * 30
    + "A kettle that boils water for green tea and black teas alike, in steel. "
    + "More. " * 50
)


def test_a_snippet_is_the_part_with_most_of_the_words() -> None:
    part = snippet(LONG, ["tea", "green", "kettl"])
    for word in ("kettle", "green", "tea", "teas"):
        assert f"<mark>{word}</mark>" in part
    assert part.startswith("… ")
    assert part.endswith(" …")
    assert len(re.sub("</?mark>", "", part)) <= 160 + 4


def test_a_snippet_of_nothing_that_was_asked_is_empty() -> None:
    assert snippet(LONG, ["zither"]) == snippet("", ["tea"]) == snippet(LONG, []) == ""
    assert snippet("a teapot and a teammate", ["tea"]) == ""


def test_a_snippet_escapes_what_is_around_it() -> None:
    part = snippet('<script>alert("tea")</script> & tea', ["tea"])
    assert "<script" not in part
    assert part.count("<mark>tea</mark>") == 2


def test_a_snippet_of_chinese_marks_words_and_is_cut_anywhere() -> None:
    part = snippet("这里没有。" * 60 + "明前采摘的龙井绿茶，清香。" + "更多。" * 60, ["绿茶", "龙井", "茶"], width=40)
    assert "<mark>龙井绿茶</mark>" in part
    assert len(re.sub("</?mark>", "", part)) <= 44


def test_a_snippet_finds_words_with_accents() -> None:
    assert "<mark>Café</mark>" in snippet("Le Café de Paris", ["cafe"])


def test_a_snippet_of_a_very_long_text_is_quick() -> None:
    with within(0.5):
        snippet("tea " * 50_000, ["tea"])
