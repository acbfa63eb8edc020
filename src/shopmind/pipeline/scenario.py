"""A place in the shop, as the engine needs it; scenarios/load.py makes it from a TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Need = Literal["user", "anchors", "text"]
NEEDS: tuple[Need, ...] = get_args(Need)


@dataclass(frozen=True, slots=True)
class PartSpec:
    """One part of a scenario: its name on the menu, its options, and where the file says so.

    Attributes:
        part: name on the menu.
        options: an instance of the part's Options.
        k: how many candidates a retriever is asked for; 0 for other parts.
    """

    part: str
    options: Any
    k: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A place in the shop.

    Attributes:
        name: the file's name without .toml.
        kinds: item kinds it may show.
        needs: what a query must bring.
        n: default length of a slate.
        retrievers: column name → part; the column name is the part's name unless the file gives another.
        table: what the file and its bases say together, for variants that differ in some keys.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    needs: tuple[Need, ...]
    n: int
    understanding: tuple[PartSpec, ...]
    filters: tuple[PartSpec, ...]
    retrievers: Mapping[str, PartSpec]
    features: tuple[PartSpec, ...]
    ranker: PartSpec
    rerankers: tuple[PartSpec, ...]
    file: str = field(default="", compare=False)
    table: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def parts(self) -> list[tuple[str, tuple[PartSpec, ...]]]:
        """What its menu calls a part → the parts of that kind, in the order of the pipeline."""
        return [
            ("understanding", self.understanding),
            ("filter", self.filters),
            ("retriever", tuple(self.retrievers.values())),
            ("feature", self.features),
            ("ranker", (self.ranker,)),
            ("reranker", self.rerankers),
        ]
