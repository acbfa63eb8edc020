"""A place on a map: what it is, its figures, how it does, and what hangs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

Kind = Literal[
    "shop", "goal", "scenario", "part", "model", "data", "catalogue", "category", "brand", "item", "user", "interest"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

Health = Literal["good", "idle", "poor", "bad"]
WORSE: tuple[Health, ...] = get_args(Health)
"""From the best to the worst: well, nothing happens there, works but look at it, does not work."""

Figure = float | int | str | None


@dataclass(frozen=True, slots=True)
class Node:
    """A place on a map.

    Attributes:
        node_id: the way to it from the root, `shop/goal:find/scenario:search`: unique on the map, and the same
            whenever the map is drawn.
        name: as the house calls it: of a scenario its file's name, of a part the one on the menu, of an item its id.
        title: for people.
        about: one sentence about what it is; "" where the title says it.
        figures: name of a figure (FIGURES of words.py) → its value; None is not known.
        says: what is wrong or missing, in words.
    """

    node_id: str
    kind: Kind
    name: str
    title: str
    about: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    health: Health = "good"
    says: tuple[str, ...] = ()
    children: tuple[Node, ...] = ()


def below(above: str, kind: str, name: str) -> str:
    """The id of a child; "/" and ":" in a name are kept from being taken for ours."""
    plain = name.replace("%", "%25").replace("/", "%2F").replace(":", "%3A")
    return f"{above}/{kind}:{plain}"


def walk(node: Node) -> Iterator[Node]:
    """The node and all that hangs on it, from the root on."""
    yield node
    for child in node.children:
        yield from walk(child)


def cut(node: Node, depth: int) -> Node:
    """The map down to so many levels below the root; 0 is the root alone."""
    return replace(node, children=tuple(cut(child, depth - 1) for child in node.children) if depth > 0 else ())


def worst(nodes: tuple[Node, ...]) -> Health:
    """The worst health of several, of those that are asked at all where some are; idle only where all are."""
    asked = tuple(each for each in nodes if each.figures.get("answers")) or nodes
    held = [each.health for each in asked if each.health != "idle"]
    return max(held, key=WORSE.index) if held else "idle"


def told(node: Node, line: Callable[[Node], str]) -> dict[str, Any]:
    """The map as plain data for JSON; `line` writes the main figures of a node."""
    return {
        "id": node.node_id,
        "kind": node.kind,
        "name": node.name,
        "title": node.title,
        "about": node.about,
        "figures": dict(node.figures),
        "line": line(node),
        "health": node.health,
        "says": list(node.says),
        "children": [told(child, line) for child in node.children],
    }
