"""A sum of small regression trees, as arrays: grown by LightGBM, answered by numpy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_LEAVES = 8
"""Leaves of a tree: the leaves still open of one tree are the bits of one byte."""

_ALL = 255
_NAMES = ("features", "limits", "closes", "values", "shares")
_FIRST = np.array([(byte & -byte).bit_length() - 1 if byte else 0 for byte in range(256)], np.int64)


@dataclass(frozen=True)
class Trees:
    """T trees of at most 8 leaves and 7 splits each.

    A split that is not met closes the leaves on its left; the exit is the first leaf that stays open, leaves being
    counted from left to right.

    Source: Lucchese, Nardini, Orlando, Perego, Tonellotto, Venturini, QuickScorer, SIGIR 2015.

    Attributes:
        features: (T, 7) int32, the column a split looks at.
        limits: (T, 7) float32; a value up to the limit meets the split. Unused splits have limit +inf.
        closes: (T, 7) uint8, the leaves that stay open when the split is not met.
        values: (T, 8) float32, what a leaf adds.
        shares: (T, 8, 7) float32: how much each split on the way to a leaf moved the expected value, 0 elsewhere.
        base: what all trees say on average.
    """

    features: NDArray[np.int32]
    limits: NDArray[np.float32]
    closes: NDArray[np.uint8]
    values: NDArray[np.float32]
    shares: NDArray[np.float32]
    base: float

    @staticmethod
    def of(arrays: Mapping[str, NDArray[Any]], prefix: str) -> Trees | None:
        """As `arrays` wrote them; None when there are none under this prefix."""
        if f"{prefix}_limits" not in arrays:
            return None
        features, limits, closes, values, shares = (np.asarray(arrays[f"{prefix}_{name}"]) for name in _NAMES)
        return Trees(features, limits, closes, values, shares, float(arrays[f"{prefix}_base"][0]))

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """For an artifact."""
        return {
            **{f"{prefix}_{name}": getattr(self, name) for name in _NAMES},
            f"{prefix}_base": np.array([self.base], np.float32),
        }

    def leaves(self, matrix: NDArray[np.float32]) -> NDArray[np.int64]:
        """(n, T) the exit leaf of each row in each tree."""
        unmet = matrix[:, self.features.ravel()] > self.limits.ravel()
        still = np.where(unmet, self.closes.ravel(), np.uint8(_ALL)).reshape(len(matrix), *self.features.shape)
        found: NDArray[np.int64] = _FIRST[np.bitwise_and.reduce(still, axis=2)]
        return found

    def scores(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) sums over the trees of (n, m) rows without NaN."""
        leaves = self.leaves(matrix)
        added: NDArray[np.float64] = self.values[np.arange(len(self.values)), leaves].sum(axis=1, dtype=np.float64)
        return added

    def contributions(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, m) what each column adds: with `base` they sum to the score.

        A split gives its column the change of the expected value from the node to the child that was taken.

        Source: Saabas, Interpreting random forests (2014); the path attribution that Lundberg, Erion, Lee,
        Consistent individualized feature attribution for tree ensembles (2018), compare TreeSHAP with. It is exact in
        its sum and cheap, and leans to the splits far from the root.
        """
        leaves = self.leaves(matrix)
        found = np.zeros(matrix.shape)
        rows = np.arange(len(matrix))
        for tree, features in enumerate(self.features):
            for split, share in zip(features, self.shares[tree, leaves[:, tree]].T, strict=True):
                found[rows, split] += share
        return found


def from_dump(dump: Mapping[str, Any]) -> Trees:
    """Trees of what lightgbm.Booster.dump_model() gives; trained on rows without NaN."""
    trees = dump["tree_info"]
    splits, leaves = MOST_LEAVES - 1, MOST_LEAVES
    made = Trees(
        np.zeros((len(trees), splits), np.int32),
        np.full((len(trees), splits), np.inf, np.float32),
        np.full((len(trees), splits), _ALL, np.uint8),
        np.zeros((len(trees), leaves), np.float32),
        np.zeros((len(trees), leaves, splits), np.float32),
        float(sum(_expected(tree["tree_structure"]) for tree in trees)),
    )
    for row, tree in enumerate(trees):
        if tree["num_leaves"] > MOST_LEAVES:
            raise ValueError(f"a tree has {tree['num_leaves']} leaves; {MOST_LEAVES} are allowed")
        _fill(made, row, tree["tree_structure"], [], [0, 0])
    return made


def _fill(made: Trees, row: int, node: Mapping[str, Any], way: list[tuple[int, float]], count: list[int]) -> None:
    """Writes a subtree; `way` is (split, change of the expected value) from the root, `count` splits and leaves."""
    if "split_index" not in node:
        leaf, value = count[1], float(node["leaf_value"])
        count[1] += 1
        made.values[row, leaf] = value
        for split, change in way:
            made.shares[row, leaf, split] = change
        return
    split, first = count[0], count[1]
    count[0] += 1
    made.features[row, split] = node["split_feature"]
    made.limits[row, split] = _rounded_down(float(node["threshold"]))
    here = _expected(node)
    _fill(made, row, node["left_child"], [*way, (split, _expected(node["left_child"]) - here)], count)
    closed = sum(1 << leaf for leaf in range(first, count[1]))
    made.closes[row, split] = _ALL & ~closed
    _fill(made, row, node["right_child"], [*way, (split, _expected(node["right_child"]) - here)], count)


def _expected(node: Mapping[str, Any]) -> float:
    """The mean leaf value below a node, by the rows that came there in training."""
    if "split_index" not in node:
        return float(node["leaf_value"])
    left, right = node["left_child"], node["right_child"]
    ways = [(_expected(child), _rows(child)) for child in (left, right)]
    total = sum(rows for _, rows in ways)
    return sum(value * rows for value, rows in ways) / total if total else 0.0


def _rows(node: Mapping[str, Any]) -> float:
    return float(node.get("internal_count", node.get("leaf_count", 0)))


def _rounded_down(limit: float) -> np.float32:
    """The largest float32 that is not above the limit: float32 values compare with it as with the limit itself."""
    single = np.float32(limit)
    return single if float(single) <= limit else np.nextafter(single, np.float32(-np.inf))
