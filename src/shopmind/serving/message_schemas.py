"""What goes through the doors of messages and audiences, as schemas.py does for everybody's."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shopmind.serving.schemas import Answer, Id

Channel = Literal["email", "sms", "push"]


class ContactRow(BaseModel):
    """Where a person is reached. It allows nothing by itself: consent comes with the user."""

    model_config = ConfigDict(extra="forbid")

    user_id: Id = Field(description="the shop's own id")
    channel: Channel
    address: str | None = Field(None, max_length=4_096, description="null or empty takes the contact away")


class StopRow(BaseModel):
    """Nothing is sent to a person any more, whatever later imports say: a bounce, a complaint, a call."""

    model_config = ConfigDict(extra="forbid")

    user_id: Id = Field(description="the shop's own id")
    channel: Channel | None = Field(None, description="all of them when left out")
    why: Literal["unsubscribed", "bounced", "complained", "asked"] = "asked"


class MessageCount(Answer):
    """How many messages of a run are in one state."""

    campaign: str
    run: str
    channel: str
    state: Literal["planned", "sending", "sent", "failed", "unknown", "skipped"]
    why: str
    messages: int


class MessagesAnswer(Answer):
    """How the messages of every run stand; nobody is named."""

    request_id: str
    messages: list[MessageCount]


class AudienceQuestion(BaseModel):
    """Which goods; exactly one of items, brand, category and promotion."""

    model_config = ConfigDict(extra="forbid")

    items: str = Field("", max_length=10_000, description="ids with commas between")
    brand: str = Field("", max_length=500)
    category: str = Field("", max_length=500, description="a first category")
    promotion: Id | None = Field(None, description="stands for what it covers")
    n: int = Field(1_000, ge=1, le=100_000, description="people at most")
    least: float = Field(0.0, ge=0, le=1, description="people of a smaller chance are left out")


class MemberAnswer(Answer):
    """One of an audience."""

    user_id: str = Field(description="pseudonym")
    score: float = Field(description="by which they are ordered: the chance where there is one")
    chance: float | None = Field(description="of buying any of the goods within `days`; null without a model")
    reasons: list[str] = Field(description="signals that speak for this person most: own, brand, category, orders, …")


class AudienceAnswer(Answer):
    """The people most likely to buy some goods."""

    request_id: str
    people: list[MemberAnswer]
    size: int = Field(description="everybody of whom something speaks for the goods, whoever is listed")
    goods: list[str]
    days: int | None
    expected: float | None = Field(description="buyers among the people listed; null without a model")
    of_chance: float | None = Field(description="buyers among as many customers drawn by lot")
    reachable: dict[str, int] = Field(description="channel → how many of those listed agreed to it")
    degraded: str = Field(description="why there are no chances; empty when there are")
