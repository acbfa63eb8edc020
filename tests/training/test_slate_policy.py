"""A policy learned from what another one showed, in worlds whose best policy is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import check_grad

from shopmind.domain import EVENT_TYPES, Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.stores.ports import EVENT_TABLE
from shopmind.testing.bandit_worlds import Kind, World, choices_of, value_of, world
from shopmind.training.impressions import ANSWERS, Replay
from shopmind.training.recipe import Tables
from shopmind.training.slate_policy import SlatePolicyRecipe, chances_of_greedy, gain, taught
from shopmind.training.softmax_policy import Choices, Learning, SoftmaxPolicy, _Objective, learned

SMALL = Kind(rows=4_000, arms=4, contexts=16, features=2, explored=0.3)

TWO = Choices(
    matrix=np.array([[1.0], [0.0], [0.0], [1.0]]),
    bounds=np.array([0, 2, 4]),
    rows=np.array([0, 2]),
    propensities=np.array([0.5, 0.25]),
    rewards=np.array([1.0, 0.0]),
    places=np.array([0, 0]),
)


def test_the_objective_is_its_formula_worked_by_hand() -> None:
    """w = ln 3 makes chances 3/4 and 1/4; K = 2: α = 1 − (1/4)² = 15/16 and 1 − (3/4)² = 7/16; the bound is √2."""
    objective = _Objective(TWO, TWO.matrix, Learning(slots=2, penalty=0.0, ridge=0.0))
    value, _ = objective(np.array([np.log(3)]))
    first, second = min(15 / 16 / 0.5, np.sqrt(2)), min(7 / 16 / 0.25, np.sqrt(2))
    assert -value == pytest.approx((first * 0.5 + second * -0.5) / 2)


def test_the_gradient_is_that_of_the_objective() -> None:
    choices = choices_of(world(Kind(rows=300), 0), 0)[0]
    objective = _Objective(choices, choices.matrix, Learning(slots=3, penalty=0.7, ridge=1e-3))
    at = np.random.default_rng(0).normal(size=choices.matrix.shape[1]) * 0.2
    assert check_grad(lambda w: objective(w)[0], lambda w: objective(w)[1], at) < 1e-6


def test_a_policy_learned_from_the_log_comes_near_the_best_there_is() -> None:
    made = world(SMALL, 5)
    choices, table = choices_of(made, 5)
    names = tuple(str(each) for each in range(table.shape[2]))
    policy = learned(choices, names, Learning(ridge=1e-4))
    reached = value_of(policy, made, table)
    assert made.logged_value + 0.8 * (made.best - made.logged_value) < reached <= made.best


def test_several_slots_share_the_chance_among_the_best() -> None:
    """One request, three arms that earn .9, .8 and .1: for one place the first alone, for two places both."""
    random = np.random.default_rng(0)
    arms = random.integers(0, 3, 4_000)
    rewards = (random.random(4_000) < np.array([0.9, 0.8, 0.1])[arms]).astype(np.float64)
    choices = Choices(
        np.tile(np.eye(3), (4_000, 1)),
        np.arange(4_001) * 3,
        np.arange(4_000) * 3 + arms,
        np.full(4_000, 1 / 3),
        rewards,
        np.zeros(4_000, np.int64),
    )

    def chances(slots: int) -> Any:
        policy = learned(choices, ("a", "b", "c"), Learning(slots=slots, penalty=0.0, ridge=1e-4))
        return policy.chances(choices)[:3]

    assert chances(1)[0] > 0.9
    assert chances(4)[1] > 0.3
    assert chances(4)[2] < 0.05


def test_a_greedy_order_puts_each_candidate_at_its_rank() -> None:
    policy = SoftmaxPolicy(("only",), np.zeros(1), np.ones(1), np.ones(1))
    assert chances_of_greedy(policy, TWO).tolist() == [1.0, 0.0]


def test_the_gain_is_the_difference_of_self_normalised_value_and_log() -> None:
    """Four places shown with chance 1/2; the policy would have shown the two that earned: 1 − 1/2."""
    choices = replace(
        TWO,
        matrix=np.tile([[1.0], [0.0]], (4, 1)),
        bounds=np.arange(5) * 2,
        rows=np.array([0, 3, 4, 7]),
        propensities=np.full(4, 0.5),
        rewards=np.array([1.0, 0, 1, 0]),
        places=np.zeros(4, np.int64),
    )
    policy = SoftmaxPolicy(("only",), np.zeros(1), np.ones(1), np.ones(1))
    found = gain(policy, choices, seed=0)
    assert found.value.value == pytest.approx(0.5)
    assert found.logged == 0.5
    assert found.doubt is not None, "two effective rows are no support"


def test_a_policy_is_used_only_if_it_is_surely_better_on_rows_it_did_not_see() -> None:
    made = world(SMALL, 5)
    choices, table = choices_of(made, 5)
    names = tuple(str(each) for each in range(table.shape[2]))
    policy, told = taught(choices, names, 1, seed=0)
    assert told["used"]
    assert told["held_out"]["low"] > 0
    truth = value_of(policy, made, table, greedy=True) - made.logged_value
    assert told["held_out"]["low"] < truth < told["held_out"]["high"]
    random = np.random.default_rng(0)
    chance = replace(choices, rewards=(random.random(len(choices)) < 0.3).astype(np.float64))
    assert not taught(chance, names, 1, seed=0)[1]["used"]


def test_places_that_never_explored_keep_a_new_order_from_being_used() -> None:
    """Half the places were shown for sure; another order there is without support."""
    made = world(SMALL, 5)
    choices, table = choices_of(made, 5)
    sure = np.arange(len(choices)) % 2 == 0
    choices = replace(choices, propensities=np.where(sure, 1.0, choices.propensities))
    told = taught(choices, tuple(str(each) for each in range(table.shape[2])), 1, seed=0)[1]
    assert not told["used"]
    assert "mean weight" in told["held_out"]["doubt"]


def shop_of(made: World, rows: int, columns_of: Any, *, explored: bool = True) -> Tables:
    """Answers of one place, six items, as the recipe reads them."""
    log = replace(made, kind=replace(made.kind, rows=rows)).log(0)
    contexts = log.target.groups
    chance = log.propensities if explored else np.ones(rows)
    lines = [
        (f"r{row}", row, None, None, [], "", "", 0, [int(arm) + 1], [float(p)])
        for row, (arm, p) in enumerate(zip(log.arms, chance, strict=True))
    ]
    answers = pl.DataFrame(lines, schema=ANSWERS, orient="row")
    clicked = np.flatnonzero(log.rewards)
    columns: dict[str, list[Any]] = {name: [None] * len(clicked) for name in EVENT_TABLE}
    columns |= {
        "number": list(range(1, len(clicked) + 1)),
        "type": [EVENT_TYPES.index("click")] * len(clicked),
        "timestamp_ms": (clicked + 1).tolist(),
        "request_id": [f"r{row}" for row in clicked],
        "item": (log.arms[clicked] + 1).tolist(),
    }
    expected = made.rewards

    def candidates(asked: pl.DataFrame, moment_ms: int) -> Any:
        for row in asked["timestamp_ms"]:
            known = expected[contexts[row]].astype(np.float32)
            items = np.arange(1, made.kind.arms + 1)
            yield Candidates(items, {"known": known, "found": np.ones(len(items), np.float32)}, -known)

    replays = {"home": Replay(answers, {"click": 1.0}, candidates, "slate_policy")}
    events = pl.DataFrame(columns, schema=EVENT_TABLE)
    return Tables(events, columns_of(8), 0, replays=lambda: replays)


def test_the_recipe_learns_each_scenario_and_says_whether_it_is_used(make_shelf: Any) -> None:
    fitted = SlatePolicyRecipe().fit(
        shop_of(world(SMALL, 5), 4_000, make_shelf), SlatePolicyRecipe.Options(), seed=0, progress=silent
    )
    told = fitted.figures["scenarios"]["home"]
    assert told["columns"] == ["known", "prior"]
    assert told["used"], told["held_out"]
    policy = SoftmaxPolicy.of(fitted.arrays, "home", told["columns"])
    assert policy.scores(np.array([[0.9, -0.9], [0.1, -0.1]])).argmax() == 0, "what is known to earn stands first"


def test_without_exploration_or_rewards_nothing_is_learned(make_shelf: Any) -> None:
    recipe, options = SlatePolicyRecipe(), SlatePolicyRecipe.Options()
    with pytest.raises(NotReadyError, match="switch exploration on"):
        recipe.fit(shop_of(world(Kind(), 4), 400, make_shelf, explored=False), options, seed=0, progress=silent)
    with pytest.raises(NotReadyError, match="50 are needed"):
        recipe.fit(shop_of(world(Kind(), 4), 60, make_shelf), options, seed=0, progress=silent)
    with pytest.raises(NotReadyError, match="no scenario ranks by slate_policy"):
        recipe.fit(replace(shop_of(world(Kind(), 4), 60, make_shelf), replays=None), options, seed=0, progress=silent)
