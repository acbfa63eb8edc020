"""Leaders that are kept are those that are found by looking at all items."""

import numpy as np
import pytest

from shopmind.pipeline.context import best
from shopmind.pipeline.leaders import MOST, Leaders


@pytest.mark.parametrize("size", [5, MOST - 1, 3 * MOST])
@pytest.mark.parametrize("levels", [2, 40, 10**6])
def test_they_are_the_best_whatever_is_allowed(size: int, levels: int) -> None:
    randomness = np.random.default_rng(size + levels)
    scores = randomness.integers(0, levels, size).astype(np.float32)
    scores[randomness.random(size) < 0.1] = np.nan
    tie = randomness.integers(0, 2**63, size, np.uint64)
    leaders = Leaders()
    for share in (1.0, 0.5, 0.02, 0.0):
        allowed = randomness.random(size) < share
        for k in (1, 30, MOST, 2 * MOST):
            found = leaders.best(scores, allowed, tie, k)
            assert found.tolist() == best(scores, allowed, tie, k).tolist()


def test_other_scores_have_other_leaders() -> None:
    tie, allowed, leaders = np.arange(4, dtype=np.uint64), np.ones(4, np.bool_), Leaders()
    assert leaders.best(np.array([1, 2, 3, 0], np.float32), allowed, tie, 2).tolist() == [2, 1]
    assert leaders.best(np.array([9, 2, 3, 0], np.float32), allowed, tie, 2).tolist() == [0, 2]
    later = np.append(tie, np.uint64(9))
    grown = np.array([9, 2, 3, 0, 99], np.float32)
    assert leaders.best(grown, np.ones(5, np.bool_), later, 2).tolist() == [4, 0]
    assert leaders.best(grown, allowed, later, 2).tolist() == [0, 2]
