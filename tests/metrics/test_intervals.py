"""Bootstrap intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shopmind.kit.errors import InputError
from shopmind.metrics import intervals


def test_the_interval_of_a_mean_is_close_to_theory() -> None:
    values = np.random.default_rng(1).normal(2.0, 1.0, 400)
    found = intervals.bootstrap(values, seed=0, draws=4_000)
    half = 1.96 * values.std() / math.sqrt(400)
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.01)
    assert found.high == pytest.approx(values.mean() + half, abs=0.01)
    assert (found.cases, found.left_out) == (400, 0)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    values = np.random.default_rng(1).normal(size=50)
    assert intervals.bootstrap(values, seed=3) == intervals.bootstrap(values, seed=3)
    assert intervals.bootstrap(values, seed=3) != intervals.bootstrap(values, seed=4)


def test_cases_without_an_answer_are_left_out_and_counted() -> None:
    found = intervals.bootstrap([1.0, math.nan, 3.0], seed=0)
    assert (found.value, found.cases, found.left_out) == (2.0, 2, 1)


def test_pairs_are_drawn_together_so_a_constant_difference_is_certain() -> None:
    base = np.random.default_rng(2).normal(size=100)
    found = intervals.paired(base + 0.5, base, seed=0)
    assert found.value == pytest.approx(0.5)
    assert found.low == pytest.approx(0.5)
    assert found.high == pytest.approx(0.5)


def test_a_pair_counts_only_where_both_have_an_answer() -> None:
    found = intervals.paired([1.0, 2.0, math.nan], [0.0, math.nan, 1.0], seed=0)
    assert (found.value, found.cases, found.left_out) == (1.0, 1, 2)


def test_nothing_and_a_single_case_have_no_interval() -> None:
    nothing = intervals.bootstrap([], seed=0)
    assert math.isnan(nothing.value)
    assert math.isnan(nothing.low)
    one = intervals.bootstrap([4.0], seed=0)
    assert one.value == 4.0
    assert math.isnan(one.high)


def test_blocks_of_draws_do_not_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(5).normal(size=(30, 2))
    whole = intervals.bootstrap_columns(values, seed=0, draws=100)
    monkeypatch.setattr(intervals, "CELLS", 90)
    for blocked, once in zip(intervals.bootstrap_columns(values, seed=0, draws=100), whole, strict=True):
        assert (blocked.low, blocked.high) == pytest.approx((once.low, once.high))


def test_other_shapes_and_levels_are_refused() -> None:
    with pytest.raises(InputError):
        intervals.bootstrap_columns([1.0], seed=0)
    with pytest.raises(InputError):
        intervals.bootstrap([1.0], seed=0, level=1.0)
    with pytest.raises(InputError, match="pairs"):
        intervals.paired([1.0], [1.0, 2.0], seed=0)


def test_mean_says_how_many_it_left_out() -> None:
    assert intervals.mean([1.0, math.nan, 2.0]) == (1.5, 1)
    assert math.isnan(intervals.mean([math.nan])[0])
