"""What the tests promise, held against experiments whose truth is known. benchmarks/experiments.py is the long form."""

from __future__ import annotations

import numpy as np
import pytest

from shopmind.evaluation.experiments.estimate import pair
from shopmind.evaluation.experiments.intervals import mixture, threshold
from shopmind.evaluation.experiments.moments import Moments
from shopmind.evaluation.experiments.planning import units_needed
from shopmind.metrics.proportion import wilson
from shopmind.testing.experiment_worlds import KINDS, World, covered, refused

WORLDS, UNITS = 1_000, 1_000


def agrees(found: object, promised: float) -> bool:
    """Whether the share of True is not surely another one, at 99.9 %."""
    hits = int(np.sum(found))  # type: ignore[call-overload]
    low, high = wilson(hits, len(found), level=0.999)  # type: ignore[arg-type]
    return low <= promised <= high


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("earlier", [False, True])
def test_two_equal_arms_are_called_different_as_often_as_promised(kind: str, earlier: bool) -> None:
    assert agrees(refused(World(kind), worlds=WORLDS, units=UNITS, seed=1, earlier=earlier), 0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_looking_twenty_times_breaks_the_fixed_test_and_not_the_sequential_one(kind: str) -> None:
    asked = {"worlds": WORLDS, "units": UNITS, "seed": 2, "looks": 20}
    assert refused(World(kind), **asked, test="fixed").mean() > 0.15  # type: ignore[arg-type]
    assert refused(World(kind), **asked, test="sequential").mean() < 0.05  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "lift"), [("conversion", 0.25), ("revenue", 0.4), ("click_through", 0.15)])
def test_the_planned_units_find_the_planned_effect_as_often_as_promised(kind: str, lift: float) -> None:
    world = World(kind, lift)
    trial = Moments.of(World(kind).draw(1, 200_000, 0, np.random.default_rng(3))[0])
    control, _ = pair(trial, trial, earlier=False)
    variance = None if kind == "conversion" else float(control.variance * control.units)
    for test, least in (("fixed", 0.8), ("sequential", 0.8)):
        needed = units_needed(float(control.value), lift, variance=variance, test=test)  # type: ignore[arg-type]
        looks = 1 if test == "fixed" else 10
        units = round(needed / 2 / looks) * looks
        found = refused(world, worlds=600, units=units, seed=4, test=test, looks=looks, earlier=False, planned=needed)
        assert found.mean() > least - 0.05
        if test == "fixed":
            assert agrees(found, 0.8)


@pytest.mark.parametrize("kind", KINDS)
def test_intervals_of_the_lift_hold_the_truth_as_often_as_promised_and_the_earlier_period_narrows_them(
    kind: str,
) -> None:
    asked = {"worlds": WORLDS, "units": UNITS, "seed": 5}
    with_past = covered(World(kind, 0.2, habit=1.0), 0.2, **asked)  # type: ignore[arg-type]
    without = covered(World(kind, 0.2, habit=1.0), 0.2, **asked, earlier=False)  # type: ignore[arg-type]
    assert 0.93 <= with_past["inside"].mean() <= 0.97
    assert 0.93 <= without["inside"].mean() <= 0.97
    assert with_past["width"] < without["width"]


def test_the_always_valid_bound_is_crossed_by_noise_less_often_than_the_level_over_very_many_looks() -> None:
    """A walk of 4,000 steps looked at from the 50th on at every step; the bound as known, nothing estimated."""
    random = np.random.default_rng(6)
    walk = random.standard_normal((2_000, 4_000)).cumsum(-1)[:, 49:]
    steps = np.arange(50, 4_001)
    bound = threshold(steps * mixture(0.05, 1_000), 0.05)
    crossed = (np.abs(walk) / np.sqrt(steps) > bound).any(-1)
    assert 0.01 < crossed.mean() < 0.05
