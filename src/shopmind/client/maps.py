"""The part of the client that reads maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shopmind.client.calls import Calls
from shopmind.client.typed import read


@dataclass(frozen=True, slots=True)
class Node:
    """A place on a map.

    Attributes:
        id: the way to it from the root; the same whenever the map is drawn.
        kind: shop, goal, scenario, part, model, data, catalogue, category, brand, item, user or interest.
        name: as the shop calls it: a scenario's file, a part on the menu, an item's id.
        figures: None is not known; times are epoch ms.
        line: the main figures as people read them.
        health: good, idle, poor or bad.
        says: what is wrong or missing.
    """

    id: str
    kind: str
    name: str
    title: str
    about: str
    figures: Mapping[str, Any]
    line: str
    health: str
    says: tuple[str, ...]
    children: tuple[Node, ...]

    def walk(self) -> Iterator[Node]:
        """The node and all that hangs on it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Legend:
    """How a figure is written (count, share, ms, days, money, time, number or text), and its words."""

    format: str
    label: str


@dataclass(frozen=True, slots=True)
class Map:
    """A map as a tree; `legend` tells of each figure how it is written."""

    of: str
    language: str
    root: Node
    legend: Mapping[str, Legend]


class Maps(Calls):
    """Maps of the shop, its catalogue, and one customer's interests."""

    def shop_map(self, *, days: int = 7, depth: int = 8, language: str = "") -> Map:
        """What the shop wants → the places that serve it → parts and models → data, with the figures of the days."""
        return read(Map, self._call("GET", PATHS["shop"], params={"days": days, "depth": depth, "language": language}))

    def catalogue_map(self, *, days: int = 30, each: int = 8, depth: int = 8, language: str = "") -> Map:
        """Categories → narrower ones → brands and items; `each` is how many children a node has at most."""
        asked = {"days": days, "each": each, "depth": depth, "language": language}
        return read(Map, self._call("GET", PATHS["catalogue"], params=asked))

    def user_map(
        self, user: str | None = None, *, pseudonym: str | None = None, each: int = 8, language: str = ""
    ) -> Map:
        """One customer's interests, by the shop's own id or by the pseudonym.

        Raises:
            NotFoundError: nothing is known of this user.
        """
        who = {"user": user} if pseudonym is None else {"pseudonym": pseudonym}
        return read(Map, self._call("GET", PATHS["user"], params={**who, "each": each, "language": language}))

    def map_file(
        self, of: Literal["shop", "catalogue", "user"], format: Literal["mermaid", "svg"], **asked: Any
    ) -> str:
        """A map as Mermaid text or as the text of an SVG file; asked as the method of the same map is."""
        return self._page("GET", PATHS[of], params={**asked, "format": format})


PATHS = {
    "shop": "v1/insights/map",
    "catalogue": "v1/insights/map/catalogue",
    "user": "v1/insights/map/user",
}
