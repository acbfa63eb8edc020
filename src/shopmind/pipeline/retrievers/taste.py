"""The most bought goods of the kinds that the user buys most."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import NoOptions, Retriever, Tools
from shopmind.stores.columns import ItemColumns
from shopmind.stores.ports import Artifact, Numbers
from shopmind.training.repeat import orders_of
from shopmind.training.taste import Groups, candidates, groups


class Tastes:
    """The groups of the artifact `discovery` in the current picture of the catalogue."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._held: tuple[int, Groups] | None = None

    @cached_property
    def fitted(self) -> Artifact:
        """The artifact.

        Raises:
            NotReadyError: before the first training.
        """
        return self._tools.artifact("discovery")

    def groups(self, columns: ItemColumns) -> Groups:
        """Made again when the catalogue changes.

        Raises:
            NotReadyError: before the first training.
        """
        if self._held is None or self._held[0] != columns.change:
            arrays = self.fitted.arrays
            self._held = columns.change, groups(columns, np.asarray(arrays["season"]), np.asarray(arrays["goods"]))
        return self._held[1]


class Taste(Retriever):
    """Up to six goods of each of the user's forty strongest kinds (training/taste.py), scored by the kind's share."""

    artifacts = ("discovery",)

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._tastes = Tastes(tools)

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        orders = orders_of(context.history.of(("purchase",)), context.now_ms)
        items, shares = candidates(self._tastes.groups(context.columns), orders, context.allowed)
        order = np.lexsort((context.columns.tie[items], -shares))[:k]
        return items[order], shares[order].astype(np.float32)
