"""Worlds of choices whose truth is known: what estimators and learned policies are judged by.

Contexts are few and equally likely, so that the value of every policy is a finite sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit, softmax

from shopmind.evaluation.estimators.logged import Logged, Target
from shopmind.training.softmax_policy import Choices, SoftmaxPolicy

Floats = NDArray[np.float64]

TEMPER = 0.6
"""Power that tempered propensities are raised to."""


@dataclass(frozen=True)
class Kind:
    """What a world is like.

    Attributes:
        rows, arms, contexts, features: sizes.
        rate: about how many rewards a row earns.
        bend: 0: rewards lie within reach of the model; else they turn, so strongly, with the sign of a product of
            features that the model does not see.
        curve: how strongly rewards follow the square of a feature, which the model does not see either.
        sharp: how far the logging policy leans to its favourites; 0 is uniform.
        wrong: how wrong the logged propensities are: "no"; "noisy", each by a factor of its own; "averaged", the
            mean of the arm over all contexts stands in place of the context's own; "tempered", said to be nearer to
            each other than they are; "stale", those of a policy that leaned another way.
        noise: deviation of the logarithm of the factor; how strong another lean was.
        explored: share of the log in which arms were chosen at random.
        alike: whether arms of one kind (two each) earn alike.
        follows: how far the logging policy knows what earns more; the target is always the opposite lean.
    """

    rows: int = 1_000
    arms: int = 6
    contexts: int = 64
    features: int = 4
    rate: float = 0.3
    bend: float = 0.0
    curve: float = 0.0
    sharp: float = 0.8
    wrong: str = "no"
    noise: float = 0.5
    explored: float = 0.1
    alike: bool = False
    follows: float = 0.5


@dataclass(frozen=True)
class World:
    """One world: (C, A) chances of the logging policy and of the target, (C, A) mean rewards, (C, d) features."""

    kind: Kind
    logging: Floats
    target: Floats
    rewards: Floats
    features: Floats

    @property
    def truth(self) -> float:
        """What the target earns a row."""
        return float((self.target * self.rewards).sum(axis=1).mean())

    @property
    def best(self) -> float:
        """What the best policy of all earns a row."""
        return float(self.rewards.max(axis=1).mean())

    @property
    def logged_value(self) -> float:
        """What the logging policy earns a row."""
        return float((self.logging * self.rewards).sum(axis=1).mean())

    def log(self, seed: int) -> Logged:
        """A log of `kind.rows` rows."""
        random, kind = np.random.default_rng([seed, 77]), self.kind
        contexts = random.integers(0, kind.contexts, kind.rows)
        sums = np.cumsum(self.logging, axis=1)
        arms = (random.random(kind.rows)[:, None] > sums[contexts]).sum(axis=1).clip(max=kind.arms - 1)
        rewards = (random.random(kind.rows) < self.rewards[contexts, arms]).astype(np.float64)
        said = self.logging
        if kind.wrong == "averaged":
            said = np.broadcast_to(said.mean(axis=0), said.shape)
        elif kind.wrong == "noisy":
            said = np.minimum(said * np.exp(kind.noise * random.normal(size=said.shape)), 1.0)
        elif kind.wrong == "tempered":
            said = said**TEMPER / (said**TEMPER).sum(axis=1, keepdims=True)
        elif kind.wrong == "stale":
            lean = self.features @ random.normal(size=(kind.features, kind.arms))
            said = softmax(np.log(said) + kind.noise * lean / lean.std(), axis=1)
        return Logged(
            arms=arms.astype(np.int64),
            propensities=np.asarray(said)[contexts, arms],
            rewards=rewards,
            target=Target(csr_array(self.target), contexts),
            features=self.features[contexts],
            strata=contexts if kind.alike else np.zeros(kind.rows, np.int64),
            kinds=np.arange(kind.arms) // 2,
            seed=seed,
        )


def world(kind: Kind, seed: int) -> World:
    """A world by chance."""
    random = np.random.default_rng([seed, 11])
    features = random.normal(size=(kind.contexts, kind.features))
    scores = features @ random.normal(size=(kind.features, kind.arms)) * 0.5 + random.normal(size=kind.arms) * 0.5
    if kind.alike:
        scores = np.repeat(scores[:, ::2], 2, axis=1)[:, : kind.arms]
    if kind.bend:
        signs = np.sign(features[:, :1] * features[:, 1:2]) * np.sign(random.normal(size=kind.arms))
        scores = 0.4 * scores + kind.bend * signs
        rewards = expit(np.log(kind.rate / (1 - kind.rate)) + scores)
    else:
        if kind.curve:
            square = (features[:, :1] ** 2 - 1) / np.sqrt(2)
            scores = scores + kind.curve * square * np.sign(random.normal(size=kind.arms))
        rewards = np.clip(kind.rate * (1 + 0.35 * scores), 0.01, 0.95)
    lean = features @ random.normal(size=(kind.features, kind.arms)) * 0.7 + random.normal(size=kind.arms)
    lean = lean / lean.std() + kind.follows * (scores - scores.mean()) / scores.std()
    logging = (1 - kind.explored) * softmax(kind.sharp * lean, axis=1) + kind.explored / kind.arms
    target = softmax(-0.5 * kind.sharp * lean, axis=1)
    return World(kind, logging, target, rewards, features)


COVERED: Mapping[str, Kind] = {
    "plain": Kind(),
    "rare rewards": Kind(rows=3_000, rate=0.03, sharp=0.5),
    "many arms": Kind(rows=2_000, arms=30, sharp=0.5),
    "sharp": Kind(rows=2_000, sharp=1.0),
    "arms of one kind alike": Kind(rows=2_000, arms=12, contexts=16, sharp=0.5, alike=True),
}
"""Worlds in which 95 % intervals are held to their promise."""

MISSPECIFIED: Mapping[str, Kind] = {
    "wrong reward model": Kind(bend=1.2, rows=2_000),
    "noisy propensities, wrong reward model": Kind(bend=0.6, wrong="noisy", rows=2_000),
    "averaged propensities": Kind(wrong="averaged", rows=2_000),
    "noisy propensities": Kind(wrong="noisy", rows=2_000),
    "heavy weights, wrong reward model": Kind(bend=1.2, sharp=1.6, explored=0.03, rows=2_000),
}
"""Worlds in which the model or the propensities are wrong, and dr is held to 1.05 of the better of ips and dm."""

TOO_MUCH: Mapping[str, Kind] = {
    "heavy weights": Kind(sharp=1.6, explored=0.03, rows=2_000),
    "averaged propensities, wrong reward model": Kind(bend=0.6, wrong="averaged", rows=2_000),
}
"""Worlds in which dr is worse than the better of both: nothing is wrong, but a hundred effective rows cannot tell that
the model is right; or the model and the propensities are both wrong."""

DEVELOPED: Mapping[str, Kind] = {
    "ten arms": Kind(rows=1_500, arms=10, contexts=200, features=3, rate=0.2, sharp=0.6),
    "ten arms, steep": Kind(rows=4_000, arms=10, contexts=200, features=3, rate=0.2, sharp=1.2, explored=0.05),
    "ten arms, slightly curved": Kind(rows=1_500, arms=10, contexts=200, features=3, rate=0.2, sharp=0.6, curve=0.3),
    "ten arms, curved": Kind(rows=3_000, arms=10, contexts=200, features=3, rate=0.2, sharp=0.8, curve=0.8),
    "ten arms, steep and curved": Kind(
        rows=4_000, arms=10, contexts=200, features=3, rate=0.2, sharp=1.2, explored=0.05, curve=0.8
    ),
    "tempered": Kind(rows=3_000, arms=4, contexts=100, features=3, rate=0.15, wrong="tempered"),
    "tempered, curved": Kind(rows=3_000, arms=4, contexts=100, features=3, rate=0.15, wrong="tempered", curve=0.8),
    "stale": Kind(rows=1_500, arms=8, contexts=100, features=5, rate=0.2, sharp=0.6, wrong="stale"),
    "stale, curved": Kind(rows=1_500, arms=8, contexts=100, features=5, rate=0.2, sharp=0.6, wrong="stale", curve=0.8),
    "slightly stale": Kind(
        rows=1_500, arms=8, contexts=100, features=5, rate=0.2, sharp=0.6, wrong="stale", noise=0.1, curve=0.4
    ),
    "noisy, curved": Kind(
        rows=1_500, arms=8, contexts=100, features=5, rate=0.2, sharp=0.6, wrong="noisy", noise=0.6, curve=0.8
    ),
    "two arms, rare": Kind(rows=6_000, arms=2, contexts=50, features=2, rate=0.02, sharp=1.0, curve=0.3),
    "heavy tails": Kind(rows=800, arms=8, contexts=80, features=2, rate=0.1, sharp=0.9, explored=0.08),
}
"""Worlds that the estimators are developed in, so that those above may judge them; seeds from DEVELOPED_FROM on."""

DEVELOPED_FROM = 50_000


def of(kind: Kind, **changes: object) -> Kind:
    """The same kind of world with other sizes."""
    return replace(kind, **changes)  # type: ignore[arg-type]


def choices_of(made: World, seed: int) -> tuple[Choices, Floats]:
    """A log as choices among all arms, and (C, A, A · (1 + d)) their columns: each arm's own constant and slopes."""
    log, kind = made.log(seed), made.kind
    wide = np.concatenate([np.ones((kind.contexts, 1)), made.features], axis=1)
    table = np.einsum("ab,cd->cabd", np.eye(kind.arms), wide).reshape(kind.contexts, kind.arms, -1)
    rows = np.arange(kind.rows)
    return (
        Choices(
            table[log.target.groups].reshape(kind.rows * kind.arms, -1),
            np.arange(kind.rows + 1) * kind.arms,
            rows * kind.arms + log.arms,
            log.propensities,
            log.rewards,
            np.zeros(kind.rows, np.int64),
        ),
        table,
    )


def value_of(policy: SoftmaxPolicy, made: World, table: Floats, *, greedy: bool = False) -> float:
    """What a policy earns a row in its world; greedy: always the arm of the highest score."""
    scores = policy.scores(table.reshape(-1, table.shape[2])).reshape(table.shape[:2])
    if greedy:
        return float(made.rewards[np.arange(len(scores)), scores.argmax(axis=1)].mean())
    return float((softmax(scores, axis=1) * made.rewards).sum(axis=1).mean())
