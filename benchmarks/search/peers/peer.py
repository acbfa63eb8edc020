"""What a system must offer to be compared, and what it is given."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind import encoders

Found = tuple[Sequence[int], Sequence[float]]
"""Rows of `Goods`, best first, and their scores."""

EXACTLY_ALL = 1_000_000_000
"""A depth that no catalogue here has: the system can put any item into order."""


@dataclass(frozen=True)
class Goods:
    """The items of one set, in the order every system is given them.

    Attributes:
        folder: the data folder.
    """

    folder: Path

    @cached_property
    def table(self) -> pl.DataFrame:
        """The items file."""
        return pl.read_parquet(self.folder / "items.parquet")

    @cached_property
    def ids(self) -> list[str]:
        """(n,) item ids."""
        return self.table["item_id"].to_list()

    @cached_property
    def titles(self) -> list[str]:
        """(n,) titles, "" where there is none."""
        return self._texts("title")

    @cached_property
    def descriptions(self) -> list[str]:
        """(n,) descriptions, "" where there is none."""
        return self._texts("description")

    @cached_property
    def brands(self) -> list[str]:
        """(n,) brands, "" where there is none."""
        return self._texts("brand")

    @cached_property
    def whole(self) -> list[str]:
        """(n,) title, brand, categories and description as one text, for systems with one field."""
        categories: list[list[str]] = [[]] * len(self.titles)
        if "categories" in self.table.columns:
            categories = [each or [] for each in self.table["categories"].to_list()]
        rows = zip(self.titles, self.brands, categories, self.descriptions, strict=True)
        return ["\n".join((title, brand, " ".join(found), text)) for title, brand, found, text in rows]

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """(n, d) unit vectors of our encoder, the same for every system."""
        found: NDArray[np.float32] = np.load(self.folder / "vectors.npy", mmap_mode="r")
        return found

    def encoder(self) -> encoders.TextEncoder:
        """The one the vectors were made by."""
        return encoders.load(json.loads((self.folder / "encoder.json").read_text())["spec"])

    def _texts(self, column: str) -> list[str]:
        if column not in self.table.columns:
            return [""] * len(self.table)
        return self.table[column].fill_null("").to_list()


class Peer(Protocol):
    """One system. Build and serve run in processes of their own; what is built lies in `place`.

    Attributes:
        told: which fields and which analyser it uses.
        on_disk: whether `open` reads what `build` wrote; else `open` builds, and that is timed as building.
        depth: how many items it can bring at most, where that is asked for judged items.
        side_by_side: whether it may be asked by several threads at once.
    """

    told: ClassVar[str]
    on_disk: ClassVar[bool] = True
    depth: ClassVar[int] = 1_000
    side_by_side: ClassVar[bool] = True

    def build(self, goods: Goods, place: Path) -> None: ...

    def open(self, goods: Goods, place: Path) -> None: ...

    def search(self, text: str, k: int) -> Found: ...

    def about(self) -> dict[str, Any]:
        """Versions and settings worth a line in the result."""
        return {}


def rows_of(ids: Sequence[str]) -> dict[str, int]:
    """Item id → row."""
    return {item_id: row for row, item_id in enumerate(ids)}


def best(scores: NDArray[Any], k: int) -> Found:
    """The k highest scores above 0, best first; ties by row, which is a hash of the id."""
    rows = np.flatnonzero(scores > 0)
    if len(rows) > k:
        border = np.partition(scores[rows], -k)[-k]
        rows = rows[scores[rows] >= border]
    rows = rows[np.lexsort((rows, -scores[rows]))][:k]
    return rows.tolist(), scores[rows].tolist()
