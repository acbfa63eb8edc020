"""Who comes back: repeat rate, retention, and loyalty as recency, frequency and tenure. Nobody is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from shopmind.evaluation.attribution import OUTCOMES
from shopmind.kit.clock import DAY_MS
from shopmind.metrics import business
from shopmind.shop import Shop

WEEKS = 8
QUARTILES = (25, 50, 75)
LOYALTY_DAYS = ((1, "1"), (2, "2"), (5, "3-5"), (10, "6-10"))
MORE = "more"


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers whose first day with a doing was in one week.

    Attributes:
        since: the week's first day, epoch milliseconds.
        stayed: share of them with a doing in the 1st, 2nd, … week after it, as far as those are over.
    """

    since: int
    customers: int
    stayed: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Customers:
    """Signed-in customers in a period.

    Attributes:
        active: with a doing (not only impressions); `new` of them for the first time in the log.
        buyers: with a purchase.
        repeat_rate: share of the buyers who bought on two days or more of the period.
        retention: share of those active in the equally long period before who are active in this one.
        recency_days, frequency_days, tenure_days: quartiles over all who ever bought, at the period's end: days since
            the last purchase, days with a purchase, days since the first doing.
        loyalty: on how many days → how many bought on so many.
        cohorts: weeks whose newcomers are followed, oldest first.
    """

    active: int
    new: int
    buyers: int
    repeat_rate: float | None
    retention: float | None
    recency_days: Mapping[str, float] | None
    frequency_days: Mapping[str, float] | None
    tenure_days: Mapping[str, float] | None
    loyalty: Mapping[str, int]
    cohorts: tuple[Cohort, ...]


def customers(shop: Shop, since_day: int, until_day: int, *, weeks: int = WEEKS) -> Customers:
    """The customers of the days from one up to before another."""
    counters = shop.folder.database.counters
    active = counters.days("people", OUTCOMES, since_day, until_day)
    earlier = counters.days("people", OUTCOMES, 2 * since_day - until_day, since_day)
    ever = counters.days("people", OUTCOMES, None, until_day)
    bought = counters.days("people", ("purchase",), since_day, until_day)
    loyal = loyalty(shop, until_day)
    steps = list(LOYALTY_DAYS)
    frequency = loyal["frequency_days"].to_numpy()
    held = dict.fromkeys([name for _, name in steps] + [MORE], 0)
    for days in frequency.tolist():
        held[next((name for most, name in steps if days <= most), MORE)] += 1
    return Customers(
        active=active.height,
        new=ever.filter(pl.col("first_day") >= since_day).height,
        buyers=bought.height,
        repeat_rate=_known(business.repeat_rate(bought["days"].to_numpy())),
        retention=_known(business.retention(earlier["subject"].to_numpy(), active["subject"].to_numpy())),
        recency_days=_quartiles(loyal["recency_days"]),
        frequency_days=_quartiles(loyal["frequency_days"]),
        tenure_days=_quartiles(loyal["tenure_days"]),
        loyalty=held,
        cohorts=_cohorts(shop, ever, until_day, weeks),
    )


def loyalty(shop: Shop, until_day: int) -> pl.DataFrame:
    """Each customer who ever bought before a day: subject (number), recency_days, frequency_days, tenure_days."""
    counters = shop.folder.database.counters
    bought = counters.days("people", ("purchase",), None, until_day)
    first = counters.days("people", OUTCOMES, None, until_day).select("subject", began="first_day")
    return bought.join(first, on="subject").select(
        "subject",
        recency_days=until_day - 1 - pl.col("last_day"),
        frequency_days="days",
        tenure_days=until_day - 1 - pl.col("began"),
    )


def _cohorts(shop: Shop, ever: pl.DataFrame, until_day: int, weeks: int) -> tuple[Cohort, ...]:
    begins = [until_day - 7 * back for back in range(weeks, 0, -1)]
    rows = shop.folder.database.counters.sums("people", ("day", "subject"), begins[0], until_day)
    rows = rows.filter(pl.col("subject") != 0, pl.col("figure").is_in(list(OUTCOMES)))
    doing = rows.select("subject", week=(pl.col("day") - begins[0]) // 7).unique()
    found = []
    for at, begin in enumerate(begins):
        newcomers = ever.filter(pl.col("first_day").is_between(begin, begin + 6))["subject"].to_numpy()
        later = (doing.filter(pl.col("week") == week)["subject"].to_numpy() for week in range(at + 1, weeks))
        stayed = tuple(business.retention(newcomers, each) for each in later) if len(newcomers) else ()
        found.append(Cohort(begin * DAY_MS, len(newcomers), stayed))
    return tuple(found)


def _quartiles(values: pl.Series) -> dict[str, float] | None:
    if values.is_empty():
        return None
    found = np.percentile(values.to_numpy(), QUARTILES)
    return {f"q{level}": float(value) for level, value in zip(QUARTILES, found, strict=True)}


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
