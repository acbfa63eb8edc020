"""What the policies lose in simulated slots; the long form, beside another library, is benchmarks/exploration.py."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from shopmind.testing.slot_worlds import Policy, constant, epsilon_greedy, even, linear, linucb, thompson

Lost = dict[str, NDArray[np.float64]]
STEPS, BATCH = 4_000, 20
WORLDS = [constant(seed, steps=STEPS, arms=6, best=0.2, spread=0.7) for seed in range(8)]


def regrets(policy: Policy) -> NDArray[np.float64]:
    """(worlds, 2) lost in the first half and in the second."""
    found = [world.regret(policy(world, seed, BATCH)) for seed, world in enumerate(WORLDS)]
    return np.array([[each[STEPS // 2], each[-1] - each[STEPS // 2]] for each in found])


@pytest.fixture(scope="module")
def lost() -> Lost:
    policies = {"thompson": thompson(), "greedy": epsilon_greedy(0.1), "even": even(), "default": thompson(0.02, 0.05)}
    return {name: regrets(policy) for name, policy in policies.items()}


def test_regret_of_even_draws_grows_straight(lost: Lost) -> None:
    first, second = lost["even"].mean(axis=0)
    assert second == pytest.approx(first, rel=0.05)


@pytest.mark.parametrize("name", ["thompson", "default"])
def test_thompson_sampling_loses_ever_less(name: str, lost: Lost) -> None:
    first, second = lost[name].mean(axis=0)
    assert second < 0.4 * first
    assert lost[name].sum() < 0.4 * lost["even"].sum()


def test_thompson_sampling_loses_less_than_epsilon_greedy(lost: Lost) -> None:
    assert lost["thompson"].sum() < lost["greedy"].sum() < 0.6 * lost["even"].sum()
    assert lost["thompson"][:, 1].sum() < 0.9 * lost["greedy"][:, 1].sum()
    assert lost["default"].sum() < 0.75 * lost["greedy"].sum()


def test_linucb_learns_whom_each_arm_suits() -> None:
    lost = {"linucb": 0.0, "even": 0.0, "greedy": 0.0}
    halves = np.zeros(2)
    for seed in range(4):
        world = linear(seed, steps=2_000, arms=4, features=3)
        policies = {"linucb": linucb(0.5), "even": even(), "greedy": epsilon_greedy(0.1)}
        for name, policy in policies.items():
            regret = world.regret(policy(world, seed, 5))
            lost[name] += float(regret[-1])
            if name == "linucb":
                halves += [regret[999], regret[-1] - regret[999]]
    assert lost["linucb"] < lost["greedy"] < lost["even"]
    assert halves[1] < 0.7 * halves[0]
