"""Estimators in worlds whose truth is known; the recorded figures are those of benchmarks/policy.py."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.policy import Judged, judged
from shopmind.testing.bandit_worlds import COVERED, MISSPECIFIED, Kind, world


def test_a_world_earns_what_its_logs_say() -> None:
    made = world(Kind(rows=40_000), 2)
    log = made.log(0)
    assert log.rewards.mean() == pytest.approx(made.logged_value, abs=0.01)
    assert (log.weights * log.rewards).mean() == pytest.approx(made.truth, abs=0.02)
    assert log.weights.mean() == pytest.approx(1.0, abs=0.05)
    assert made.best > made.logged_value


def held(found: Judged, name: str) -> float:
    return found.covered[name]["asymptotic"]


def test_intervals_hold_the_truth_in_a_sample_of_worlds() -> None:
    """120 worlds; with 95 % each, fewer than 88 % or all of them would be seen once in a thousand times."""
    found = judged(COVERED["plain"], 120, names=("ips", "snips", "dr"), draws=0)
    for name in ("ips", "snips", "dr"):
        assert 0.88 <= held(found, name) <= 1.0, name


def test_the_doubly_robust_estimator_is_not_led_astray_by_a_wrong_model() -> None:
    found = judged(MISSPECIFIED["wrong reward model"], 60, names=("ips", "dm", "dr"), draws=0)
    assert found.error["dm"] > 2 * found.error["ips"]
    assert found.error["dr"] <= 1.2 * found.error["ips"], "60 worlds say it only so far"


@pytest.mark.slow
@pytest.mark.parametrize("name", COVERED)
def test_intervals_hold_the_truth_in_93_to_97_of_100_worlds(name: str) -> None:
    found = judged(COVERED[name], 1_000, names=("ips", "snips", "dr", "sndr"), draws=0)
    for each in ("ips", "snips", "dr", "sndr"):
        assert 0.93 <= held(found, each) <= 0.97, each


@pytest.mark.slow
@pytest.mark.parametrize("name", MISSPECIFIED)
def test_the_doubly_robust_error_is_at_most_1_05_of_the_better_of_both(name: str) -> None:
    found = judged(MISSPECIFIED[name], 1_000, names=("ips", "dm", "dr"), draws=0)
    assert found.worlds > 100
    assert np.isfinite(found.error["dr"])
    assert found.error["dr"] <= 1.05 * min(found.error["ips"], found.error["dm"])
