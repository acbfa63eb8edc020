"""The tree as ECharts draws it; its labels are texts on a canvas, whatever an item is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unicodedata import east_asian_width

from nicegui import ui
from nicegui.events import EChartPointClickEventArguments

from shopmind.client.maps import Map, Node
from shopmind.console.page import PageContext

COLOURS = {
    "light": {"good": "#047857", "idle": "#6b7280", "poor": "#b45309", "bad": "#b91c1c"},
    "dark": {"good": "#6ee7b7", "idle": "#9ca3af", "poor": "#fcd34d", "bad": "#fca5a5"},
}
CROSS = "path://M2,0L5,3L8,0L10,2L7,5L10,8L8,10L5,7L2,10L0,8L3,5L0,2Z"
RING = "path://M5,0A5,5,0,1,1,4.99,0ZM5,2.4A2.6,2.6,0,1,0,5.01,2.4Z"
SHAPES = {"good": "circle", "idle": RING, "poor": "triangle", "bad": CROSS}
"""Health is a shape too: colour is never the only sign."""
OPEN_LEVELS = {"shop": 2, "catalogue": 1, "user": 2}
ROW_PX = 32
LABEL_PX = 210
INNER_PX = 96
"""Of the labels of what is open: beside them begins the next column."""
BETWEEN = " · "
LONGEST = 34
"""Latin letters in a line of a label; a Chinese one takes the room of two."""


def drawing(page: PageContext, found: Map, chosen: Callable[[str], None]) -> ui.echart:
    """A tree from left to right that opens and closes where it is clicked.

    Args:
        chosen: called with the id of the node that was clicked.
    """
    levels = OPEN_LEVELS.get(found.of, 2)
    ink, soft, paper = ("#e5e7eb", "#4b5563", "#1b212b") if page.dark else ("#1f2937", "#c3c9d2", "#ffffff")
    label = {
        "color": ink,
        "fontSize": 12,
        "lineHeight": 15,
        "position": "right",
        "align": "left",
        "distance": 6,
        "backgroundColor": paper,
    }
    series = {
        "type": "tree",
        "data": [_data(found.root, COLOURS["dark" if page.dark else "light"])],
        "initialTreeDepth": levels,
        "roam": True,
        "symbolSize": 11,
        "left": 16,
        "right": LABEL_PX + 16,
        "top": 16,
        "bottom": 16,
        "label": {**label, "width": INNER_PX, "overflow": "break"},
        "leaves": {"label": {**label, "width": LABEL_PX, "overflow": "none"}},
        "lineStyle": {"color": soft, "width": 1.2},
        "emphasis": {"focus": "ancestor"},
        "animation": False,
    }

    def clicked(event: EChartPointClickEventArguments) -> None:
        chosen(str(event.value))

    title = page.say("map.drawn", title=found.root.title)
    height = max(320, _rows(found.root, levels) * ROW_PX + 32)
    drawn = ui.echart({"animation": False, "series": [series]}, on_point_click=clicked).style(f"height: {height}px")
    drawn.props('role="img"').props["aria-label"] = title
    return drawn


def _data(node: Node, colours: dict[str, str]) -> dict[str, Any]:
    said = "\n".join(fitting(text) for text in (node.title, node.line) if text)
    return {
        "name": said,
        "value": node.id,
        "symbol": SHAPES[node.health],
        "itemStyle": {"color": colours[node.health], "borderColor": colours[node.health]},
        "children": [_data(child, colours) for child in node.children],
    }


def fitting(text: str) -> str:
    """As much of a line as a label has room for: figures that do not fit are left out whole; all stand beside it."""
    while (short := _cut(text)) != text and BETWEEN in text:
        text = text.rpartition(BETWEEN)[0]
    return short


def _cut(text: str) -> str:
    cells = 0
    for at, each in enumerate(text):
        cells += 2 if east_asian_width(each) in "WF" else 1
        if cells > LONGEST:
            return text[:at] + "…"
    return text


def _rows(node: Node, levels: int) -> int:
    """How many rows the tree takes, opened so far: the children of two nodes stand twice as far apart."""
    if levels == 0 or not node.children:
        return 1
    apart = len(node.children) - 1 if levels > 1 else 0
    return sum(_rows(child, levels - 1) for child in node.children) + apart
