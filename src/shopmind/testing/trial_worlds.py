"""Trials whose truth is known: what the offer changes of each person is drawn with the person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
KINDS = ("none", "same", "persuadable", "sleeping_dogs", "opposed", "bent", "confounded")
"""What the offer does: nothing; the same to all; much to some and nothing to others; harm to some; most to those who
come least by themselves; along a curve of two attributes; as persuadable, given by a chance that attributes set."""


@dataclass(frozen=True)
class Drawn:
    """A trial and its truth.

    Attributes:
        frame: as a file `trial` holds it: user_id, treatment, propensity, outcome, value and eight features.
        effect: (n,) what the offer changes of each person's chance of the outcome.
        untreated: (n,) the chance without it.
    """

    frame: pl.DataFrame
    effect: Floats
    untreated: Floats


def trial_world(kind: str, people: int, seed: int, *, treated: float = 0.5) -> Drawn:
    """People drawn from a seed; f0 to f5 are numbers, f6 a text and f7 a number that is unknown of a fifth."""
    random = np.random.default_rng([seed, KINDS.index(kind)])
    x = random.standard_normal((people, 6))
    town = random.choice(["north", "south", "east"], people, p=[0.5, 0.3, 0.2])
    known = random.random(people) > 0.2
    habit = random.standard_normal(people)
    untreated = expit(-1.8 + 0.8 * x[:, 0] + 0.5 * x[:, 1] + 0.4 * (town == "south"))
    effect = _effect(kind, x, town, untreated)
    effect = np.clip(untreated + effect, 0.005, 0.98) - untreated
    chance = np.full(people, treated)
    if kind == "confounded":
        chance = np.clip(expit(0.9 * x[:, 0] - 0.6 * x[:, 2]), 0.1, 0.9)
    given = random.random(people) < chance
    outcome = random.random(people) < untreated + effect * given
    spent = outcome * np.exp(3 + 0.3 * x[:, 4] + 0.5 * random.standard_normal(people))
    frame = pl.DataFrame(
        {
            "user_id": [f"p{place:06d}" for place in range(people)],
            "treatment": given.astype(np.int64),
            "propensity": chance,
            "outcome": outcome.astype(np.int64),
            "value": np.round(spent, 2),
            **{f"f{place}": x[:, place] for place in range(6)},
            "f6": town,
            "f7": pl.Series([value if here else None for value, here in zip(habit, known, strict=True)]),
        }
    )
    return Drawn(frame, effect, untreated)


def _effect(kind: str, x: Floats, town: NDArray[np.str_], untreated: Floats) -> Floats:
    match kind:
        case "none":
            return np.zeros(len(x))
        case "same":
            return np.full(len(x), 0.08)
        case "persuadable" | "confounded":
            return np.where((x[:, 2] > 0.3) & (x[:, 3] > -0.5), 0.25, 0.01)
        case "sleeping_dogs":
            moved = np.where(x[:, 2] > 0.5, 0.2, np.where(x[:, 0] > 0.5, -0.15, 0.02))
            return np.asarray(moved + 0.03 * (town == "east"))
        case "opposed":
            return np.asarray(0.3 * (1 - untreated) ** 4)
        case _:
            return np.asarray(0.12 + 0.12 * np.tanh(1.5 * x[:, 2]) * np.tanh(1.5 * x[:, 3]))
