from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad

from shopmind.training.listwise import Lists, _Loss


def lists(power: float = 1.0, negatives: int = 10_000, seed: int = 0) -> Lists:
    return Lists(("good", "noise"), negatives, power, np.random.default_rng(seed))


def filled(found: Lists, count: int = 300, size: int = 30) -> Lists:
    """Lists in which the chance of an item rises with e ** (2 * good)."""
    randomness = np.random.default_rng(5)
    for _ in range(count):
        good, noise = randomness.normal(size=(2, size)).astype(np.float32)
        chance = np.exp(2 * good) / np.exp(2 * good).sum()
        right = np.zeros(size, np.bool_)
        right[randomness.choice(size, p=chance)] = True
        found.add((good, noise), right, 1)
    return found


def test_the_loss_is_worked_by_hand() -> None:
    # one list with scores 1 and 0, the first right: -ln(e / (e + 1)); one with both right at weight 1/2 each
    matrix = np.array([[1.0], [0.0], [1.0], [0.0]], np.float32)
    loss = _Loss(matrix, np.array([0, 2]), np.array([1.0, 0, 0.5, 0.5]), np.zeros(4), 0.0)
    first = np.log(1 + np.exp(-1))
    second = 0.5 * np.log(1 + np.exp(-1)) + 0.5 * np.log(1 + np.exp(1))
    assert loss(np.array([1.0]))[0] == pytest.approx((first + second) / 2, rel=1e-6)


def test_the_gradient_is_that_of_the_loss() -> None:
    randomness = np.random.default_rng(0)
    matrix = randomness.normal(size=(30, 3)).astype(np.float32)
    loss = _Loss(matrix, np.array([0, 10, 17]), randomness.random(30), randomness.random(30), 0.01)
    assert check_grad(lambda w: loss(w)[0], lambda w: loss(w)[1], np.array([0.3, -0.2, 0.5]), epsilon=1e-3) < 1e-2


def test_the_weights_that_made_the_lists_are_found_again() -> None:
    weights = filled(lists()).weights()
    assert weights["good"] == pytest.approx(2, abs=0.25)
    assert weights["noise"] == pytest.approx(0, abs=0.15)


def test_a_few_wrong_answers_stand_for_all() -> None:
    assert filled(lists(negatives=8)).weights()["good"] == pytest.approx(2, abs=0.4)


def test_nothing_is_learned_from_a_list_without_a_right_answer() -> None:
    found = lists()
    found.add((np.ones(3, np.float32), np.ones(3, np.float32)), np.zeros(3, np.bool_), 2)
    assert len(found) == 0


def test_equal_seeds_make_equal_weights() -> None:
    assert filled(lists(negatives=8)).weights() == filled(lists(negatives=8)).weights()
    assert filled(lists(negatives=8)).weights() != filled(lists(negatives=8, seed=1)).weights()
