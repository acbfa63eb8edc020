"""Shops whose truth is known: what units do in an experiment, drawn from a seed, thousands of experiments at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.evaluation.experiments import intervals
from shopmind.evaluation.experiments.estimate import pair
from shopmind.evaluation.experiments.moments import Moments

KINDS = ("conversion", "orders", "revenue", "click_through")


@dataclass(frozen=True, slots=True)
class World:
    """One kind of experiment.

    Attributes:
        kind: conversion (a share of units), orders (counts), revenue (mostly 0, else lognormal) or click_through
            (clicks of hits, where units see very different numbers of hits and click at rates of their own).
        lift: what the second arm's expectation is raised by, relative.
        habit: how much of what a unit does it did in the earlier period too, 0 to 1.
    """

    kind: str
    lift: float = 0.0
    habit: float = 0.5

    def draw(self, worlds: int, units: int, arm: int, random: np.random.Generator) -> NDArray[np.float32]:
        """(worlds, units, 4) values of arm 0 or 1."""
        factor = 1 + self.lift * arm
        shape = (worlds, units)
        values = np.zeros((*shape, 4), np.float32)
        inner = random.standard_normal(shape, np.float32)
        if self.kind == "click_through":
            seen = random.geometric(0.1, shape)
            rate = np.clip(0.08 * np.exp(0.5 * inner - 0.125), 0, 0.4)
            before = random.geometric(0.1, shape)
            values[..., 0] = random.binomial(seen, rate * factor)
            values[..., 1] = seen
            values[..., 2] = random.binomial(before, rate if self.habit else 0.08)
            values[..., 3] = before
            return values
        values[..., 1] = 1.0
        if self.kind == "orders":
            often = 0.8 * np.exp(self.habit * inner - self.habit**2 / 2)
            values[..., 0], values[..., 2] = random.poisson(often * factor), random.poisson(often)
            return values
        rate = np.clip(0.1 * np.exp(self.habit * inner - self.habit**2 / 2), 0, 0.5)
        bought = random.random(shape, np.float32) < rate * (factor if self.kind == "conversion" else 1.0)
        earlier = random.random(shape, np.float32) < rate
        if self.kind == "conversion":
            values[..., 0], values[..., 2] = bought, earlier
            return values
        for column, did, by in ((0, bought, factor), (2, earlier, 1.0)):
            spent = np.exp(0.8 * random.standard_normal(shape, np.float32) + 3)
            values[..., column] = did * spent * by
        return values


def refused(
    world: World,
    *,
    worlds: int,
    units: int,
    seed: int,
    test: str = "fixed",
    looks: int = 1,
    earlier: bool = True,
    level: float = 0.05,
    planned: float | None = None,
) -> NDArray[np.bool_]:
    """(worlds,) whether "no difference" was refused at any of the looks; `units` in each arm."""
    random = np.random.default_rng(seed)
    drawn = [Moments.running(world.draw(worlds, units, arm, random), looks) for arm in (0, 1)]
    control, other = pair(drawn[0], drawn[1], earlier=earlier)
    if test == "fixed":
        found = intervals.fixed(control, other, level=level)
    else:
        found = intervals.sequential(control, other, level=level, planned=planned or 2.0 * units)
    return np.asarray((found.p < level).any(-1))


def covered(world: World, truth: float, *, worlds: int, units: int, seed: int, **asked: Any) -> Mapping[str, Any]:
    """(worlds,) whether the interval of the lift holds the truth, and its mean width."""
    random = np.random.default_rng(seed)
    drawn = [Moments.of(world.draw(worlds, units, arm, random)) for arm in (0, 1)]
    control, other = pair(drawn[0], drawn[1], **asked)
    found = intervals.fixed(control, other)
    inside = (found.lift_low <= truth) & (truth <= found.lift_high)
    return {"inside": inside, "width": float(np.nanmean(found.lift_high - found.lift_low))}
