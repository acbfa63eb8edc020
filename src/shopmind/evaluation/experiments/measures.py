"""The metrics of an experiment: of which sums of a unit each is made."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from shopmind.domain.money import DIGITS
from shopmind.scenarios.experiment import Metric


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric: sum of numerators over sum of denominators.

    Attributes:
        numerator, denominator: sums of a unit (units.py); no denominator counts the units.
        any: whether a unit counts 1 if the numerator is above 0, and else 0.
        money: whether the numerator is money.
        times: what the numerator is multiplied by.
    """

    numerator: str
    denominator: str | None = None
    any: bool = False
    money: bool = False
    times: float = 1.0


MEASURES: dict[str, Measure] = {
    "conversion": Measure("orders", any=True),
    "orders": Measure("orders"),
    "revenue": Measure("revenue", money=True),
    "clicks": Measure("clicks"),
    "click_through": Measure("clicks", "hits"),
    "add_to_cart": Measure("carts", any=True),
    "revenue_per_mille": Measure("credited", "hits", money=True, times=1000.0),
    "average_order_value": Measure("revenue", "orders", money=True),
}

_EARLIER = {"credited": "revenue"}


def frame_of(metric: Metric, table: pl.DataFrame, currency: str) -> pl.DataFrame:
    """`unit`, `variant`, numerator and denominator of each unit, also of its earlier period; money in `currency`."""
    measure = MEASURES[metric]
    times = measure.times / (10 ** DIGITS.get(currency, 2) if measure.money else 1)
    top = pl.col(measure.numerator) * times
    earlier = pl.col(f"earlier_{_EARLIER.get(measure.numerator, measure.numerator)}") * times
    below = pl.lit(1.0) if measure.denominator is None else pl.col(measure.denominator)
    before = pl.lit(0.0) if measure.denominator is None else pl.col(f"earlier_{measure.denominator}")
    return table.select(
        "unit",
        "variant",
        numerator=(top > 0).cast(pl.Float64) if measure.any else top,
        denominator=below,
        earlier=earlier,
        earlier_denominator=before,
    )
