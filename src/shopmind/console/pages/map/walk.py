"""The map as a list: one node at a time with its figures, and what hangs on it as buttons, for keyboards too."""

from __future__ import annotations

from urllib.parse import quote

from nicegui import ui

from shopmind.client.maps import Map, Node
from shopmind.console import figures
from shopmind.console.cards import heading
from shopmind.console.page import PageContext
from shopmind.console.pages import MENU

SIGNS = {"good": "●", "idle": "○", "poor": "▲", "bad": "✕"}
STATES = {"good": "good", "idle": "muted", "poor": "warn", "bad": "bad"}


class Walk:
    """The chosen node; `choose` shows another one."""

    def __init__(self, page: PageContext, found: Map, box: ui.element) -> None:
        self._page, self._map, self._box = page, found, box
        self._nodes = {node.id: node for node in found.root.walk()}
        self._above = {child.id: node.id for node in found.root.walk() for child in node.children}
        self._steps = 0

    def choose(self, node_id: str) -> None:
        """Shows a node; an id that is not on the map changes nothing."""
        node = self._nodes.get(node_id)
        if node is None:
            return
        self._steps += 1
        self._box.clear()
        with self._box:
            self._way(node)
            title = heading(node.title, 2)
            if self._steps > 1:  # whoever walks by keyboard goes on from here
                title.props('tabindex="-1"')
                ui.run_javascript(f"getHtmlElement({title.id})?.focus({{preventScroll: true}})")
            self._told(node)
            self._figures(node)
            self._children(node)

    def _way(self, node: Node) -> None:
        """The nodes above, from the root on."""
        above: list[Node] = []
        at = self._above.get(node.id)
        while at is not None:
            above.insert(0, self._nodes[at])
            at = self._above.get(at)
        if not above:
            return
        with ui.element("nav").classes("way-up") as bar:
            bar.props["aria-label"] = self._page.say("map.way")
            for each in above:
                self._button(each.title, each.id)
                ui.label("›").props('aria-hidden="true"')

    def _told(self, node: Node) -> None:
        page = self._page
        kind = page.say(f"map.kind.{node.kind}")
        with ui.element("p").classes("told"):
            ui.label(f"{SIGNS[node.health]} {page.say(f'map.health.{node.health}')}").classes(STATES[node.health])
            ui.label(f"{kind}: {node.name}" if node.name not in ("", node.title) else kind).classes("muted")
        if node.about and node.about != node.title:
            ui.label(node.about)
        if node.says:
            with ui.element("ul").classes("says"):
                for said in node.says:
                    with ui.element("li"):
                        ui.label(self._page.told(said))
        to = target(node)
        if to:
            ui.link(page.say("map.open"), to)

    def _figures(self, node: Node) -> None:
        if not node.figures:
            return
        with ui.element("dl").classes("facts"):
            for name, value in node.figures.items():
                how = self._map.legend.get(name)
                with ui.element("dt"):
                    ui.label(how.label if how else name)
                with ui.element("dd"):
                    ui.label(_written(how.format if how else "text", value, self._page))

    def _children(self, node: Node) -> None:
        if not node.children:
            return
        heading(self._page.say("map.below", n=len(node.children)), 3)
        with ui.element("ul").classes("plain below"):
            for child in node.children:
                with ui.element("li"):
                    self._button(f"{SIGNS[child.health]} {child.title}", child.id, child.line, child.health)

    def _button(self, title: str, node_id: str, line: str = "", health: str = "") -> None:
        with ui.element("button").classes("step").on("click", lambda: self.choose(node_id)) as button:
            ui.label(title)
            if line:
                ui.label(line).classes("muted")
        button.props["type"] = "button"
        if health:
            said = self._page.say(f"map.health.{health}")
            button.props["title"] = said


def target(node: Node) -> str:
    """The page where more is told of a node; "" where there is none."""
    ways = {
        "scenario": ("recommend", f"?scenario={quote(node.name, safe='')}"),
        "model": ("models", f"?kind={quote(node.name, safe='')}"),
        "item": ("catalogue", f"?id={quote(node.name, safe='')}"),
        "category": ("catalogue", ""),
        "brand": ("catalogue", ""),
        "catalogue": ("catalogue", ""),
    }
    if node.kind == "scenario" and node.name == "search":
        return "/search" if "search" in MENU else ""
    if node.kind == "data" and node.name in ("catalogue", "text", "vectors"):
        return "/catalogue" if "catalogue" in MENU else ""
    name, rest = ways.get(node.kind, ("", ""))
    return f"/{name}{rest}" if name in MENU else ""


def _written(how: str, value: object, page: PageContext) -> str:
    if value is None:
        return figures.DASH
    if isinstance(value, str):
        return value
    number = float(value) if isinstance(value, int | float) else 0.0
    if how == "share":
        return figures.share(number)
    if how == "ms":
        return figures.milliseconds(number)
    if how == "time":
        return figures.moment(int(number))
    if how == "days":
        return page.say("map.days.of", n=f"{number:,.1f}")
    return figures.count(number) if how == "count" else f"{number:,.2f}"
