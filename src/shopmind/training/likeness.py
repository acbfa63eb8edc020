"""How alike two items are by what they say of themselves: texts and traits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from shopmind.stores.columns import ItemColumns, TextColumn
from shopmind.training.next_item.meaning import centred, traits
from shopmind.training.recipe import Tables

SCORES_AT_ONCE = 4_000_000
"""Of items with each other: 16 MB, and as much again three times while the best are found."""
PAIRS_AT_ONCE = 200_000


@dataclass(frozen=True)
class Likeness:
    """Between 0 and 1: the mean of the cosines of texts (0 below 0) and of traits, or of the one of them there is.

    Attributes:
        texts: (size, d) unit vectors of what sets each item apart, zeros where there is none; None without an encoder.
        traits: (size, traits) unit rows, see next_item.meaning.traits.
    """

    texts: NDArray[np.float32] | None
    traits: sparse.csr_array

    @staticmethod
    def of_shop(tables: Tables) -> Likeness:
        """From the texts and the traits of the goods that are shown."""
        size = tables.columns.size
        none: sparse.csr_array = sparse.csr_array(sparse.coo_array((size, 1), dtype=np.float32))
        return Likeness(text_vectors(tables), none if tables.catalogue is None else traits(tables.catalogue, size))

    def of(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float32]:
        """(n,) of pairs of item numbers."""
        found = np.zeros(len(first), np.float32)
        for start in range(0, len(first), PAIRS_AT_ONCE):
            here = slice(start, start + PAIRS_AT_ONCE)
            one, other = first[here], second[here]
            by_traits = np.asarray(self.traits[one].multiply(self.traits[other]).sum(axis=1), np.float32).ravel()
            if self.texts is None:
                found[here] = by_traits
            else:
                by_text = np.einsum("nd,nd->n", self.texts[one], self.texts[other])
                found[here] = self._mean(by_text, by_traits)
        return np.clip(found, 0.0, 1.0)

    def nearest(
        self,
        groups: NDArray[np.int64],
        chosen: NDArray[np.float64],
        k: int,
        crowd: int,
        among: NDArray[np.bool_] | None = None,
    ) -> sparse.csr_array:
        """(size, size) the k most alike of each item among the `crowd` most chosen ones of its own group.

        Args:
            groups: (size,) -1 for an item that is in none and has no neighbours.
            chosen: (size,) how often each item was chosen.
            among: (size,) the only items that may be neighbours; None for all.
        """
        rows, columns, values = [], [], []
        order = np.argsort(groups, kind="stable")
        order = order[groups[order] >= 0]
        for members in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
            most = members if among is None else members[among[members]]
            most = np.sort(most[np.argsort(-chosen[most], kind="stable")[:crowd]])
            if not len(most):
                continue
            step = max(1, SCORES_AT_ONCE // len(most))
            for start in range(0, len(members), step):
                block = members[start : start + step]
                scores = self._between(block, most)
                scores[block[:, None] == most] = 0.0
                near = np.argpartition(-scores, min(k, len(most)) - 1, axis=1)[:, :k]
                found = np.take_along_axis(scores, near, axis=1)
                place, at = np.nonzero(found > 0)
                rows.append(block[place])
                columns.append(most[near[place, at]])
                values.append(found[place, at])
        size = len(groups)
        if not rows:
            return sparse.csr_array(sparse.coo_array((size, size), dtype=np.float32))
        places = (np.concatenate(rows), np.concatenate(columns))
        return sparse.csr_array((np.concatenate(values), places), shape=(size, size))

    def _between(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float32]:
        by_traits = np.asarray((self.traits[first] @ self.traits[second].T).todense(), np.float32)
        if self.texts is None:
            return by_traits
        return self._mean(self.texts[first] @ self.texts[second].T, by_traits)

    def _mean(self, by_text: NDArray[np.float32], by_traits: NDArray[np.float32]) -> NDArray[np.float32]:
        by_text = np.maximum(by_text, 0.0)
        return np.asarray((by_text + by_traits) / 2 if self.traits.nnz else by_text, np.float32)


def text_vectors(tables: Tables) -> NDArray[np.float32] | None:
    """(size, d) centred unit text vectors by item number, zeros where there is none; None without an encoder."""
    if tables.vectors is None:
        return None
    numbers = np.flatnonzero(tables.columns.shown)
    found = tables.vectors(numbers)
    there = np.isfinite(found).all(axis=1)
    centre = found[there].mean(axis=0) if there.any() else np.zeros(found.shape[1], np.float32)
    vectors = np.zeros((tables.columns.size, found.shape[1]), np.float32)
    vectors[numbers] = centred(found, np.asarray(centre, np.float32))
    return vectors


def groups_of(columns: ItemColumns) -> NDArray[np.int64]:
    """(size,) one number for each kind and whole category path; items without a category are one group of their kind.

    -1 for an item that is not shown.
    """
    codes = []
    for name in ("kind", "categories"):
        column = columns.column(name)
        none = np.full(columns.size, -1, np.int64)
        codes.append(column.codes[: columns.size].astype(np.int64) if isinstance(column, TextColumn) else none)
    groups = np.unique(np.stack(codes), axis=1, return_inverse=True)[1].ravel().astype(np.int64)
    groups[~columns.shown[: len(groups)]] = -1
    return groups
