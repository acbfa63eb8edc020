"""Worlds of answers with several places, whose truth is known: what estimators of slates are judged by.

Places are filled independently of each other, given the context. What is shown above may take attention from what
stands below, by a factor of its own for each arm, so that the value of every policy is a finite sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import softmax

from shopmind.evaluation.estimators.logged import Logged, Target

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SlateKind:
    """What a world of answers is like.

    Attributes:
        answers, places, arms, contexts, features: sizes.
        rate: about how many rewards the first place of an answer earns.
        taken: how much of the attention the arm that takes most leaves no place below; 0: places do not matter to
            each other.
        sharp: how far the logging policy leans to its favourites; 0 is uniform.
        explored: share of the log in which arms were chosen at random.
    """

    answers: int = 1_000
    places: int = 3
    arms: int = 4
    contexts: int = 32
    features: int = 3
    rate: float = 0.3
    taken: float = 0.0
    sharp: float = 0.4
    explored: float = 0.2


@dataclass(frozen=True)
class SlateWorld:
    """One world: (K, C, A) chances at each place of the logging policy and of the target, (K, C, A) mean rewards where
    nothing stands above, (A,) share of the attention an arm leaves, (C, d) features."""

    kind: SlateKind
    logging: Floats
    target: Floats
    rewards: Floats
    left: Floats
    features: Floats

    @property
    def truth(self) -> float:
        """What the target earns an answer: Σ over places of E[reward] · Π over places above of E[attention left]."""
        attention, value = np.ones(self.kind.contexts), 0.0
        for chances, rewards in zip(self.target, self.rewards, strict=True):
            value += float((attention * (chances * rewards).sum(axis=1)).mean())
            attention = attention * (chances @ self.left)
        return value

    def log(self, seed: int) -> Logged:
        """A log of `kind.answers` answers, their rows one after the other."""
        random, kind = np.random.default_rng([seed, 78]), self.kind
        n, k = kind.answers, kind.places
        contexts = np.repeat(random.integers(0, kind.contexts, n), k)
        places = np.tile(np.arange(k), n)
        sums = np.cumsum(self.logging, axis=2)[places, contexts]
        arms = (random.random(n * k)[:, None] > sums).sum(axis=1).clip(max=kind.arms - 1)
        above = np.cumprod(self.left[arms].reshape(n, k), axis=1)
        attention = np.concatenate([np.ones((n, 1)), above[:, :-1]], axis=1).ravel()
        rewards = (random.random(n * k) < self.rewards[places, contexts, arms] * attention).astype(np.float64)
        below = (places[:, None] == np.arange(1, k)).astype(np.float64)
        slates = np.repeat(np.arange(n), k)
        return Logged(
            arms=arms.astype(np.int64),
            propensities=self.logging[places, contexts, arms],
            rewards=rewards,
            target=Target(csr_array(self.target.reshape(-1, kind.arms)), places * kind.contexts + contexts),
            features=np.concatenate([self.features[contexts], below], axis=1),
            strata=places,
            slates=slates,
            places=places,
            seed=seed,
        )


def slate_world(kind: SlateKind, seed: int) -> SlateWorld:
    """A world by chance."""
    random = np.random.default_rng([seed, 12])
    features = random.normal(size=(kind.contexts, kind.features))
    scores = features @ random.normal(size=(kind.features, kind.arms)) * 0.5 + random.normal(size=kind.arms) * 0.5
    lower = np.linspace(0.0, 0.5, kind.places)[:, None, None]
    rewards = np.clip(kind.rate * (1 + 0.35 * scores - lower), 0.01, 0.95)
    lean = features @ random.normal(size=(kind.features, kind.places * kind.arms))
    lean = lean.reshape(kind.contexts, kind.places, kind.arms).transpose(1, 0, 2) / np.sqrt(kind.features)
    logging = (1 - kind.explored) * softmax(kind.sharp * lean, axis=2) + kind.explored / kind.arms
    target = softmax(-kind.sharp * lean, axis=2)
    left = 1 - kind.taken * np.linspace(0.0, 1.0, kind.arms)
    return SlateWorld(kind, logging, target, rewards, left, features)


SLATES: Mapping[str, SlateKind] = {
    "three places": SlateKind(),
    "three places, what stands above matters": SlateKind(taken=0.8),
    "two places, steep": SlateKind(places=2, arms=6, answers=2_000, sharp=0.8, taken=0.5),
    "five places, rare rewards": SlateKind(places=5, answers=1_500, rate=0.05, sharp=0.3, taken=0.5),
}
"""Worlds in which 95 % intervals of rips and cascade_dr are held to their promise; those of iips in the first only."""
