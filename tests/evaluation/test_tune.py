"""Baselines are tuned on validation cases."""

from __future__ import annotations

import numpy as np
import pytest

from shopmind.evaluation.baskets import Baskets, baskets_of
from shopmind.evaluation.systems import Material, PersonalFrequency, Popularity
from shopmind.evaluation.tune import QUICK, THOROUGH, Truth, tune
from shopmind.kit.clock import DAY_MS

from .conftest import make_table

SIZE = 6


def held(rows: list[tuple[int, int, float, int]], users: int) -> Baskets:
    from polars import col

    return baskets_of(make_table(rows).with_columns(row=col("user") - 1), "row", np.arange(users), ("purchase",), SIZE)


@pytest.fixture
def material() -> Material:
    # Item 1 was bought often long ago, item 2 a little lately.
    log = [(1, 1, day, day) for day in range(5)] + [(1, 2, 99, 99)]
    allowed = np.array([False] + [True] * (SIZE - 1))
    return Material(held(log, 1), held([(1, 3, 0, 1)], 1), allowed, np.arange(SIZE, dtype=np.uint64), 100 * DAY_MS)


def test_the_best_option_on_the_validation_cases_is_chosen(material: Material) -> None:
    lately, ever = Truth(np.array([0]), np.array([2])), Truth(np.array([0]), np.array([1]))
    grid = {"window_days": (50.0, 7.0, 3650.0)}
    assert tune(Popularity, grid, material, lately) == {"window_days": 50.0}, "equals keep the earlier value"
    assert tune(Popularity, grid, material, ever) == {"window_days": 3650.0}


def test_a_system_without_options_is_left_alone_and_values_are_tried_once(material: Material) -> None:
    seen: list[tuple[int, int | None]] = []
    truth = Truth(np.array([0]), np.array([1]))
    assert tune(PersonalFrequency, {}, material, truth) == {}
    tune(
        Popularity, {"window_days": (7.0, 50.0)}, material, truth, progress=lambda _, done, of: seen.append((done, of))
    )
    assert seen == [(1, 2), (2, 2)]


def test_the_thorough_search_holds_every_value_of_the_quick_one() -> None:
    assert QUICK.keys() == THOROUGH.keys()
    for system, grid in QUICK.items():
        for option, values in grid.items():
            assert set(values) - {0.5, 0.8} <= set(THOROUGH[system][option]), (system.name, option)
