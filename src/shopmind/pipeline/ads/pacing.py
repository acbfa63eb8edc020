"""Budgets that last: how much may be spent by now, and how often an ad that is ahead takes part.

Nothing is remembered but the money in the ledger, so every process paces alike, and so does one that was killed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shopmind.domain.ad import AdTerms
from shopmind.kit.clock import DAY_MS, HOUR_MS
from shopmind.stores.ledger import Account

EVEN = (1 / 24,) * 24
"""Share of a day's visits in each UTC hour, where the shop does not know better."""


def participation(
    terms: AdTerms, account: Account, now_ms: int, slack: float, visits: tuple[float, ...] = EVEN
) -> float:
    """Probability 0..1 that an ad takes part now: 1 up to the plan, falling to 0 at `slack` of the budget above it.

    The plan of a day's budget follows the visits of the ad's hours; that of a flight with both ends follows time. A
    budget with neither is spent as it comes.

    Args:
        slack: share of the budget, above 0.
        visits: (24,) share of a day's visits by UTC hour.

    Source: throttling towards a forecast share of the traffic, Agarwal, Ghosh, Wei, You, Budget pacing for targeted
    online advertisements at LinkedIn, KDD 2014; here the probability follows from the distance to the plan itself.
    """
    chance = 1.0
    if terms.daily is not None:
        ahead = account.spent_today / terms.daily - planned_of_day(now_ms, terms.hours, visits)
        chance = min(chance, 1 - ahead / slack)
    if terms.starts_ms is not None and terms.ends_ms is not None:
        passed = (now_ms - terms.starts_ms) / (terms.ends_ms - terms.starts_ms)
        chance = min(chance, 1 - (account.spent / terms.budget - passed) / slack)
    return min(max(chance, 0.0), 1.0)


@lru_cache(maxsize=1_024)
def planned_of_day(now_ms: int, hours: tuple[int, int] | None, visits: tuple[float, ...] = EVEN) -> float:
    """Share 0..1 of a day's budget that is to be spent by now: of the visits in the hours that the ad runs."""
    runs = np.array([in_hours(hour, hours) for hour in range(24)])
    mass: NDArray[np.float64] = np.where(runs, np.asarray(visits, np.float64), 0.0)
    if mass.sum() <= 0:
        mass = runs.astype(np.float64)
    hour, within = divmod(now_ms % DAY_MS, HOUR_MS)
    return float((mass[:hour].sum() + mass[hour] * within / HOUR_MS) / mass.sum())


def in_hours(hour: int, hours: tuple[int, int] | None) -> bool:
    """Whether a UTC hour lies in those of an ad; hours may run over midnight."""
    if hours is None:
        return True
    first, last = hours
    return first <= hour < last if first < last else hour >= first or hour < last
