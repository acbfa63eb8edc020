"""One look at the shop as it goes through the door, as schemas.py does for slates."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shopmind.serving.schemas import Answer
from shopmind.serving.traffic_schemas import TrafficLineAnswer


class TodayQuestion(BaseModel):
    """How far to look back by day."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(14, ge=2, le=92, description="UTC days that are told by day, today the last of them")


class HourAnswer(Answer):
    """What was reported of one hour, whatever led to it."""

    since: str
    impressions: int
    clicks: int
    add_to_carts: int
    purchases: int


class FreshnessAnswer(Answer):
    """How up to date one thing is."""

    what: str = Field(description="events, traffic, text_index, vector_index, or the name of an artifact")
    at: str | None = Field(description="of the newest thing in it")
    behind: int = Field(description="events or changes that it has not seen")


class FindingAnswer(Answer):
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "warn", "fail"]
    text: str
    advice: str = Field(description='what to do, "" when nothing')


class RequestsAnswer(Answer):
    """Requests of all processes since the server started, but those about health."""

    since: str
    answered: int = Field(description="with a status below 400")
    refused: int = Field(description="400 to 499: what was asked was wrong")
    failed: int = Field(description="500 and above")
    p50_ms: float | None
    p99_ms: float | None = Field(description="from the first byte of a request to the last of its answer")


class TodayAnswer(Answer):
    """One look at the shop."""

    request_id: str
    now: str
    currency: str
    today: TrafficLineAnswer = Field(
        description="since midnight UTC; conversion and add_to_cart_rate of what an answer led to"
    )
    yesterday: TrafficLineAnswer = Field(description="the whole day before")
    lines: list[TrafficLineAnswer] = Field(description="today by scenario and variant")
    days: list[TrafficLineAnswer] = Field(description="by day; days without anything are left out")
    hours: list[HourAnswer] = Field(description="the last 24, the one under way the last of them")
    requests: RequestsAnswer
    freshness: list[FreshnessAnswer]
    alerts: list[FindingAnswer] = Field(description="what is not well")


class DoctorAnswer(Answer):
    """Everything the doctor looks at."""

    request_id: str
    findings: list[FindingAnswer]
