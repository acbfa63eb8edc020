"""Mermaid and SVG of a map: the same bytes for the same map, and nothing in a title is taken for a sign."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopmind.insights.map import Node, mermaid, svg
from shopmind.insights.map.node import Health, below

HOSTILE = '<script>alert(1)</script>"]:::x --> n0["\n%% `${1}`&#39;'
SVG = "{http://www.w3.org/2000/svg}"


def item(name: str, title: str, health: Health = "good") -> Node:
    return Node(below("shop", "item", name), "item", name, title, "", {"sold": 3.0, "price": 12.5}, health)


def tree(*children: Node) -> Node:
    return Node("shop", "shop", "Tiny", "Tiny", "", {"answers": 1234, "ctr": 0.0312}, "poor", (), children)


def test_mermaid_worked_by_hand() -> None:
    assert mermaid(tree(item("a", "Tea"))) == (
        "%% ● well, ○ nothing happens there, ▲ look at it, ✕ does not work\n"
        "flowchart LR\n"
        '  n0["▲ Tiny<br/>1,234 answers · 3.1 % CTR"]:::poor\n'
        '  n1["● Tea<br/>3 sold · 12.50 price"]:::good\n'
        "  n0 --- n1\n"
        "  classDef good fill:#ecfdf5,stroke:#047857,color:#064e3b\n"
        "  classDef idle fill:#f3f4f6,stroke:#6b7280,color:#1f2937\n"
        "  classDef poor fill:#fffbeb,stroke:#b45309,color:#78350f\n"
        "  classDef bad fill:#fef2f2,stroke:#b91c1c,color:#7f1d1d\n"
    )


def test_a_hostile_title_is_only_a_title() -> None:
    root = tree(item("a", HOSTILE), item(HOSTILE, "b"))
    text = mermaid(root)
    nodes = [each for each in text.splitlines() if re.match(r"  n\d+\[", each)]
    assert len(nodes) == 3
    assert all(each.count('"') == 2 for each in nodes)
    assert "<script" not in text
    drawn = ElementTree.fromstring(svg(root))
    assert {each.tag for each in drawn.iter()} <= {
        SVG + name for name in ("svg", "title", "desc", "style", "rect", "path", "g", "text", "tspan")
    }
    assert "alert(1)" in "".join(drawn.itertext())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_drawing_is_readable_without_seeing_it(language: str) -> None:
    root = tree(item("a", "绿茶", "bad"), item("b", "Tea", "idle"))
    drawn = ElementTree.fromstring(svg(root, language))  # type: ignore[arg-type]
    assert drawn.get("role") == "img"
    assert drawn.get("lang") == language
    named = drawn.get("aria-labelledby", "").split()
    assert [each.get("id") for each in drawn if each.get("id")] == named
    titles = [each.findtext(SVG + "title") or "" for each in drawn.iter(SVG + "g")]
    assert len(titles) == 3
    assert ("does not work" if language == "en" else "异常") in titles[1]
    assert svg(root, language) == svg(root, language)  # type: ignore[arg-type]


def test_parents_stand_in_the_middle_and_nothing_overlaps() -> None:
    drawn = ElementTree.fromstring(svg(tree(item("a", "A"), item("b", "B"), item("c", "C"))))
    ys = [float(each.find(SVG + "text").get("y", 0)) for each in drawn.iter(SVG + "g")]  # type: ignore[union-attr]
    assert ys[0] == ys[2]
    assert [b - a for a, b in pairwise(ys[1:])] == [40.0, 40.0]


@given(st.text())
def test_any_title_gives_a_file_that_can_be_read(title: str) -> None:
    root = tree(item("a", title))
    ElementTree.fromstring(svg(root))
    assert len(mermaid(root).splitlines()) == 9
