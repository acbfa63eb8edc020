"""The counters of a period as a table for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import orjson
import polars as pl

from shopmind.domain.money import DIGITS
from shopmind.evaluation.attribution import OUTCOMES, WHOLE
from shopmind.insights.traffic.tally import STEP
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError, not_allowed
from shopmind.metrics import business, diversity
from shopmind.shop import Shop

By = Literal["day", "scenario", "variant", "segment"]
BY: tuple[By, ...] = get_args(By)

SIGNED_IN = "signed_in"
"""The segment that needs no attribute: yes or no."""
FEW = "(few)"
MIN_USERS = 5
"""Segments of fewer customers are told together: what so few people do may say who they are."""


@dataclass(frozen=True, slots=True)
class Line:
    """What happened at one place, in one variant, on one day, to one segment, as far as asked for.

    Events are counted on their own day and under the scenario and variant that they are credited to; "" is no scenario,
    so what nobody led to. Figures that cannot be told are None: rates without a denominator; of a segment all that is
    not about people.

    Attributes:
        answers: slates; `empty` and `degraded` of them.
        revenue: currency → money in major units.
        ctr: clicks for each impression.
        add_to_cart_rate, conversion: add_to_carts and purchases for each click.
        revenue_per_thousand: money in the shop's currency for a thousand impressions.
        coverage: share of the goods that could be shown here which were.
        diversity: share of the pairs of goods in a slate whose categories differ.
        novelty: mean surprise of what was shown, in bits; what half of all doings are about has 1.
        latency_ms: p50, p90 and p99 of the time in the engine, a tenth too high at most.
    """

    day: int | None
    scenario: str | None
    variant: str | None
    segment: str | None
    answers: int | None
    empty: int | None
    degraded: int | None
    impressions: float
    clicks: float
    views: float
    favourites: float
    add_to_carts: float
    purchases: float
    revenue: Mapping[str, float]
    ctr: float | None
    add_to_cart_rate: float | None
    conversion: float | None
    revenue_per_thousand: float | None
    coverage: float | None
    diversity: float | None
    novelty: float | None
    latency_ms: Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class Echoes:
    """Outcomes whose request_id led nowhere: no such answer, not of that item, or long ago. They are counted too."""

    unknown: float
    not_shown: float
    late: float


def lines(
    shop: Shop, since_day: int, until_day: int, by: Iterable[str] = (), *, segment: str = "", min_users: int = MIN_USERS
) -> list[Line]:
    """The counters from one day up to before another.

    Args:
        by: what each line is told for: day, scenario, variant, segment.
        segment: the attribute of customers whose values are the segments, or "signed_in"; needed by "segment".

    Raises:
        InputError: something else to tell by, or a segment that is missing or not asked for.
    """
    keys = checked(by, segment)
    counters = shop.folder.database.counters
    where = [name for name in keys if name != "segment"]
    people = counters.sums("people", (*where, "subject") if segment else where, since_day, until_day)
    people = _in_segments(shop, people, segment, min_users) if segment else people
    people = people.group_by(*keys, "figure").agg(pl.col("value").sum())
    told = _told(people, keys)
    answers = {} if segment else _told(counters.sums("answers", where, since_day, until_day), keys)
    goods = {} if segment else _goods(shop, where, since_day, until_day)
    found = sorted({*told, *answers}) if keys else [()]
    return [
        _line(shop, dict(zip(keys, key, strict=True)), told.get(key, {}), answers.get(key, {}), goods.get(key))
        for key in found
    ]


def echoes(shop: Shop, since_day: int, until_day: int) -> Echoes:
    """What became of the request ids that events told, in a period."""
    rows = shop.folder.database.counters.sums("echoes", (), since_day, until_day)
    held = {figure: value / WHOLE for figure, value in rows.iter_rows()}
    return Echoes(held.get("unknown", 0.0), held.get("not_shown", 0.0), held.get("late", 0.0))


def checked(by: Iterable[str], segment: str) -> list[str]:
    """What to tell by, in the order of BY; raises InputError as `lines` does."""
    asked = list(by)
    for name in asked:
        if name not in BY:
            raise not_allowed("traffic: by", name, BY, field="by")
    if ("segment" in asked) != bool(segment):
        raise InputError('traffic: to tell by "segment", name the attribute of customers as segment', field="segment")
    return [name for name in BY if name in asked]


def _in_segments(shop: Shop, people: pl.DataFrame, segment: str, min_users: int) -> pl.DataFrame:
    users = shop.users.table()
    if segment == SIGNED_IN:
        values = ["yes"] * users.height
    else:
        values = [_text(orjson.loads(held).get(segment)) for held in users["attributes"].to_list()]
    known = pl.DataFrame({"subject": users["number"], "segment": pl.Series(values, dtype=pl.String)})
    rows = people.join(known, on="subject", how="left").with_columns(
        segment=pl.when(pl.col("subject") == 0)
        .then(pl.lit("no" if segment == SIGNED_IN else ""))
        .otherwise(pl.col("segment").fill_null("yes" if segment == SIGNED_IN else ""))
    )
    sizes = rows.filter(pl.col("subject") != 0).group_by("segment").agg(users=pl.col("subject").n_unique())
    few = sizes.filter(pl.col("users") < min_users, pl.col("segment") != "")["segment"]
    if segment == SIGNED_IN:
        return rows
    return rows.with_columns(
        segment=pl.when(pl.col("segment").is_in(few.implode())).then(pl.lit(FEW)).otherwise("segment")
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _told(sums: pl.DataFrame, keys: Sequence[str]) -> dict[tuple[Any, ...], dict[str, int]]:
    told: dict[tuple[Any, ...], dict[str, int]] = {}
    for *key, figure, value in sums.select(*keys, "figure", "value").iter_rows():
        told.setdefault(tuple(key), {})[figure] = value
    return told


def _goods(
    shop: Shop, where: Sequence[str], since_day: int, until_day: int
) -> dict[tuple[Any, ...], tuple[float, float]]:
    """Coverage and novelty of each line."""
    counters, columns = shop.folder.database.counters, shop.catalogue.columns()
    taken = counters.sums("items", ("subject",), since_day, until_day).filter(pl.col("figure") == "taken")
    known = np.zeros(columns.size, np.float64)
    inside = taken.filter(pl.col("subject") < columns.size)
    known[inside["subject"].to_numpy()] = inside["value"].to_numpy() / WHOLE
    seen = counters.sums("items", (*where, "subject"), since_day, until_day).filter(
        pl.col("figure") == "impression", pl.col("subject") < columns.size
    )
    goods: dict[tuple[Any, ...], tuple[float, float]] = {}
    groups = seen.partition_by(list(where), as_dict=True) if where else {(): seen}
    for key, rows in groups.items():
        shown = np.zeros(columns.size, np.float64)
        shown[rows["subject"].to_numpy()] = rows["value"].to_numpy() / WHOLE
        scenario = dict(zip(where, key, strict=True)).get("scenario")
        could = columns.shown
        if scenario in shop.scenarios:
            could = could & columns.kinds(shop.scenarios[str(scenario)].kinds)
        goods[key] = (diversity.coverage(shown[could | (shown > 0)]), diversity.mean_surprise(shown, known))
    return goods


def _line(
    shop: Shop,
    key: Mapping[str, Any],
    people: Mapping[str, int],
    answers: Mapping[str, int],
    goods: tuple[float, float] | None,
) -> Line:
    counts = {name: people.get(name, 0) / WHOLE for name in ("impression", *OUTCOMES)}
    minor = {name.partition(":")[2]: value / WHOLE for name, value in people.items() if name.startswith("revenue:")}
    currency = shop.settings.currency
    thousand = business.revenue_per_mille(minor.get(currency, 0.0), counts["impression"])
    took = {int(name[5:]): value for name, value in answers.items() if name.startswith("took:")}
    latency = business.counted_percentiles([STEP**step for step in took], list(took.values()))
    day, segmented = key.get("day"), "segment" in key
    return Line(
        day=None if day is None else int(day) * DAY_MS,
        scenario=key.get("scenario"),
        variant=key.get("variant"),
        segment=key.get("segment"),
        answers=None if segmented else answers.get("answers", 0),
        empty=None if segmented else answers.get("empty", 0),
        degraded=None if segmented else answers.get("degraded", 0),
        impressions=counts["impression"],
        clicks=counts["click"],
        views=counts["view"],
        favourites=counts["favourite"],
        add_to_carts=counts["add_to_cart"],
        purchases=counts["purchase"],
        revenue={name: _major(value, name) for name, value in sorted(minor.items())},
        ctr=_known(business.click_through_rate(counts["click"], counts["impression"])),
        add_to_cart_rate=_known(business.add_to_cart_rate(counts["add_to_cart"], counts["click"])),
        conversion=_known(business.conversion_rate(counts["purchase"], counts["click"])),
        revenue_per_thousand=_known(_major(thousand, currency)),
        coverage=None if goods is None else _known(goods[0]),
        diversity=_known(business.rate(answers.get("pairs_differing", 0), answers.get("pairs", 0))),
        novelty=None if goods is None else _known(goods[1]),
        latency_ms={name: round(value, 3) for name, value in latency.items()} if took else None,
    )


def _major(minor: float, currency: str) -> float:
    return round(minor / float(10 ** DIGITS.get(currency, 2)), 6)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
