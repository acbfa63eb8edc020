"""Trees as arrays say what LightGBM says."""

from __future__ import annotations

import numpy as np
import pytest

from shopmind.training.lambdamart import Growth, grade_trees, rank_trees
from shopmind.training.trees import Trees, from_dump

lightgbm = pytest.importorskip("lightgbm", exc_type=(ImportError, OSError))

DUMP = {
    "tree_info": [
        {
            "num_leaves": 3,
            "tree_structure": {
                "split_index": 0, "split_feature": 1, "threshold": 0.5, "internal_count": 10,
                "left_child": {"leaf_value": 1.0, "leaf_count": 4},
                "right_child": {
                    "split_index": 1, "split_feature": 0, "threshold": 2.0, "internal_count": 6,
                    "left_child": {"leaf_value": 2.0, "leaf_count": 3},
                    "right_child": {"leaf_value": 6.0, "leaf_count": 3},
                },
            },
        }
    ]
}  # fmt: skip


def test_a_tree_worked_by_hand() -> None:
    trees = from_dump(DUMP)
    rows = np.array([[9, 0.5], [2, 0.6], [3, 0.6]], np.float32)
    assert trees.leaves(rows).ravel().tolist() == [0, 1, 2]
    assert trees.scores(rows).tolist() == [1.0, 2.0, 6.0]
    # Expected: root (4·1 + 3·2 + 3·6) / 10 = 2.8, right child 4.
    assert trees.base == pytest.approx(2.8)
    np.testing.assert_allclose(trees.contributions(rows), [[0, -1.8], [-2, 1.2], [2, 1.2]], atol=1e-6)


def test_arrays_bring_the_trees_back() -> None:
    trees = from_dump(DUMP)
    found = Trees.of(trees.arrays("rank"), "rank")
    assert found is not None
    assert found.scores(np.array([[3, 0.6]], np.float32)).tolist() == [6.0]
    assert Trees.of({}, "rank") is None


def test_scores_are_those_of_lightgbm_and_contributions_sum_to_them() -> None:
    chance = np.random.default_rng(1)
    rows = chance.random((500, 6)).astype(np.float32)
    labels = (rows[:, 0] + rows[:, 1] * rows[:, 2] + 0.1 * chance.random(500)).astype(np.float64)
    data = lightgbm.Dataset(rows, labels, params={"verbose": -1})
    booster = lightgbm.train({"num_leaves": 8, "verbose": -1, "num_threads": 1}, data, 30)
    trees = from_dump(booster.dump_model())
    np.testing.assert_allclose(trees.scores(rows), booster.predict(rows), rtol=1e-5)
    np.testing.assert_allclose(trees.contributions(rows).sum(axis=1) + trees.base, booster.predict(rows), rtol=1e-4)


def test_a_rising_column_never_lowers_the_score() -> None:
    chance = np.random.default_rng(2)
    rows = chance.random((400, 2)).astype(np.float32)
    grades = np.where(rows[:, 0] > 0.5, 0.0, 1.0)
    trees = grade_trees(rows, grades, np.ones(400), np.array([True, False]), Growth(trees=20), 0)
    steps = np.stack([np.linspace(0, 1, 50), np.full(50, 0.3)], axis=1).astype(np.float32)
    assert (np.diff(trees.scores(steps)) >= -1e-9).all()


def test_rank_trees_put_the_better_first() -> None:
    chance = np.random.default_rng(3)
    rows = chance.random((600, 3)).astype(np.float32)
    gains = np.floor(rows[:, 1] * 4)
    trees = rank_trees(
        rows, gains, np.ones(600), np.full(60, 10), np.zeros(3, np.bool_), Growth(trees=60, at_least=5), 0
    )
    assert np.corrcoef(trees.scores(rows), gains)[0, 1] > 0.9


def test_trees_of_more_leaves_than_a_byte_has_bits_are_refused() -> None:
    with pytest.raises(ValueError, match="leaves = 9"):
        Growth(leaves=9)
    with pytest.raises(ValueError, match="9 leaves"):
        from_dump({"tree_info": [{**DUMP["tree_info"][0], "num_leaves": 9}]})
