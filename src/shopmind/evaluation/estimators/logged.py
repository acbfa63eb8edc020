"""A log of choices with their chances, and a policy that would have chosen otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from shopmind.evaluation.estimators.choice_model import Choices, choices
from shopmind.evaluation.estimators.reward_model import UNBOUND, Modelled, folds_of, modelled

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

HALF = 0.5
"""A model that deserves less than this share of its size is shrunk to what it deserves."""
LEAST = 1e-3
"""What a row that the target would never show counts in the model."""


@dataclass(frozen=True, slots=True)
class Target:
    """The policy asked about.

    Attributes:
        chances: (G, A) probability of each arm, rows add up to 1 (or less, where it also shows what the log has no
            name for).
        groups: (n,) which row of `chances` belongs to each row of the log.
    """

    chances: csr_array
    groups: Codes

    def of(self, arms: Codes) -> Floats:
        """(n,) probability of the given arm in each row."""
        found = self.chances[self.groups, arms]
        return np.asarray(found.toarray() if hasattr(found, "toarray") else found, np.float64).ravel()

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Target:
        """For some rows of the log."""
        return Target(self.chances, self.groups[rows])

    @staticmethod
    def uniform(rows: int, arms: int) -> Target:
        """Every arm alike."""
        return Target(csr_array(np.full((1, arms), 1 / arms)), np.zeros(rows, np.int64))

    @staticmethod
    def always(chosen: Codes, arms: int) -> Target:
        """(n,) one arm for sure in each row; −1: an arm that the log has no name for."""
        known = np.flatnonzero(chosen >= 0)
        made = csr_array((np.ones(len(known)), (known, chosen[known])), shape=(len(chosen), arms))
        return Target(made, np.arange(len(chosen)))


@dataclass(frozen=True)
class Logged:
    """Rows of a log.

    Attributes:
        arms: (n,) which arm was chosen, 0 … A − 1.
        propensities: (n,) the chance with which it was chosen, in (0, 1].
        rewards: (n,) what came of it.
        features: (n, d) what was known before the choice, scaled; d may be 0.
        strata: (n,) rows of the same code were chosen for in the same way (campaign, position); 0 where there are none.
        kinds: (A,) a code for each arm, for estimators that ask only which kind was shown; None when unknown.
        traits: (A, e) what is known of each arm, scaled; None when nothing.
        slates: (n,) 0 … m − 1, the answer a row is of; values are then per answer, else per row.
        places: (n,) position in the answer; None without slates.
        units: (n,) rows that are not independent of each other (one answer, one customer); None: every row is.
        seed: of the folds.
    """

    arms: Codes
    propensities: Floats
    rewards: Floats
    target: Target
    features: Floats
    strata: Codes
    kinds: Codes | None = None
    traits: Floats | None = None
    slates: Codes | None = None
    places: Codes | None = None
    units: Codes | None = None
    seed: int = field(default=0)

    def __len__(self) -> int:
        return len(self.arms)

    @property
    def per(self) -> float:
        """Rows for each unit of the value: 1, or how many places an answer has on average."""
        return 1.0 if self.slates is None else len(self) / (int(self.slates.max(initial=-1)) + 1)

    @cached_property
    def target_chances(self) -> Floats:
        """(n,) the target's probability of what was chosen."""
        return self.target.of(self.arms)

    @cached_property
    def weights(self) -> Floats:
        """(n,) target's chance over the log's."""
        return self.target_chances / self.propensities

    @property
    def together(self) -> Codes | None:
        """(n,) which rows are not independent of each other: `units`, or else the answers."""
        return self.slates if self.units is None else self.units

    @cached_property
    def choices(self) -> Choices | None:
        """The logged propensities held against the choices; None where that cannot be done."""
        folds = folds_of(len(self), self.together, self.seed)
        return choices(self.arms, self.features, self.target.chances.shape[1], self.propensities, folds)

    @cached_property
    def believed(self) -> Logged:
        """This log, or with propensities told from its choices where these contradict the logged ones."""
        found = self.choices
        return self.with_propensities(found.fitted) if found is not None and found.replaced else self

    @cached_property
    def direct(self) -> Modelled:
        """Rewards foreseen for an estimator that trusts the model alone."""
        return self._modelled(None, UNBOUND)

    @cached_property
    def model(self) -> Modelled:
        """Rewards foreseen for estimators that correct the model by weighted rewards.

        A row counts as much as its weight: the model is to be good where the target goes, so that little is left to
        correct. If its shape is right, that changes nothing but its variance.

        Source: the idea is that of Farajtabar, Chow, Ghavamzadeh, More robust doubly robust off-policy evaluation, ICML
        2018, with w in place of their weights.
        """
        found = self._modelled(np.maximum(self.weights, LEAST), None)
        return found if not self.weights.any() else self._moderated(found)

    def _moderated(self, found: Modelled) -> Modelled:
        """The model drawn to a constant, where the variance of dr is least with less than half of it.

        With c the weighted mean reward, m = q̂ − c, and terms c + w · (r − c) + b · (m(x, target) − w · m(x, a)), the
        variance is least at b = −Cov(first, second) / Var(second). A model of much use has b near 1 and stays as it is,
        for then dr is right if the model is.

        Source: control variates, Owen, Monte Carlo theory, methods and examples (2013), chapter 8.9.
        """
        weights = self.weights
        c = float((weights * self.rewards).sum() / weights.sum())
        first, second = weights * (self.rewards - c), found.expected - c - weights * (found.chosen - c)
        spread = second - second.mean()
        squares = float((spread**2).sum())
        b = -float((spread * first).sum()) / squares if squares > 0 else 1.0
        if b > HALF:
            return found
        b = max(b, 0.0)
        return replace(found, chosen=c + b * (found.chosen - c), expected=c + b * (found.expected - c))

    def _modelled(self, weights: Floats | None, ridges: tuple[float, float] | None) -> Modelled:
        return modelled(
            self.arms,
            self.rewards,
            self.features,
            self.traits,
            self.target.chances,
            self.target.groups,
            weights=weights,
            ridges=ridges,
            units=self.together,
            seed=self.seed,
        )

    @cached_property
    def so_far(self) -> Floats:
        """(n,) product of the weights of a row's answer down to its own place."""
        if self.slates is None or self.places is None:
            raise ValueError("products down to a place need slates and places")
        order = np.lexsort((self.places, self.slates))
        weights = self.weights[order]
        sums = np.cumsum(np.log(np.where(weights > 0, weights, 1.0)))
        first = np.searchsorted(self.slates[order], self.slates[order], side="left")
        before = np.where(first > 0, sums[first - 1], 0.0)
        zero: Codes = np.cumsum(weights <= 0).astype(np.int64)
        zeros: Codes = zero - np.where(first > 0, zero[first - 1], 0)
        found = np.empty(len(order))
        found[order] = np.where(zeros > 0, 0.0, np.exp(sums - before))
        return found

    def with_propensities(self, propensities: Floats) -> Logged:
        """The same choices, said to have been made with other chances."""
        return replace(self, propensities=propensities)
