"""What a customer will do, as far as it can be foreseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Outlook:
    """One customer's outlook; every probability is calibrated.

    Attributes:
        user_id: pseudonym.
        at_ms: the moment it is of; nothing later was looked at.
        purchase: days → probability of a purchase within so many days.
        days_to_purchase: by then another purchase is as likely as not; None when that is beyond the longest horizon.
        churn: probability of no purchase within `churn_days`; None for who never bought.
        actions: view, favourite, add_to_cart, purchase, review or return → probability that it is the next of these;
            empty where the log knows too few kinds of them.
        calibrated_ms: the end of the time that the probabilities were held against.
        model_version: of the artifact `behaviour`.
    """

    user_id: str
    at_ms: int
    purchase: Mapping[int, float]
    days_to_purchase: float | None
    churn: float | None
    churn_days: int
    calibrated_ms: int
    model_version: str
    actions: Mapping[str, float] = field(default_factory=dict)
