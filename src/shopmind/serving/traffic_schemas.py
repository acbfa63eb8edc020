"""The traffic report as it goes through the door, as schemas.py does for slates."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shopmind.insights.traffic.report import MIN_USERS
from shopmind.serving.schemas import Answer, Names


class TrafficQuestion(BaseModel):
    """A period, and what its lines are told for."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(30, ge=1, le=3660, description="whole UTC days, today the last of them")
    by: Names = Field(["scenario"], max_length=4, description="day, scenario, variant, segment")
    segment: str = Field("", max_length=200, description='the attribute of customers to tell by, or "signed_in"')
    min_users: int = Field(MIN_USERS, ge=2, le=1000, description="segments of fewer customers are told together")


class TrafficLineAnswer(Answer):
    """What happened at one place, in one variant, on one day, to one segment, as far as asked for.

    Events count on their own day, under the scenario and variant they are credited to. Of a segment, what is not about
    people is null; a rate without a denominator is null.
    """

    day: str | None
    scenario: str | None = Field(description='"" for what no answer led to')
    variant: str | None
    segment: str | None
    answers: int | None
    empty: int | None = Field(description="answers without a hit")
    degraded: int | None = Field(description="answers that took a fallback")
    impressions: float
    clicks: float
    views: float
    favourites: float
    add_to_carts: float
    purchases: float
    revenue: dict[str, float] = Field(description="currency → money in major units")
    ctr: float | None = Field(description="clicks for each impression")
    add_to_cart_rate: float | None = Field(description="for each click")
    conversion: float | None = Field(description="purchases for each click")
    revenue_per_thousand: float | None = Field(description="impressions, in the shop's currency")
    coverage: float | None = Field(description="share of the goods that could be shown here which were")
    diversity: float | None = Field(description="share of the pairs in a slate whose categories differ")
    novelty: float | None = Field(description="mean surprise of what was shown, in bits")
    latency_ms: dict[str, float] | None = Field(description="p50, p90, p99 in the engine, a tenth too high at most")


class CohortAnswer(Answer):
    """Customers whose first doing was in one week."""

    since: str
    customers: int
    stayed: list[float] = Field(description="share with a doing in the 1st, 2nd, … week after")


class CustomersAnswer(Answer):
    """Signed-in customers; nobody is named."""

    active: int = Field(description="who did something")
    new: int = Field(description="of them for the first time")
    buyers: int
    repeat_rate: float | None = Field(description="share of the buyers who bought on two days or more")
    retention: float | None = Field(description="share of those of the equally long time before who are active again")
    recency_days: dict[str, float] | None = Field(description="quartiles of days since the last purchase")
    frequency_days: dict[str, float] | None = Field(description="quartiles of days with a purchase")
    tenure_days: dict[str, float] | None = Field(description="quartiles of days since the first doing")
    loyalty: dict[str, int] = Field(description="days with a purchase → customers")
    cohorts: list[CohortAnswer]


class EchoesAnswer(Answer):
    """Outcomes whose request_id led nowhere; they are counted all the same."""

    unknown: float = Field(description="there was no such answer")
    not_shown: float = Field(description="that answer did not hold the item")
    late: float = Field(description="the answer was longer ago than the window")


class TrafficAnswer(Answer):
    """The business of a period."""

    request_id: str
    since: str
    until: str
    total: TrafficLineAnswer
    lines: list[TrafficLineAnswer]
    customers: CustomersAnswer
    echoes: EchoesAnswer
    behind: int = Field(description="events in the log that are not counted yet")
    rule: Literal["last_touch", "position_based"]
    window_days: float
    currency: str
