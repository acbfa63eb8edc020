"""What speaks for somebody redeeming an offer that they are given: the same columns in training and in serving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from shopmind.domain import EVENT_TYPES, History
from shopmind.kit.clock import DAY_MS
from shopmind.stores.columns import ItemColumns, NumberColumn, TextColumn

Floats = NDArray[np.float64]
NAMES = (
    "covered",
    "covered_84",
    "covered_28",
    "covered_days",
    "covered_share",
    "covered_goods",
    "purchases",
    "purchases_28",
    "quiet_days",
    "redeemed",
    "redeemed_84",
    "redeemed_near",
    "covers",
    "wanted",
    "rate",
    "rate_near",
    "beside",
    "length_days",
)
LONGEST_DAYS = 400.0
REDEEM = EVENT_TYPES.index("redeem")
PURCHASE = EVENT_TYPES.index("purchase")
PRIOR = 100.0
"""Offers given that a rate of the shop as a whole counts for in the rate of a category."""


@dataclass(frozen=True)
class Given:
    """The offers of a shop.

    Attributes:
        offers: (m,) item numbers, rising.
        covers: (size, m) float32, 1 where the item of a row is covered by the offer of a column.
        groups: (m,) place of the first category of each in `categories`; -1 for none, or another.
        campaigns: (m,) number of the item that its attribute `campaign` names; 0 for none.
        starts_ms, ends_ms: (m,); NaN where open.
    """

    offers: NDArray[np.int64]
    covers: sparse.csr_array
    groups: NDArray[np.int64]
    campaigns: NDArray[np.int64]
    starts_ms: Floats
    ends_ms: Floats
    categories: tuple[str, ...] = ()

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(m,) how many items each offer covers."""
        return np.bincount(self.covers.indices, minlength=len(self.offers)).astype(np.int64)

    def places(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """(k,) places in `offers`; -1 for an item that is none."""
        place = np.searchsorted(self.offers, numbers)
        place = np.minimum(place, max(len(self.offers) - 1, 0))
        known = len(self.offers) > 0
        return np.where(self.offers[place] == numbers, place, -1) if known else np.full(len(numbers), -1)


@dataclass(frozen=True)
class Known:
    """What is known of all offers at one moment.

    Attributes:
        wanted: (m,) ln(1 + purchases of what each covers).
        given, redeemed: (groups + 1,) how often offers of a category were given and redeemed; the last is of none.
    """

    wanted: Floats
    given: Floats
    redeemed: Floats

    def rates(self, groups: NDArray[np.int64]) -> tuple[float, Floats]:
        """The shop's rate, and (k,) those of the categories, drawn towards it."""
        total = float((self.redeemed.sum() + 1) / (self.given.sum() + PRIOR))
        return total, (self.redeemed[groups] + PRIOR * total) / (self.given[groups] + PRIOR)


def offers_of(
    columns: ItemColumns,
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    numbers_of: Mapping[str, int],
    categories: Sequence[str] | None = None,
) -> Given:
    """The promotions of a catalogue with what they cover.

    Args:
        sources, targets: of the links `covers`.
        numbers_of: item id → number, of what the attribute `campaign` names.
        categories: those that rates are known of; None takes those of the offers.
    """
    offers = np.flatnonzero(columns.kinds(("promotion",))).astype(np.int64)
    place = np.searchsorted(offers, sources)
    inside = (place < len(offers)) & (targets < columns.size)
    inside[inside] &= offers[place[inside]] == sources[inside]
    ones = np.ones(int(inside.sum()), np.float32)
    covers = sparse.csr_array((ones, (targets[inside], place[inside])), shape=(columns.size, len(offers)))
    covers.data[:] = 1.0
    named = _texts(columns, "category", offers)
    names = tuple(sorted({each for each in named if each}) if categories is None else categories)
    place_of = {name: place for place, name in enumerate(names)}
    return Given(
        offers,
        covers,
        np.array([place_of.get(each, -1) for each in named], np.int64),
        _campaigns(columns, offers, numbers_of),
        _times(columns, "starts_at", offers),
        _times(columns, "ends_at", offers),
        names,
    )


def evidence(
    history: History, given: Given, known: Known, places: NDArray[np.int64], now_ms: int, *, beside: int | None = None
) -> NDArray[np.float32]:
    """(k, len(NAMES)) of one person and k offers, as of now.

    Args:
        places: (k,) places of the offers in `given`.
        beside: how many offers are given together; None: so many as are asked about.
    """
    before = history.take(history.times_ms < now_ms)
    age_days = (now_ms - before.times_ms) / DAY_MS
    bought = (before.types == PURCHASE) & (before.items < given.covers.shape[0])
    items, ages = before.items[bought], age_days[bought]
    goods, back = np.unique(items, return_inverse=True)
    some, m = given.covers[goods], len(given.offers)
    row, column = np.repeat(np.arange(len(goods)), np.diff(some.indptr)), some.indices
    counts = [
        np.bincount(column, np.bincount(back, ages < days, minlength=len(goods))[row], minlength=m)[places]
        for days in (np.inf, 84.0, 28.0)
    ]
    nearest, last = np.full(len(goods), LONGEST_DAYS), np.full(m, LONGEST_DAYS)
    np.minimum.at(nearest, back, ages)
    np.minimum.at(last, column, nearest[row])
    used = before.items[before.types == REDEEM]
    used_places = given.places(used)
    used_groups = given.groups[used_places[used_places >= 0]]
    groups = given.groups[places]
    total, rates = known.rates(groups)
    many = len(items)
    length = given.ends_ms[places] - given.starts_ms[places]
    quiet = float(ages.min(initial=LONGEST_DAYS))
    table: dict[str, Any] = {
        "covered": np.log1p(counts[0]),
        "covered_84": np.log1p(counts[1]),
        "covered_28": np.log1p(counts[2]),
        "covered_days": last[places],
        "covered_share": counts[0] / max(many, 1),
        "covered_goods": np.log1p(np.bincount(column, minlength=m)[places]),
        "purchases": np.log1p(many),
        "purchases_28": np.log1p((ages < 28).sum()),
        "quiet_days": min(quiet, LONGEST_DAYS),
        "redeemed": np.log1p(len(used)),
        "redeemed_84": np.log1p((age_days[before.types == REDEEM] < 84).sum()),
        "redeemed_near": np.log1p((used_groups[:, None] == groups[None, :]).sum(axis=0)) * (groups >= 0),
        "covers": np.log1p(given.sizes[places]),
        "wanted": known.wanted[places],
        "rate": np.log(total),
        "rate_near": np.log(rates),
        "beside": np.log1p(len(places) if beside is None else beside),
        "length_days": np.nan_to_num(length / DAY_MS, nan=LONGEST_DAYS),
    }
    made = np.empty((len(places), len(NAMES)), np.float32)
    for at, name in enumerate(NAMES):
        made[:, at] = table[name]
    return made


def wanted(given: Given, bought: NDArray[Any]) -> Floats:
    """(m,) ln(1 + purchases of what each offer covers), of how often each item was bought, by number."""
    size = given.covers.shape[0]
    counts = np.zeros(size)
    counts[: len(bought)] = bought[:size]
    return np.asarray(np.log1p(counts @ given.covers), np.float64)


def _texts(columns: ItemColumns, name: str, offers: NDArray[np.int64]) -> list[str]:
    """Of each offer, "" for none."""
    column = columns.column(name)
    if not isinstance(column, TextColumn):
        return [""] * len(offers)
    return [column.text(each) or "" for each in offers.tolist()]


def _campaigns(columns: ItemColumns, offers: NDArray[np.int64], numbers_of: Mapping[str, int]) -> NDArray[np.int64]:
    return np.array([max(0, numbers_of.get(each, 0)) for each in _texts(columns, "campaign", offers)], np.int64)


def _times(columns: ItemColumns, name: str, offers: NDArray[np.int64]) -> Floats:
    column = columns.column(name)
    return column.values[offers] if isinstance(column, NumberColumn) else np.full(len(offers), np.nan)
