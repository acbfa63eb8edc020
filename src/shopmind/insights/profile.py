"""One customer: what they like and out of which doings that is read, what they did, whom they are linked with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, History, User
from shopmind.domain.link import USER_LINKS
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotFoundError
from shopmind.shop import Shop
from shopmind.stores.columns import TextColumn
from shopmind.training.worth import WORTH, type_weights

HALF_LIFE_DAYS = 30.0
"""As the feature `personal` counts: a doing of a month ago says half as much."""

NEWEST = 20_000
"""Events of one customer that are looked at."""

TOP = 10
BECAUSE = 3


@dataclass(frozen=True, slots=True)
class Because:
    """Doings that speak for an interest: how often one thing was done to one item, and when last."""

    item_id: str
    title: str
    type: str
    times: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class Interest:
    """A brand or category somebody likes.

    Attributes:
        share: of the worth of all they did: what counts more and is newer weighs more.
        events: event type → how often.
        because: the doings that say it loudest.
    """

    of: str
    name: str
    share: float
    events: Mapping[str, int]
    last_ms: int
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of one customer; the id is a pseudonym.

    Attributes:
        user: what was written of them; None for somebody who only did something.
        personalise: whether their doings may move what they see.
        events: event type → how often, of the newest NEWEST.
        interests: categories and brands, the greatest share first; empty where `personalise` is refused.
        circle: link type → how many people they are linked with.
    """

    user_id: str
    user: User | None
    personalise: bool
    events: Mapping[str, int]
    first_ms: int | None
    last_ms: int | None
    interests: tuple[Interest, ...]
    circle: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing somebody did."""

    at_ms: int
    type: str
    item_id: str
    title: str
    quantity: float


def profile(shop: Shop, user_id: str, n: int = TOP) -> Profile:
    """The profile of a pseudonym, with the n greatest interests of each sort.

    Raises:
        NotFoundError: nothing is known of this user.
    """
    user, history = _known(shop, user_id)
    agreed = shop.settings.personal and (user is None or user.consent.get("personalise") is not False)
    counts = Counter(EVENT_TYPES[code] for code in history.types.tolist())
    return Profile(
        user_id=user_id,
        user=user,
        personalise=agreed,
        events=dict(counts.most_common()),
        first_ms=int(history.times_ms[0]) if len(history) else None,
        last_ms=int(history.times_ms[-1]) if len(history) else None,
        interests=tuple(each for name in ("category", "brand") for each in _interests(shop, history, name, n))
        if agreed
        else (),
        circle=_circle(shop, user_id),
    )


def doings(shop: Shop, user_id: str, *, offset: int = 0, n: int = 50) -> tuple[list[Doing], int]:
    """What a pseudonym did, newest first, and how much there is; raises as `profile`."""
    _, history = _known(shop, user_id)
    here = slice(max(0, len(history) - offset - n), max(0, len(history) - offset))
    part = history.take(here)
    items = shop.catalogue.get(part.items)
    told = [
        Doing(
            at_ms=int(part.times_ms[row]),
            type=EVENT_TYPES[int(part.types[row])],
            item_id="" if item is None else item.item_id,
            title="" if item is None else item.title,
            quantity=float(part.quantities[row]),
        )
        for row, item in enumerate(items)
    ]
    return told[::-1], len(history)


def _known(shop: Shop, user_id: str) -> tuple[User | None, History]:
    user = shop.users.get(user_id)
    history = shop.events.history(user_id, None, limit=NEWEST)
    if user is None and not len(history):
        raise NotFoundError("this user is not known to the shop", field="user_id")
    return user, history


def _interests(shop: Shop, history: History, name: str, n: int) -> list[Interest]:
    columns = shop.catalogue.columns()
    column = columns.column("categories" if name == "category" else name)
    if not isinstance(column, TextColumn) or not len(history):
        return []
    inside = (history.items > 0) & (history.items < min(columns.size, len(column.codes)))
    history = history.take(inside)
    age_days = np.maximum(shop.folder.clock() - history.times_ms, 0) / DAY_MS
    worth = type_weights(WORTH)[history.types] * 0.5 ** (age_days / HALF_LIFE_DAYS)
    codes = column.codes[history.items]
    known = (codes >= 0) & (worth > 0)
    total = float(worth[known].sum())
    if not total:
        return []
    sums = np.bincount(codes[known], worth[known], minlength=len(column.vocabulary))
    best = [code for code in np.argsort(-sums, kind="stable")[:n].tolist() if sums[code] > 0]
    return [
        _interest(shop, name, column.vocabulary[code], history.take(codes == code), worth[codes == code], total)
        for code in best
    ]


def _interest(shop: Shop, of: str, name: str, history: History, worth: NDArray[np.float64], total: float) -> Interest:
    rows = pl.DataFrame({"item": history.items, "type": history.types, "at_ms": history.times_ms, "worth": worth})
    loudest = (
        rows.filter(pl.col("worth") > 0)
        .group_by("item", "type")
        .agg(pl.len(), pl.col("at_ms").max(), pl.col("worth").sum())
        .sort("worth", "item", descending=[True, False])
        .head(BECAUSE)
    )
    items = shop.catalogue.get(loudest["item"].to_numpy())
    return Interest(
        of=of,
        name=name,
        share=float(worth.sum()) / total,
        events=dict(Counter(EVENT_TYPES[code] for code in history.types.tolist()).most_common()),
        last_ms=int(history.times_ms.max()),
        because=tuple(
            Because(item.item_id, item.title, EVENT_TYPES[row["type"]], row["len"], row["at_ms"])
            for row, item in zip(loudest.iter_rows(named=True), items, strict=True)
            if item is not None
        ),
    )


def _circle(shop: Shop, user_id: str) -> dict[str, int]:
    (number,) = shop.users.numbers([user_id]).tolist()
    if number < 1:
        return {}
    found = {name: shop.links.table(name).filter(pl.col("source") == number).height for name in sorted(USER_LINKS)}
    return {name: count for name, count in found.items() if count}
