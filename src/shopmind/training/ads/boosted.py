"""Trees over how each trait has fared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from shopmind.kit.seeds import generator
from shopmind.training.ads.response import SPACE, Codes, Floats, Response, Views, smoothed
from shopmind.training.lambdamart import Growth, chance_trees
from shopmind.training.trees import Trees

FOLDS = 5
WEIGHT = 50.0
"""Views that the mean rate counts as much as, in the rate of one trait."""
LEAST = 100
"""Outcomes below which no trees are grown: the mean rate is told."""
GROWTH = Growth(trees=80, leaves=6, rate=0.08, at_least=50, columns=0.8)


@dataclass(frozen=True)
class Boosted(Response):
    """Gradient boosted trees whose columns are the smoothed log-odds of each trait.

    In training a view's columns come from the other folds, so that no view tells its own outcome.

    Source: trees for clicks as in He et al., Practical lessons from predicting clicks on ads at Facebook, ADKDD 2014;
    columns as in Micci-Barreca, A preprocessing scheme for high-cardinality categorical attributes, SIGKDD Explorations
    3 (2001).

    Attributes:
        counts: (2, SPACE, 2) views and outcomes of each code, for clicks and for purchases of clicked.
        trees: for clicks and purchases; None where there was too little.
    """

    counts: NDArray[np.float32]
    rates: Floats
    trees: tuple[Trees | None, Trees | None]

    @classmethod
    def fit(cls, views: Views, *, seed: int) -> Self:
        """See Response."""
        among = views.take(views.clicked > 0)
        both = [_grown(views.codes, views.clicked, 0.01, seed), _grown(among.codes, among.bought, 0.05, seed)]
        counts = np.stack([each[0] for each in both]).astype(np.float32)
        return cls(counts, np.array([each[1] for each in both]), (both[0][2], both[1][2]))

    def chances(self, codes: Codes) -> tuple[Floats, Floats]:
        """See Response."""
        found = []
        for counts, rate, trees in zip(self.counts, self.rates, self.trees, strict=True):
            if trees is None:
                found.append(np.full(len(codes), rate))
            else:
                found.append(expit(trees.scores(_columns(codes, counts, float(rate)))))
        return found[0], found[1]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """See Response."""
        made: dict[str, NDArray[Any]] = {"counts": self.counts, "rates": self.rates}
        for name, trees in zip(("click", "purchase"), self.trees, strict=True):
            made |= {} if trees is None else trees.arrays(name)
        return made

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """See Response."""
        trees = (Trees.of(arrays, "click"), Trees.of(arrays, "purchase"))
        return cls(np.asarray(arrays["counts"]), np.asarray(arrays["rates"]), trees)


def _grown(codes: Codes, outcomes: Floats, prior: float, seed: int) -> tuple[Floats, float, Trees | None]:
    rate = smoothed(float(outcomes.sum()), len(outcomes), prior)
    whole = _counted(codes, outcomes)
    if outcomes.sum() < LEAST:
        return whole, rate, None
    fold = generator(seed, "boosted").integers(0, FOLDS, len(codes))
    columns: NDArray[np.float32] = np.zeros_like(codes, np.float32)
    for each in range(FOLDS):
        mine = fold == each
        columns[mine] = _columns(codes[mine], whole - _counted(codes[mine], outcomes[mine]), rate)
    # what a fold has more of, the others have less of: left free, trees would learn that a low rate means a click
    rising = np.ones(codes[0].size, np.bool_)
    return whole, rate, chance_trees(columns, outcomes, np.ones(len(codes)), rising, GROWTH, seed)


def _counted(codes: Codes, outcomes: Floats) -> Floats:
    flat = codes.ravel()
    views = np.bincount(flat, minlength=SPACE)
    happened = np.bincount(flat, np.repeat(outcomes, codes.shape[1]), minlength=SPACE)
    return np.stack([views, happened], axis=1).astype(np.float64)


def _columns(codes: Codes, counts: NDArray[Any], rate: float) -> NDArray[np.float32]:
    """(n, f): the smoothed log-odds of each trait. How often it was seen is no column: the folds of the training saw
    less than all of it, and trees would take that for a sign."""
    views, happened = counts[codes, 0].astype(np.float64), counts[codes, 1].astype(np.float64)
    odds: NDArray[np.float32] = logit((happened + rate * WEIGHT) / (views + WEIGHT)).astype(np.float32)
    return odds
