"""What the slots of a scenario that explores have shown, what was rewarded, and how sure the rates are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainccinv, betaincinv

from shopmind.domain import History, Query
from shopmind.kit.errors import InputError, not_allowed
from shopmind.pipeline.arms import Arms
from shopmind.pipeline.bandits import prior
from shopmind.pipeline.context import Context
from shopmind.pipeline.rerankers.explore import ExploreOptions
from shopmind.pipeline.scenario import PartSpec
from shopmind.shop import Shop

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Arm:
    """One item that stood in a slot.

    Attributes:
        shown, rewarded: impressions in the slots and those of them that were rewarded, both faded.
        rate: rewarded share, with the prior added.
        low, high: the rate lies between them with a probability of 95 %.
    """

    item_id: str
    title: str
    shown: float
    rewarded: float
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ArmsReport:
    """The slots of a scenario.

    Attributes:
        by: the reranker that fills them.
        slots: positions in the answer, from 0.
        shown, rewarded: of all items together, faded.
        mean: rate of all, drawn to the prior: what a new item starts with.
        items: how many items have stood in a slot.
        arms: the most shown of them first.
        trained: whether there is an artifact `arms`; without one only what this process heard of counts.
    """

    scenario: str
    by: str
    slots: tuple[int, ...]
    shown: float
    rewarded: float
    mean: float
    items: int
    arms: tuple[Arm, ...]
    trained: bool


def arms(shop: Shop, scenario: str, n: int = 50) -> ArmsReport:
    """The arms of a scenario as they stand now.

    Source: the equal-tailed interval of the Beta posterior, Brown, Cai, DasGupta, Interval estimation for a binomial
    proportion, Statistical Science 2001, section 4.1.

    Raises:
        InputError: no such scenario, it has no slots, or n is out of range.
    """
    spec = _explorer(shop, scenario)
    if not 1 <= n <= MOST:
        raise InputError(f"n: {n} items asked; it must lie in 1..{MOST}", field="n")
    options: ExploreOptions = spec.options
    held = Arms(shop.tools)
    known = held.known(_context(shop, scenario), tuple(sorted(options.slots)))
    mean = known.mean(options.prior_rate)
    seen = np.flatnonzero(known.shown > 0)
    top = seen[np.lexsort((shop.catalogue.columns().tie[seen], -known.shown[seen]))][:n]
    alpha, beta = prior(mean)
    won, lost = alpha + known.rewarded[top], beta + known.shown[top] - known.rewarded[top]
    figures = np.stack([known.shown[top], known.rewarded[top], won / (won + lost), *_interval(won, lost)], axis=1)
    lines = [
        Arm(item.item_id, item.title, *(round(float(each), 6) for each in row))
        for item, row in zip(shop.catalogue.get(top), figures, strict=True)
        if item is not None
    ]
    return ArmsReport(
        scenario,
        spec.part,
        tuple(sorted(options.slots)),
        round(float(known.shown.sum()), 6),
        round(float(known.rewarded.sum()), 6),
        round(mean, 6),
        len(seen),
        tuple(lines),
        held.artifact() is not None,
    )


def exploring(shop: Shop) -> list[str]:
    """Names of the scenarios that have slots, sorted."""
    return [
        name
        for name, scenario in sorted(shop.scenarios.items())
        if any(isinstance(spec.options, ExploreOptions) for spec in scenario.rerankers)
    ]


def _interval(won: NDArray[np.float64], lost: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.asarray(betaincinv(won, lost, 0.025)), np.asarray(betainccinv(won, lost, 0.025))


def _explorer(shop: Shop, scenario: str) -> PartSpec:
    if scenario not in shop.scenarios:
        raise not_allowed("scenario", scenario, shop.scenarios, field="scenario")
    for spec in shop.scenarios[scenario].rerankers:
        if isinstance(spec.options, ExploreOptions):
            return spec
    raise InputError(
        f"scenario {scenario!r} has no slots; give it a reranker that explores: epsilon, thompson or linucb",
        field="scenario",
    )


def _context(shop: Shop, scenario: str) -> Context:
    return Context(
        query=Query(scenario),
        kinds=shop.scenarios[scenario].kinds,
        now_ms=shop.folder.clock(),
        columns=shop.catalogue.columns(),
        load_history=History.empty,
        anchors=np.empty(0, np.int64),
        encode=lambda text: np.empty(0, np.float32),
    )
