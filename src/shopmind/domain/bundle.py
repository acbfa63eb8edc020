"""Goods that sell together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bundle:
    """Two or three goods that many orders hold all of, more than chance explains; each can be had.

    Attributes:
        items: ids, those at hand first.
        price_minor: of one of each together, integer minor units of `currency`; None when a price is unknown or the
            currencies differ.
        orders: how many hold all of them.
        share: of all orders.
        lift: how many times as often as if each was bought by itself.
    """

    items: tuple[str, ...]
    price_minor: int | None
    currency: str | None
    orders: int
    share: float
    lift: float
