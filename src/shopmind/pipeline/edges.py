"""Links between items as matrices, as they are now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from shopmind.domain import LinkType
from shopmind.pipeline.parts import Tools
from shopmind.stores.ports import Numbers

_CONCERN = frozenset({"links", "item_removed"})
_MANY_CHANGES = 1_000


class Edges:
    """The links of some types, read again as soon as one changes, in whatever process.

    Args:
        types: of links between items; those of several types that join the same two items are added up.
    """

    def __init__(self, tools: Tools, types: Sequence[LinkType]) -> None:
        self._tools = tools
        self._types = types
        self._held: tuple[int, sparse.csr_array] | None = None

    def by_source(self) -> sparse.csr_array:
        """(items, items) CSR of weights: row = source, column = target; it may be smaller than the catalogue."""
        change = self._tools.catalogue.last_change()
        if self._held is not None and self._held[0] != change:
            later = self._tools.catalogue.changes(self._held[0], _MANY_CHANGES)
            if len(later) < _MANY_CHANGES and not any(each.what in _CONCERN for each in later):
                self._held = change, self._held[1]
        if self._held is None or self._held[0] != change:
            self._held = change, self._read()
        return self._held[1]

    def targets(self, sources: Numbers) -> Numbers:
        """Items that any of the sources is linked to, each once, rising."""
        matrix = self.by_source()
        inside = sources[sources < matrix.shape[0]]
        return np.unique(matrix[inside].indices).astype(np.int64) if len(inside) else np.empty(0, np.int64)

    def _read(self) -> sparse.csr_array:
        tables = [self._tools.links.table(each) for each in self._types]
        source = np.concatenate([each["source"].to_numpy() for each in tables])
        target = np.concatenate([each["target"].to_numpy() for each in tables])
        weight = np.concatenate([each["weight"].to_numpy().astype(np.float32) for each in tables])
        size = 1 + int(max(source.max(initial=0), target.max(initial=0)))
        return sparse.csr_array((weight, (source, target)), shape=(size, size))
