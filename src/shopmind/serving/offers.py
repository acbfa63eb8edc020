"""Offers as the JSON of offer_schemas.py."""

from __future__ import annotations

from itertools import islice
from typing import Any

from shopmind.pipeline.offers.combination import Combination
from shopmind.pipeline.offers.eligibility import OVER
from shopmind.serving.offer_schemas import CartQuestion


def combination_json(found: Combination, ask: CartQuestion) -> dict[str, Any]:
    """As `CombinationAnswer`, without the request's id."""
    named = ask.offers is not None
    refused = [(offer, why) for offer, why in found.refused.items() if named or why != OVER]
    most = ask.refused if ask.refused is not None else len(refused) if named else 0
    return {
        "amounts": dict(found.amounts),
        "total_minor": found.total_minor,
        "refused": dict(islice(refused, most)),
        "refused_offers": len(refused),
        "exact": found.exact,
        "unknown": list(found.unknown),
    }
