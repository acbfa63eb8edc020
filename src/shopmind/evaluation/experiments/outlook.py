"""What an experiment could find, before anybody writes it: units and days by effect, and effects by days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from shopmind.evaluation.experiments.analysis import needed_of
from shopmind.evaluation.experiments.measures import frame_of
from shopmind.evaluation.experiments.question import Question
from shopmind.evaluation.experiments.units import EARLIER_DAYS, asked_in, read_units
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError, not_allowed
from shopmind.scenarios.experiment import Metric, Test, Unit
from shopmind.shop import Shop

SMALLEST, LARGEST = 0.0005, 5.0
"""Relative changes that are looked for."""

STEPS = 16
MOST_VARIANTS = 10


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody thinks of trying.

    Attributes:
        variants: how many, the control among them; all get the same share.
        share: of the units of these scenarios that takes part.
    """

    scenarios: tuple[str, ...]
    metric: Metric = "conversion"
    unit: Unit = "user"
    variants: int = 2
    share: float = 1.0
    level: float = 0.05
    power: float = 0.8
    test: Test = "sequential"


@dataclass(frozen=True, slots=True)
class Need:
    """What it takes to find a relative change; None where nothing can be said yet, or no units come."""

    effect: float
    units: int | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Find:
    """The smallest relative change that so many days find; None where even the largest is not found."""

    days: int
    units: int
    effect: float | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the shop's own traffic of the last EARLIER_DAYS allows.

    Attributes:
        value: of the metric now; None while what was done does not say.
        units: that were answered in these scenarios in the period. units_a_day: of them that would take part.
    """

    value: float | None
    units: int
    units_a_day: float
    needs: tuple[Need, ...]
    finds: tuple[Find, ...]


def outlook(shop: Shop, wish: Wish, effects: Sequence[float], days: Sequence[int]) -> Outlook:
    """Units and days for each effect, and the effect that each number of days finds.

    Raises:
        InputError: an unknown scenario, or a number out of range.
    """
    for name in wish.scenarios:
        if name not in shop.scenarios:
            raise not_allowed("scenario", name, shop.scenarios, field="scenario")
    if not wish.scenarios:
        raise InputError("scenario: at least one is needed", field="scenario")
    if not 2 <= wish.variants <= MOST_VARIANTS:
        raise InputError(f"variants: {wish.variants}; allowed is 2 to {MOST_VARIANTS}", field="variants")
    if any(not SMALLEST <= each <= LARGEST for each in effects):
        raise InputError(f"effects: each lies between {SMALLEST} and {LARGEST}", field="effects")
    now_ms = shop.folder.clock()
    shop.flush()
    units = read_units(shop, asked_in(wish.scenarios), wish.unit, now_ms - EARLIER_DAYS * DAY_MS, now_ms + 1)
    frame = frame_of(wish.metric, units.table, shop.settings.currency)
    daily = len(units.table) * wish.share / EARLIER_DAYS

    def needed(effect: float) -> int | None:
        return needed_of(frame, _question(wish, effect))[0]

    return Outlook(
        value=needed_of(frame, _question(wish, 0.05))[1],
        units=len(units.table),
        units_a_day=daily,
        needs=tuple(_need(each, needed(each), daily) for each in effects),
        finds=tuple(Find(each, int(daily * each), _smallest(needed, daily * each)) for each in days),
    )


def _question(wish: Wish, effect: float) -> Question:
    shares = {f"variant {place}": 1 / wish.variants for place in range(wish.variants)}
    return Question(shares, wish.metric, effect, wish.level, wish.power, wish.test)


def _need(effect: float, units: int | None, daily: float) -> Need:
    return Need(effect, units, None if units is None or not daily else ceil(units / daily))


def _smallest(needed: Callable[[float], int | None], units: float) -> float | None:
    """By halving: the more there is to be found, the fewer units find it."""
    most = needed(LARGEST)
    if most is None or most > units:
        return None
    low, high = SMALLEST, LARGEST
    for _ in range(STEPS):
        middle = (low * high) ** 0.5
        enough = needed(middle)
        if enough is not None and enough <= units:
            high = middle
        else:
            low = middle
    return high
