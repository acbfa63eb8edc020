"""A customer, known inside only by a pseudonym."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shopmind.domain.item import Scalar


@dataclass(frozen=True, slots=True)
class User:
    """One customer.

    Attributes:
        user_id: the pseudonym (privacy/pseudonym.py); the shop's own id never goes further than a door.
        consent: purposes the customer agreed to, e.g. {"personalise": True}; a purpose not named is not decided.
    """

    user_id: str
    created_at_ms: int | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
    consent: Mapping[str, bool] = field(default_factory=dict)
