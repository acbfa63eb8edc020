from __future__ import annotations

import pytest

from shopmind.console.pages.map.drawing import fitting


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("54 answers · 4.0 % CTR", "54 answers · 4.0 % CTR"),
        ("54 answers · 4.0 % CTR · 37.5 % conversion", "54 answers · 4.0 % CTR"),
        ("54 个回答 · 点击率 4.0 % · 转化率 37.5 %", "54 个回答 · 点击率 4.0 %"),
        ("a title that is longer than any label has room for", "a title that is longer than any la…"),
    ],
)
def test_what_has_no_room_in_a_label_is_left_out_whole_and_titles_are_cut(line: str, said: str) -> None:
    assert fitting(line) == said
