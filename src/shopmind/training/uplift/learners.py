"""What a treatment changes, by what is known of a person: three ways to learn it from a trial, and the response beside.

All of them grow LightGBM trees and answer by numpy alone. e is the chance of being treated, given that a row is of the
arm or of control; m1 and m0 say the outcome of those who are treated and of those who are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from shopmind.kit.seeds import hash64_all, uniforms
from shopmind.training.lambdamart import Growth, chance_trees, grade_trees
from shopmind.training.trees import Trees

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cases:
    """People of one arm and of control.

    Attributes:
        matrix: (n, m) float32 without NaN. treated: (n,). outcome: (n,). chance: (n,) of the arm the row got.
        people: (n,) whose row it is. binary: whether the outcome is 0 or 1.
    """

    matrix: NDArray[np.float32]
    treated: NDArray[np.bool_]
    outcome: Floats
    chance: Floats
    people: NDArray[np.int64]
    binary: bool

    def __len__(self) -> int:
        return len(self.treated)

    def take(self, rows: NDArray[np.bool_]) -> Cases:
        """Some of them."""
        return Cases(
            self.matrix[rows],
            self.treated[rows],
            self.outcome[rows],
            self.chance[rows],
            self.people[rows],
            self.binary,
        )

    @property
    def weights(self) -> Floats:
        """(n,) one over the chance, of mean 1."""
        weighed = 1 / self.chance
        return np.asarray(weighed / weighed.mean(), np.float64)


@dataclass(frozen=True)
class Term:
    """One part of a sum: weight · trees, through the logistic function where the trees say log-odds."""

    weight: float
    trees: Trees
    odds: bool = False

    def of(self, matrix: NDArray[np.float32]) -> Floats:
        """(n,) what it adds."""
        said = self.trees.scores(matrix)
        return np.asarray(self.weight * (expit(said) if self.odds else said), np.float64)


Sum = tuple[Term, ...]
Learner = Callable[[Cases, Growth, int], Sum]


def summed(terms: Sequence[Term], matrix: NDArray[np.float32]) -> Floats:
    """(n,) the sum of the terms."""
    return np.sum([term.of(matrix) for term in terms], axis=0) if terms else np.zeros(len(matrix))


def two_model(cases: Cases, growth: Growth, seed: int) -> Sum:
    """m1 − m0, each from its own side.

    Source: the T-learner of Künzel, Sekhon, Bickel, Yu, Metalearners for estimating heterogeneous treatment effects
    using machine learning, PNAS 116 (2019).
    """
    one, other = _side(cases, True, growth, seed), _side(cases, False, growth, seed)
    return (one, Term(-1.0, other.trees, other.odds))


def x_learner(cases: Cases, growth: Growth, seed: int) -> Sum:
    """e · τ0 + (1 − e) · τ1 at the mean e, where τ1 learns y − m0 of the treated and τ0 learns m1 − y of the others.

    The outcome that a row is held against comes from models that have not seen the person.

    Source: the X-learner of Künzel et al. (2019), equations 6 to 9.
    """
    m1, m0 = crossed(cases, growth, seed)
    share = float(np.average(cases.treated, weights=cases.weights))
    treated, others = cases.take(cases.treated), cases.take(~cases.treated)
    gained = treated.outcome - m0[cases.treated]
    missed = m1[~cases.treated] - others.outcome
    return (
        Term(1 - share, _grades(treated, gained, growth, seed)),
        Term(share, _grades(others, missed, growth, seed)),
    )


def dr_learner(cases: Cases, growth: Growth, seed: int) -> Sum:
    """Trees of the doubly robust pseudo-outcome m1 − m0 + t(y − m1)/e − (1 − t)(y − m0)/(1 − e).

    m1 and m0 come from models that have not seen the person.

    Source: Kennedy, Towards optimal doubly robust estimation of heterogeneous causal effects (2023), algorithm 1.
    """
    pseudo = pseudo_outcomes(cases, *crossed(cases, growth, seed))
    return (Term(1.0, _grades(cases, pseudo, growth, seed, weighed=False)),)


def pseudo_outcomes(cases: Cases, m1: Floats, m0: Floats) -> Floats:
    """(n,) the doubly robust value of each row's own effect; its mean is the mean effect."""
    rest = np.where(cases.treated, cases.outcome - m1, -(cases.outcome - m0)) / cases.chance
    return np.asarray(m1 - m0 + rest, np.float64)


