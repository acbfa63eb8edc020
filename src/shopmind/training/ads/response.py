"""What any model of the response to ads offers, and the rows it learns from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from shopmind.kit.seeds import hash64

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

BITS = 14
SPACE = 1 << BITS
"""Traits are hashed into so many codes: a shop has some thousand ads, and two that meet share a weight.

Source: Weinberger, Dasgupta, Langford, Smola, Attenberg, Feature hashing for large scale multitask learning, ICML 2009.
"""

FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class Views:
    """Ads that were looked at, oldest first.

    Attributes:
        codes: (n, f) each trait's code, the same trait in the same column.
        clicked, bought: (n,) 0 or 1; `bought` only after a click.
    """

    codes: Codes
    clicked: Floats
    bought: Floats

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: slice | NDArray[np.bool_] | NDArray[np.intp]) -> Views:
        """Some of them."""
        return Views(self.codes[rows], self.clicked[rows], self.bought[rows])


class Response(Protocol):
    """A model. It is fitted on views alone, and says probabilities of views it never saw."""

    @classmethod
    def fit(cls, views: Views, *, seed: int) -> Self: ...

    def chances(self, codes: Codes) -> tuple[Floats, Floats]:
        """(n,) probability of a click, and (n,) of a purchase after a click."""
        ...

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For an artifact."""
        ...

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """As `arrays` wrote it."""
        ...


@lru_cache(maxsize=100_000)
def code(name: str, value: str) -> int:
    """The code of one trait."""
    return hash64(f"{name}\x1f{value}") & (SPACE - 1)


def codes_of(rows: Iterable[Mapping[str, str]], names: Sequence[str]) -> Codes:
    """(n, f) codes of these traits; one that a row does not tell has the code of ""."""
    found = [[code(name, row.get(name, "")) for name in names] for row in rows]
    return np.array(found, np.int64).reshape(len(found), len(names))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds as said → as they are: slope and shift, by log-loss on views that the model did not learn from.

    Source: Platt, Probabilistic outputs for support vector machines (1999).
    """

    slope: float = 1.0
    shift: float = 0.0

    @staticmethod
    def of(said: Floats, outcomes: Floats) -> Calibration:
        """Newton steps with a pull to no change; too few outcomes move hardly anything."""
        x = logit(np.clip(said, FLOOR, 1 - FLOOR))
        point, pull = np.array([1.0, 0.0]), np.array([5.0, 0.5])
        design = np.stack([x, np.ones_like(x)], axis=1)
        for _ in range(30):
            told = expit(design @ point)
            slope = design.T @ (told - outcomes) + pull * (point - [1.0, 0.0])
            curve = (design * (told * (1 - told))[:, None]).T @ design + np.diag(pull)
            step = np.linalg.solve(curve, slope)
            point = point - np.clip(step, -1.0, 1.0)
            if np.abs(step).max() < 1e-8:
                break
        return Calibration(float(max(point[0], 0.05)), float(point[1]))

    def apply(self, said: Floats) -> Floats:
        """(n,) probabilities."""
        told: Floats = expit(self.slope * logit(np.clip(said, FLOOR, 1 - FLOOR)) + self.shift)
        return told


def smoothed(events: float, of: float, prior: float = 0.01, weight: float = 100.0) -> float:
    """A rate drawn to a prior as if `weight` views had told it."""
    return (events + prior * weight) / (of + weight)
