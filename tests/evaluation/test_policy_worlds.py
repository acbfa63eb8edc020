"""Estimators in worlds whose truth is known; the recorded figures are those of benchmarks/policy.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.policy import Judged, judged
from shopmind.evaluation.estimators.iips import Iips
from shopmind.evaluation.estimators.rips import Rips
from shopmind.metrics.off_policy import estimated
from shopmind.testing.bandit_worlds import COVERED, MISSPECIFIED, Kind, world
from shopmind.testing.slate_worlds import SLATES, SlateKind, slate_world

SLACK = 0.005
"""Of 1,000 worlds a share is known to 0.014: this much beyond the promise may be chance."""


def test_a_world_earns_what_its_logs_say() -> None:
    made = world(Kind(rows=40_000), 2)
    log = made.log(0)
    assert log.rewards.mean() == pytest.approx(made.logged_value, abs=0.01)
    assert (log.weights * log.rewards).mean() == pytest.approx(made.truth, abs=0.02)
    assert log.weights.mean() == pytest.approx(1.0, abs=0.05)
    assert made.best > made.logged_value


@pytest.mark.parametrize("taken", [0.0, 0.8])
def test_a_world_of_answers_earns_what_its_logs_say(taken: float) -> None:
    made = slate_world(SlateKind(answers=40_000, taken=taken), 3)
    log = made.log(0)
    assert (log.so_far * log.rewards).sum() / 40_000 == pytest.approx(made.truth, abs=0.015)
    alone = (log.weights * log.rewards).sum() / 40_000
    assert alone == pytest.approx(made.truth, abs=0.015 if not taken else 0.1)


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


def test_intervals_of_answers_hold_the_truth_in_a_sample_of_worlds() -> None:
    found = judged(SLATES["three places"], 120, names=("iips", "rips"), draws=0)
    for name in ("iips", "rips"):
        assert 0.88 <= held(found, name) <= 1.0, name


def test_places_for_themselves_are_told_wrongly_where_what_stands_above_matters() -> None:
    """The target puts the arm on top that takes the attention, the log mostly the one that leaves it."""
    drawn = slate_world(SlateKind(answers=10_000, taken=0.8), 3)
    logging, target = drawn.logging.copy(), drawn.target.copy()
    logging[0], target[0] = [0.7, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.7]
    made = replace(drawn, logging=logging, target=target)
    log = made.log(0)
    alone, read = estimated([Iips().sum(log).terms, Rips().sum(log).terms], seed=0, units=log.together, draws=0)
    assert read.low < made.truth < read.high
    assert alone.low > made.truth + 0.1


def test_the_error_of_dr_stays_near_that_of_the_model_where_the_model_is_right() -> None:
    found = judged(MISSPECIFIED["averaged propensities"], 40, names=("dm", "dr", "plain_dr"), draws=0)
    assert found.error["dr"] <= 1.1 * found.error["dm"], "40 worlds say it only so far"
    assert found.error["dr"] < found.error["plain_dr"]


@pytest.mark.slow
@pytest.mark.parametrize("name", SLATES)
def test_intervals_of_answers_hold_the_truth_in_93_to_97_of_100_worlds(name: str) -> None:
    names = ("iips", "rips", "cascade_dr") if not SLATES[name].taken else ("rips", "cascade_dr")
    found = judged(SLATES[name], 1_000, names=names, draws=200)
    for each in names:
        for interval in ("asymptotic", "bootstrap"):
            assert 0.93 - SLACK <= found.covered[each][interval] <= 0.97 + SLACK, (each, interval)


@pytest.mark.slow
@pytest.mark.parametrize("name", COVERED)
def test_intervals_hold_the_truth_in_93_to_97_of_100_worlds(name: str) -> None:
    found = judged(COVERED[name], 1_000, names=("ips", "snips", "dr", "sndr"), draws=0)
    for each in ("ips", "snips", "dr", "sndr"):
        assert 0.93 - SLACK <= held(found, each) <= 0.97 + SLACK, each


@pytest.mark.slow
@pytest.mark.parametrize("name", MISSPECIFIED)
def test_the_doubly_robust_error_is_at_most_1_05_of_the_better_of_both(name: str) -> None:
    found = judged(MISSPECIFIED[name], 1_000, names=("ips", "dm", "dr"), draws=0)
    assert found.worlds > 100
    assert np.isfinite(found.error["dr"])
    assert found.error["dr"] <= 1.05 * min(found.error["ips"], found.error["dm"])
