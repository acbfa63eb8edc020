from __future__ import annotations

import re

from shopmind.console.words import every, said


def holes(text: str) -> set[str]:
    return set(re.findall(r"\{(\w*)\}", text))


def test_every_word_is_there_in_both_languages_with_the_same_holes() -> None:
    for key, (english, chinese) in every().items():
        assert english, key
        assert chinese, key
        assert holes(english) == holes(chinese), key


def test_english_is_english_and_chinese_is_chinese() -> None:
    others = ("language", "language.change")  # said in the other language on purpose
    for key, (english, chinese) in every().items():
        if key in others:
            continue
        assert not re.search("[\u4e00-\u9fff]", english), key
        letters = re.sub(r"\{\w*\}|[\W\d_]", "", chinese)
        assert re.search("[\u4e00-\u9fff]", chinese) or len(letters) <= 14, key


def test_words_are_filled_in_and_missing_ones_are_an_error() -> None:
    assert said("en", "down.text", api="http://x").startswith("http://x cannot")
    assert said("zh", "cancel") == "取消"
