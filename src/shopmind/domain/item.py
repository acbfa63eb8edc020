"""Anything that can be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from shopmind.domain.money import DIGITS

Kind = Literal["product", "shop", "promotion", "ad", "content"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Scalar = str | int | float | bool
"""What an attribute may hold; a list in a file is joined with "; " by ingest."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the catalogue.

    Attributes:
        item_id: the shop's own id, unique over all kinds.
        categories: from the widest to the narrowest, e.g. ("GROCERY", "FRZN PIZZA").
        price_minor: integer minor units of `currency` (cents); None when unknown.
        stock: pieces at hand; None when unknown.
        status: "active" items may be shown, any other status hides the item.
        group_id: variants of one product share it.
        created_at_ms: epoch milliseconds; None when unknown.
        attributes: everything else; names are what the filter language calls `attributes.NAME` or just `NAME`.
    """

    item_id: str
    kind: Kind = "product"
    title: str = ""
    description: str = ""
    brand: str | None = None
    categories: tuple[str, ...] = ()
    price_minor: int | None = None
    currency: str | None = None
    stock: float | None = None
    status: str = "active"
    url: str | None = None
    image: str | None = None
    language: str | None = None
    group_id: str | None = None
    shop_id: str | None = None
    created_at_ms: int | None = None
    updated_at_ms: int | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)

    @property
    def price(self) -> float | None:
        """In major units of `currency`; None when unknown."""
        return None if self.price_minor is None else self.price_minor / 10 ** DIGITS.get(self.currency or "", 2)
