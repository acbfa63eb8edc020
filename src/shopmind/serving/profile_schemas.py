"""What is known of one customer, as schemas.py does for slates. Every id is a pseudonym."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shopmind.serving.cursor import MAX_OFFSET
from shopmind.serving.schemas import MAX_N, Answer, Scalar


class BecauseAnswer(Answer):
    """What was done to one item."""

    item_id: str
    title: str
    type: str
    times: int
    last: str


class InterestAnswer(Answer):
    """A category or brand somebody likes."""

    of: Literal["category", "brand"]
    name: str
    share: float = Field(description="of the worth of all they did; newer and weightier doings count more")
    events: dict[str, int] = Field(description="event type → how often")
    last: str
    because: list[BecauseAnswer] = Field(description="the doings that say it loudest")


class ProfileAnswer(Answer):
    """One customer."""

    request_id: str
    user_id: str
    known: bool = Field(description="false for somebody who did something and was never written")
    created_at: str | None
    attributes: dict[str, Scalar]
    consent: dict[str, bool]
    personalise: bool = Field(description="whether their doings may move what they see")
    events: dict[str, int] = Field(description="event type → how often")
    first: str | None
    last: str | None
    interests: list[InterestAnswer] = Field(description="empty where personalise is refused")
    circle: dict[str, int] = Field(description="type of link → people they are linked with")


class HistoryQuestion(BaseModel):
    """Which part of what a customer did."""

    model_config = ConfigDict(extra="forbid")

    n: int = Field(50, ge=1, le=MAX_N)
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="events to skip; `cursor` does it for you")
    cursor: str | None = Field(None, max_length=64, description="`next_cursor` of the answer this one continues")


class DoingAnswer(Answer):
    """One thing somebody did."""

    at: str
    type: str
    item_id: str = Field(description="empty for an item that is no longer there")
    title: str
    quantity: float


class HistoryAnswer(Answer):
    """What a customer did, newest first."""

    request_id: str
    user_id: str
    events: list[DoingAnswer]
    total: int
    next_cursor: str | None