def response(cases: Cases, growth: Growth, seed: int) -> Sum:
    """m1 alone: who takes what is offered. No effect; the order that a propensity to redeem gives."""
    return (_side(cases, True, growth, seed),)


LEARNERS: Mapping[str, Learner] = {"t": two_model, "x": x_learner, "dr": dr_learner}
"""Name → how τ is learned."""


def folds_of(ids: Sequence[str], people: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    """(n,) the fold of each row: by a hash of the user's id, so that a person is in one, whatever the file's order."""
    return np.asarray((uniforms(seed, hash64_all(ids)) * count).astype(np.int64)[people])


def out_of_fold(learner: Learner, cases: Cases, folds: NDArray[np.int64], growth: Growth, seed: int) -> Floats:
    """(n,) of each row what a model says that has seen no row of its fold."""
    said = np.full(len(cases), np.nan)
    for fold in np.unique(folds):
        inside = folds == fold
        said[inside] = summed(learner(cases.take(~inside), growth, seed), cases.matrix[inside])
    return said


def crossed(cases: Cases, growth: Growth, seed: int, *, parts: int = 3) -> tuple[Floats, Floats]:
    """(n,) m1 and (n,) m0 of each row, from models that have not seen the person."""
    random = np.random.default_rng([seed, 11])
    part = random.permutation(int(cases.people.max()) + 1)[cases.people] % parts
    m1, m0 = np.zeros(len(cases)), np.zeros(len(cases))
    for each in range(parts):
        inside = part == each
        rest = cases.take(~inside)
        m1[inside] = _side(rest, True, growth, seed).of(cases.matrix[inside])
        m0[inside] = _side(rest, False, growth, seed).of(cases.matrix[inside])
    return m1, m0


def arrays(terms: Sequence[Term], prefix: str) -> dict[str, NDArray[Any]]:
    """For an artifact."""
    made: dict[str, NDArray[Any]] = {
        f"{prefix}.weights": np.array([term.weight for term in terms]),
        f"{prefix}.odds": np.array([term.odds for term in terms]),
    }
    for place, term in enumerate(terms):
        made |= term.trees.arrays(f"{prefix}.{place}")
    return made


def of_arrays(held: Mapping[str, NDArray[Any]], prefix: str) -> Sum:
    """As `arrays` wrote them; none where there are none under this prefix."""
    if f"{prefix}.weights" not in held:
        return ()
    found = []
    for place, (weight, odds) in enumerate(zip(held[f"{prefix}.weights"], held[f"{prefix}.odds"], strict=True)):
        trees = Trees.of(held, f"{prefix}.{place}")
        if trees is not None:
            found.append(Term(float(weight), trees, bool(odds)))
    return tuple(found)


def _side(cases: Cases, treated: bool, growth: Growth, seed: int) -> Term:
    """The outcome of one side."""
    side = cases.take(cases.treated == treated)
    grow = chance_trees if side.binary else grade_trees
    free = np.zeros(side.matrix.shape[1], np.bool_)
    return Term(1.0, grow(side.matrix, side.outcome, side.weights, free, growth, seed), side.binary)


def _grades(cases: Cases, said: Floats, growth: Growth, seed: int, *, weighed: bool = True) -> Trees:
    free = np.zeros(cases.matrix.shape[1], np.bool_)
    weights = cases.weights if weighed else np.ones(len(cases))
    return grade_trees(cases.matrix, said, weights, free, growth, seed)
