"""One slot in a simulated shop whose true rates are known: what a policy loses against the one who knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.seeds import generator, hash64_all
from shopmind.pipeline.bandits import chance_of_best, drawn, highest, mixed, prior, upper_bounds

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Requests one after the other.

    Attributes:
        contexts: (t, d) what is known of each request; d is 0 where nothing is.
        rates: (t, m) true probability that each arm is rewarded.
        luck: (t, m) uniform numbers: an arm is rewarded where its luck lies below its rate, whoever plays it.
    """

    contexts: Floats
    rates: Floats
    luck: Floats

    def reward(self, step: int, arm: int) -> float:
        """1 or 0."""
        return float(self.luck[step, arm] < self.rates[step, arm])

    def regret(self, arms: NDArray[np.int64]) -> Floats:
        """(t,) expected rewards lost so far against the best arm of each request."""
        played = self.rates[np.arange(len(arms)), arms]
        return np.cumsum(self.rates.max(axis=1) - played)


def constant(seed: int, *, steps: int, arms: int, best: float = 0.1, spread: float = 0.5) -> World:
    """Rates that stay: the best, and the others lower by a fifth of `spread` up to all of it, as shares of the best."""
    rng = generator(seed, "constant", arms)
    rates = best * (1 - spread * rng.uniform(0.2, 1, arms))
    rates[rng.integers(arms)] = best
    return World(np.empty((steps, 0)), np.tile(rates, (steps, 1)), rng.random((steps, arms)))


def linear(seed: int, *, steps: int, arms: int, features: int) -> World:
    """Rates that depend on the request, for each arm in its own linear way, between 0 and 1."""
    rng = generator(seed, "linear", arms)
    contexts = rng.dirichlet(np.ones(features), steps)
    likes = rng.beta(1, 3, (features, arms))
    return World(contexts, contexts @ likes, rng.random((steps, arms)))


Policy = Callable[[World, int, int], NDArray[np.int64]]
"""(world, seed, batch) → the arm played at each step; what came of it is heard of every `batch` steps."""


def epsilon_greedy(epsilon: float, rate: float = 0.5) -> Policy:
    """As reranker `epsilon` with greedy = "rate" plays."""
    alpha, beta = prior(rate)
    return _counting(lambda shown, won: mixed(highest((alpha + won) / (alpha + beta + shown)), epsilon))


def thompson(uniform: float = 0.0, rate: float = 0.5) -> Policy:
    """As reranker `thompson` plays."""
    alpha, beta = prior(rate)
    return _counting(lambda shown, won: mixed(chance_of_best(alpha + won, beta + shown - won), uniform))


def even() -> Policy:
    """As reranker `epsilon` plays by default where it explores."""
    return _counting(lambda shown, won: np.full(len(shown), 1 / len(shown)))


def linucb(width: float, uniform: float = 0.0) -> Policy:
    """As reranker `linucb` plays, where each arm has columns of its own: so it is the bandit of Li et al. (2010),
    algorithm 1."""

    def play(world: World, seed: int, batch: int) -> NDArray[np.int64]:
        steps, arms = world.rates.shape
        size = world.contexts.shape[1]
        hashes = _hashes(arms)
        gathered, gained = np.zeros((arms * size, arms * size)), np.zeros(arms * size)
        played = np.zeros(steps, np.int64)
        for block in _blocks(steps, batch):
            for step in block:
                features = np.zeros((arms, arms * size))
                for arm in range(arms):
                    features[arm, arm * size : (arm + 1) * size] = world.contexts[step]
                _, upper = upper_bounds(features, gathered, gained, width=width)
                played[step] = drawn(mixed(highest(upper), uniform), hash((seed, step)), hashes)
            for step in block:
                arm = int(played[step])
                own = slice(arm * size, (arm + 1) * size)
                gathered[own, own] += np.outer(world.contexts[step], world.contexts[step])
                gained[own] += world.reward(step, arm) * world.contexts[step]
        return played

    return play


def _counting(chances_of: Callable[[Floats, Floats], Floats]) -> Policy:
    def play(world: World, seed: int, batch: int) -> NDArray[np.int64]:
        steps, arms = world.rates.shape
        hashes = _hashes(arms)
        shown, won = np.zeros(arms), np.zeros(arms)
        played = np.zeros(steps, np.int64)
        for block in _blocks(steps, batch):
            chances = chances_of(shown, won)
            for step in block:
                played[step] = drawn(chances, hash((seed, step)), hashes)
            for step in block:
                shown[played[step]] += 1
                won[played[step]] += world.reward(step, int(played[step]))
        return played

    return play


def _hashes(arms: int) -> NDArray[np.uint64]:
    return hash64_all(f"arm {each}" for each in range(arms))


def _blocks(steps: int, batch: int) -> Iterator[range]:
    for first in range(0, steps, batch):
        yield range(first, min(first + batch, steps))
