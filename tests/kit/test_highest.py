"""The highest values, beside a full sort."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shopmind.kit.highest import STRIDE, highest


def sorted_out(values: np.ndarray, k: int) -> list[int]:
    """The same, by sorting all."""
    if k <= 0 or not len(values):
        return []
    lowest = np.sort(values)[::-1][min(k, len(values)) - 1]
    return np.flatnonzero(values >= lowest).tolist()


@given(
    arrays(np.float32, st.integers(0, 40), elements=st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 1.0, 7.0])),
    st.integers(-1, 50),
)
def test_a_few_with_ties(values: np.ndarray, k: int) -> None:
    assert highest(values, k).tolist() == sorted_out(values, k)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 10, 300, 4_000]), st.sampled_from([0.0, 0.9, 0.999]))
def test_many_of_which_most_are_nothing(seed: int, k: int, nothing: float) -> None:
    chance = np.random.default_rng(seed)
    values = chance.random(20_000).astype(np.float32)
    values[chance.random(20_000) < nothing] = 0
    assert highest(values, k).tolist() == sorted_out(values, k)


def test_where_the_sample_sees_nothing_or_only_the_highest() -> None:
    for seen in (0.0, 2.0):
        values = np.ones(10_000, np.float32)
        values[::STRIDE] = seen
        values[1] = 3.0
        for k in (1, 2, 40, 9_000):
            assert highest(values, k).tolist() == sorted_out(values, k)
