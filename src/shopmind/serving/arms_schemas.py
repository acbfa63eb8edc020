"""The slots of a scenario as they go through the door, as schemas.py does for slates."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from shopmind.serving.schemas import Answer


class ArmsQuestion(BaseModel):
    """A scenario, and how many of its items are told."""

    model_config = ConfigDict(extra="forbid")

    scenario: str = Field("", max_length=200, description="one that explores; all that do when left out")
    n: int = Field(50, ge=1, le=1000, description="most items told, the most shown first")


class ArmAnswer(Answer):
    """One item that stood in a slot; both counts fade with time."""

    item_id: str
    title: str
    shown: float = Field(description="impressions in the slots")
    rewarded: float = Field(description="those of them that were rewarded")
    rate: float = Field(description="rewarded share, with the prior added")
    low: float = Field(description="the rate lies above it with a probability of 97.5 %")
    high: float = Field(description="the rate lies below it with a probability of 97.5 %")


class SlotsAnswer(Answer):
    """What is known of the slots of a scenario."""

    scenario: str
    by: str = Field(description="the reranker that fills them")
    slots: list[int] = Field(description="positions in the answer, from 0")
    shown: float
    rewarded: float
    mean: float = Field(description="rate of all, drawn to the prior: what a new item starts with")
    items: int = Field(description="how many items have stood in a slot")
    arms: list[ArmAnswer]
    trained: bool = Field(description="false: only what the process has heard since the other trainings counts")


class ArmsAnswer(Answer):
    """What is known of the slots of the scenarios that explore."""

    request_id: str
    scenarios: list[SlotsAnswer] = Field(description="empty where none explores")
