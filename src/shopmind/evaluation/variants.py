"""Ways of asking the same cases, and the targets each is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.evaluation.baskets import Baskets
from shopmind.evaluation.tune import Truth

REPEAT_SHARE = 0.01
"""Where fewer of the known events repeat an item of the same user, items he had are not shown."""
FIRST_CHOICE = {True: ("basket", "buy_again"), False: ("next_item", "home")}
"""Repeats allowed → the scenarios that fit, best first."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of asking: which scenario, and whether items the user had may be shown."""

    scenario: str
    without_history: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """Targets, and the view whose lists they judge."""

    view: str
    truth: Truth


Parts = Mapping[str, Mapping[str, Judged]]
"""Part of the report → view of that part → what it is judged by."""


def parts_of(truth: Truth, asked: Baskets, cold: NDArray[np.bool_], *, repeats: bool) -> Parts:
    """The targets of each part: all, those the user had and had not where repeats are allowed, and the cold ones.

    Cold items are also asked for among themselves (view "cold"), but not where most of what is taken is a repeat.

    Args:
        cold: (size,) by item number, True for what the fit saw nothing of.
    """
    parts = {"full": {"full": Judged("full", truth)}}
    if repeats:
        again = had(truth, asked)
        repeat, new = truth.take(again), truth.take(~again)
        parts |= {
            "repeat": {"full": Judged("full", repeat)},
            "explore": {"full": Judged("full", new)},
            "explore_only": {"full": Judged("explore_only", new)},
        }
    unseen = truth.take(cold[truth.items])
    if len(unseen.items):
        parts["cold"] = {"full": Judged("full", unseen)}
        if not repeats:
            parts["cold"] |= {"cold": Judged("cold", unseen)}
    return parts


def repeated(known: Baskets) -> float:
    """Share of entries whose item stood in an earlier basket of the same row."""
    pairs = np.sort(known.rows * known.size + known.items)
    return float((pairs[1:] == pairs[:-1]).sum() / len(pairs)) if len(pairs) else 0.0


def had(truth: Truth, asked: Baskets) -> NDArray[np.bool_]:
    """(m,) True for the targets that are in their case's history."""
    keys = np.sort(asked.rows * asked.size + asked.items)
    if not len(keys):
        return np.zeros(len(truth.items), np.bool_)
    wanted = truth.cases * asked.size + truth.items
    return np.asarray(keys[np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)] == wanted, np.bool_)
