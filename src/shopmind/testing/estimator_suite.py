"""The contract of the menu evaluation.estimators."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from shopmind.evaluation.estimators.logged import Logged, Target
from shopmind.metrics.off_policy import estimated, influence


def make_log(rows: int = 600, *, seed: int = 0, slates: bool = True) -> Logged:
    """A log that holds everything an estimator may need: two places an answer, four arms of two kinds."""
    random = np.random.default_rng(seed)
    answers = np.repeat(np.arange(rows // 2), 2)
    features = random.normal(size=(rows, 2))
    chances = np.exp(0.5 * features @ random.normal(size=(2, 4)))
    chances /= chances.sum(axis=1, keepdims=True)
    arms = (random.random(rows)[:, None] > np.cumsum(chances, axis=1)).sum(axis=1).clip(max=3)
    rewards = (random.random(rows) < 0.2 + 0.1 * arms / 3).astype(np.float64)
    return Logged(
        arms=arms.astype(np.int64),
        propensities=chances[np.arange(rows), arms],
        rewards=rewards,
        target=Target(csr_array(np.array([[0.4, 0.3, 0.2, 0.1]])), np.zeros(rows, np.int64)),
        features=features,
        strata=np.tile([0, 1], rows // 2),
        kinds=np.array([0, 0, 1, 1]),
        slates=answers if slates else None,
        places=np.tile([0, 1], rows // 2) if slates else None,
        units=answers if slates else None,
    )


def check_estimator(part: Any, logged: Logged) -> None:
    """Deterministic, indifferent to the order of rows and to the unit of rewards, and honest about its weights."""
    made = part.sum(logged)
    n = len(logged)
    np.testing.assert_equal(made.terms.added.shape, (n,))
    value = influence(made.terms).value
    assert np.isfinite(value)
    assert part.says, "an estimator says in a sentence what it does"
    assert part.trusts in ("propensities", "model", "either", "both")
    np.testing.assert_array_equal(part.sum(logged).terms.added, made.terms.added)
    if made.weights is not None:
        np.testing.assert_equal(made.weights.shape, (n,))
        assert (made.weights >= 0).all(), "a weight below 0"
    tenfold = influence(part.sum(replace(logged, rewards=10 * logged.rewards)).terms).value
    np.testing.assert_allclose(tenfold, 10 * value, rtol=1e-6)
    (found,) = estimated([made.terms], seed=0, units=logged.units, draws=200)
    assert found.low < found.value < found.high, "the asymptotic interval holds no value"
    assert found.drawn_low < found.value < found.drawn_high, "the bootstrap interval holds no value"
    np.testing.assert_allclose((found.high - found.low) / (found.drawn_high - found.drawn_low), 1.0, atol=0.25)


def check_agrees_with_the_log(part: Any, logged: Logged) -> None:
    """Asked of a uniform policy in its own log, it says what was earned."""
    n, arms = len(logged), logged.target.chances.shape[1]
    random = np.random.default_rng(3)
    own = replace(
        logged,
        arms=random.integers(0, arms, n),
        propensities=np.full(n, 1 / arms),
        target=Target.uniform(n, arms),
    )
    said = influence(part.sum(own).terms).value
    np.testing.assert_allclose(said, own.per * own.rewards.mean(), rtol=0.06)
