"""The metrics of an experiment: of which sums of a unit each is made."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from shopmind.scenarios.experiment import Metric


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric: sum of numerators over sum of denominators.

    Attributes:
        numerator, denominator: sums of a unit (units.py); no denominator counts the units.
        any: whether a unit counts 1 if the numerator is above 0, and else 0.
        times: what the numerator is multiplied by.
    """

    numerator: str
    denominator: str | None = None
    any: bool = False
    times: float = 1.0


MEASURES: dict[Metric, Measure] = {
    "conversion": Measure("orders", any=True),
    "orders": Measure("orders"),
    "revenue": Measure("revenue", times=0.01),
    "clicks": Measure("clicks"),
    "click_through": Measure("clicks", "hits"),
    "add_to_cart": Measure("carts", any=True),
    "revenue_per_mille": Measure("credited", "hits", times=10.0),
    "average_order_value": Measure("revenue", "orders", times=0.01),
}
"""Money is in units of the shop's currency, of two decimals."""

_EARLIER = {"credited": "revenue"}


def frame_of(metric: Metric, table: pl.DataFrame) -> pl.DataFrame:
    """`unit`, `variant`, and numerator and denominator of each unit, also of its earlier period."""
    measure = MEASURES[metric]
    top = pl.col(measure.numerator) * measure.times
    earlier = pl.col(f"earlier_{_EARLIER.get(measure.numerator, measure.numerator)}") * measure.times
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
