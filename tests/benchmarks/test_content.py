"""What is measured of texts and the goods they are about: who is asked what, and the figures by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import content


def test_each_text_becomes_one_item_without_what_a_story_does_not_say() -> None:
    one = '{"name": "lamp", "description": "bright", "price": "3"}'
    two = '{"title": "vase", "manufacturer": "acme"}'
    found = content.described([two, one, two], "content")
    assert found == [
        {"item_id": "content-0", "kind": "content", "title": "lamp", "text": one, "description": "bright"},
        {"item_id": "content-1", "kind": "content", "title": "vase", "text": two},
    ]


def test_a_text_is_asked_for_all_it_is_about_and_a_good_for_all_that_are_about_it() -> None:
    found = content.sides(
        [("s1", "g1"), ("s2", "g1"), ("s2", "g2")], {each: each.upper() for each in ("s1", "s2", "g1", "g2")}
    )
    assert found["in_content"].anchors == ["s1", "s2"]
    assert found["in_content"].right == [["g1"], ["g1", "g2"]]
    assert found["content"].titles == ["G1", "G2"]
    assert found["content"].right == [["s1", "s2"], ["s2"]]


def test_the_figures_are_as_worked_by_hand() -> None:
    lists = np.array([[7, 3, -1, -1, -1], [1, 2, 5, 6, 8]])
    found = content.figures(lists, [[3], [5, 9]])
    assert found["recall@5"].tolist() == pytest.approx([1.0, 0.5])
    ideal = 1 + 1 / np.log2(3)
    assert found["ndcg@5"].tolist() == pytest.approx([1 / np.log2(3), 0.5 / ideal])
