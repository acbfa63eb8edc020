"""Which signals stay: a walk costs every request, and beside the others most add nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.seeds import generator
from shopmind.training.next_item.blend import Blend, Choices
from shopmind.training.next_item.evidence import FORMS, SIGNALS

GONE_AT_ONCE = 0.2
"""Of the signals left, what goes before it is looked whether they are missed."""
CURVED = 4_000
"""Lists that say how much a signal is missed, at most; evenly from all of them."""

Split = tuple[list[int], list[int]]
"""Lists that are learned from, and lists that are foreseen."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How well lists are foreseen from other lists.

    Attributes:
        choices: the columns that did it.
        blends: of each split.
        ranks: (n,) of the splits one after the other, 0 for the first.
    """

    choices: Choices
    blends: tuple[Blend, ...]
    ranks: NDArray[np.float64]

    @property
    def gains(self) -> NDArray[np.float64]:
        """(n,) nDCG@10 of each list."""
        return np.where(self.ranks < 10, 1 / np.log2(self.ranks + 2), 0.0)

    @property
    def worth(self) -> float:
        """nDCG@10 of the lists, 0 without any."""
        return float(self.gains.mean()) if len(self.ranks) else 0.0

    def figures(self, share: float) -> dict[str, float]:
        """recall@10 and nDCG@10 over all steps, of which `share` are lists: what was taken was among the candidates."""
        hits = float((self.ranks < 10).mean()) if len(self.ranks) else 0.0
        return {"recall@10": share * hits, "ndcg@10": share * self.worth}

    def as_good_as(self, other: Foreseen, tolerance: float) -> bool:
        """Whether it loses at most so many standard errors of the difference, list by list, beside the other."""
        lost = other.gains - self.gains
        return float(lost.sum()) <= tolerance * float(lost.std()) * math.sqrt(len(lost))


def halves(count: int, both: bool, seed: int) -> list[Split]:
    """One half foreseen with what the other teaches; with `both` each half from the other."""
    first = generator(seed, "next_item").random(count) < 0.5
    one, other = np.flatnonzero(first).tolist(), np.flatnonzero(~first).tolist()
    return [(one, other), (other, one)] if both else [(one, other)]


def foreseen(
    choices: Choices,
    splits: Sequence[Split],
    ridge: float,
    *,
    prior: Blend | None = None,
    warm_starts: Sequence[Blend] | None = None,
) -> Foreseen:
    """The lists of the second parts, foreseen with weights of the first ones; see Choices.blend."""
    blends = tuple(
        choices.blend(ridge, learned, prior=prior, warm_start=None if warm_starts is None else warm_starts[number])
        for number, (learned, _) in enumerate(splits)
    )
    ranks = [choices.ranks(blend, asked) for blend, (_, asked) in zip(blends, splits, strict=True)]
    return Foreseen(choices, blends, np.concatenate(ranks))


def fewer(whole: Foreseen, splits: Sequence[Split], ridge: float, *, least: int, tolerance: float) -> Foreseen:
    """The fewest signals that foresee the lists as well as any number of them.

    Signals go in the order of `missed_least`, a fifth of those left at once.

    Args:
        whole: what all of them foresaw.
        least: signals that stay whatever they add: few lists cannot tell them apart.
        tolerance: of the best nDCG@10 so many standard errors of the paired difference may be lost.

    Source: the one-standard-error rule, Breiman, Friedman, Olshen, Stone, Classification and Regression Trees, 1984,
    section 3.4.3, with the error of the difference, for all sets foresee the same lists.
    """
    order = missed_least(whole.choices, whole.blends[0], ridge, splits[0][0])
    tried = [whole]
    gone = 0
    while len(order) - gone > least:
        gone += min(max(1, int(GONE_AT_ONCE * (len(order) - gone))), len(order) - gone - least)
        left_out = {f"{name}{form}" for name in order[:gone] for form in FORMS}
        kept = [name for name in whole.choices.columns if name not in left_out]
        tried.append(foreseen(whole.choices.of(kept), splits, ridge, warm_starts=tried[-1].blends))
    best = max(tried, key=lambda each: each.worth)
    return next(each for each in reversed(tried) if each.as_good_as(best, tolerance))


def missed_least(choices: Choices, blend: Blend, ridge: float, learned: Sequence[int]) -> list[str]:
    """The signals among the columns, first the one that is missed least when the others take over what it did.

    Source: optimal brain surgeon, Hassibi and Stork, NeurIPS 1992, for groups of weights: with the curvature H, leaving
    out the weights w_g raises the loss by w_g' [(H⁻¹)_gg]⁻¹ w_g / 2, and the others move by -(H⁻¹)_·g [(H⁻¹)_gg]⁻¹ w_g.
    """
    some = learned[:: max(1, -(-len(learned) // CURVED))]
    inverse = np.linalg.inv(choices.curvature(blend, ridge, some))
    weights = blend.weights.astype(np.float64).ravel()
    width = len(choices.columns)
    left = {
        name: np.array([gate * width + place for gate in range(1 + len(choices.gates)) for place in places])
        for name in SIGNALS
        if (places := [choices.columns.index(f"{name}{form}") for form in FORMS if f"{name}{form}" in choices.columns])
    }
    order: list[str] = []
    while left:
        moves = {name: np.linalg.solve(inverse[np.ix_(own, own)], weights[own]) for name, own in left.items()}
        name = min(left, key=lambda each: float(weights[left[each]] @ moves[each]))
        own, move = left.pop(name), moves.pop(name)
        weights = weights - inverse[:, own] @ move
        inverse = inverse - inverse[:, own] @ np.linalg.solve(inverse[np.ix_(own, own)], inverse[own])
        order.append(name)
    return order
