"""LightGBM, behind one door: what it needs of the system may be missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.errors import NotReadyError
from shopmind.training.trees import MOST_LEAVES, Trees, from_dump

LEVELS = 31
"""Grades are rounded to so many levels: LambdaMART wants whole labels, and their gain stays linear."""


@dataclass(frozen=True)
class Growth:
    """How trees are grown.

    Attributes:
        trees: how many.
        leaves: of one tree, 2..8.
        rate: what one tree may add.
        at_least: rows of a leaf.
        columns: share of the columns that one tree sees.
        ridge: pulls leaf values to 0.
    """

    trees: int = 200
    leaves: int = 6
    rate: float = 0.05
    at_least: int = 30
    columns: float = 0.6
    ridge: float = 5.0

    def __post_init__(self) -> None:
        if not 2 <= self.leaves <= MOST_LEAVES:
            raise ValueError(f"leaves = {self.leaves}; 2..{MOST_LEAVES} are allowed")


def missing() -> str:
    """Why no trees can be grown here; "" when they can."""
    try:
        _library()
    except NotReadyError as error:
        return error.message
    return ""


def rank_trees(
    matrix: NDArray[np.float32],
    gains: NDArray[np.float64],
    weights: NDArray[np.float64],
    lengths: NDArray[np.int64],
    rising: NDArray[np.bool_],
    growth: Growth,
    seed: int,
) -> Trees:
    """Trees that order lists by nDCG with linear gain.

    Args:
        matrix: (n, m) rows without NaN, list after list.
        gains: (n,) from 0.
        weights: (n,) of rows.
        lengths: (lists,) rows of each list.
        rising: (m,) columns that may only raise the score.

    Source: Burges, From RankNet to LambdaRank to LambdaMART (2010), as LightGBM has it.

    Raises:
        NotReadyError: LightGBM cannot be loaded here.
    """
    best = float(gains.max(initial=0.0))
    labels = np.rint(gains / best * (LEVELS - 1)).astype(np.int32) if best > 0 else np.zeros(len(gains), np.int32)
    told = {"objective": "lambdarank", "label_gain": list(range(LEVELS)), "lambdarank_truncation_level": 20}
    return _grow(told, matrix, labels, weights, lengths, rising, growth, seed)


def grade_trees(
    matrix: NDArray[np.float32],
    grades: NDArray[np.float64],
    weights: NDArray[np.float64],
    rising: NDArray[np.bool_],
    growth: Growth,
    seed: int,
) -> Trees:
    """Trees that say the grade of a row, least squares; arguments as in rank_trees.

    Source: Friedman, Greedy function approximation: a gradient boosting machine (2001).

    Raises:
        NotReadyError: LightGBM cannot be loaded here.
    """
    return _grow({"objective": "regression"}, matrix, grades, weights, None, rising, growth, seed)


def chance_trees(
    matrix: NDArray[np.float32],
    outcomes: NDArray[np.float64],
    weights: NDArray[np.float64],
    rising: NDArray[np.bool_],
    growth: Growth,
    seed: int,
) -> Trees:
    """Trees that say the log-odds of an outcome of 0 or 1, log-loss; arguments as in rank_trees.

    Source: Friedman, Hastie, Tibshirani, Additive logistic regression (2000).

    Raises:
        NotReadyError: LightGBM cannot be loaded here.
    """
    return _grow({"objective": "binary"}, matrix, outcomes, weights, None, rising, growth, seed)


def _grow(
    told: dict[str, Any],
    matrix: NDArray[np.float32],
    labels: NDArray[Any],
    weights: NDArray[np.float64],
    lengths: NDArray[np.int64] | None,
    rising: NDArray[np.bool_],
    growth: Growth,
    seed: int,
) -> Trees:
    library = _library()
    options = {
        **told,
        "num_leaves": growth.leaves,
        "learning_rate": growth.rate,
        "min_data_in_leaf": growth.at_least,
        "feature_fraction": growth.columns,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": growth.ridge,
        "monotone_constraints": [int(each) for each in rising],
        "seed": seed % 2**31,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    data = library.Dataset(matrix, labels, weight=weights, group=lengths, free_raw_data=True, params={"verbose": -1})
    return from_dump(library.train(options, data, growth.trees).dump_model())


def _library() -> Any:
    """The package is in the base install; on Linux its library needs the system's OpenMP runtime, libgomp."""
    try:
        import lightgbm
    except (ImportError, OSError) as error:
        raise NotReadyError(
            f"LightGBM cannot be loaded here ({error}); on Debian and Ubuntu: apt-get install libgomp1"
        ) from error
    return lightgbm
