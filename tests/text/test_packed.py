from __future__ import annotations

from bisect import bisect_left

import pytest

from shopmind.text.packed import PackedTexts


def test_texts_come_back_as_they_were_given() -> None:
    texts = ["tea", "", "茶", "café", "😀 cup"]
    packed = PackedTexts(iter(texts))
    assert (len(packed), list(packed), packed[2]) == (5, texts, "茶")
    assert packed.nbytes == 3 + 3 + 5 + 8 + 6 * 8
    assert list(PackedTexts(())) == []


def test_texts_that_rise_can_be_bisected_in_any_script() -> None:
    texts = sorted(["zebra", "茶", "éclair", "a", "\U0010ffff", "tea", "tea pot"])
    packed = PackedTexts(texts)
    for wanted in (*texts, "te", "teb", "", "龙"):
        assert bisect_left(packed, wanted) == bisect_left(texts, wanted)


def test_a_place_behind_the_last_is_an_error() -> None:
    with pytest.raises(IndexError):
        PackedTexts(["a"])[1]
