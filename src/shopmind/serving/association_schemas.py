"""Association rules as they go through the door, as schemas.py does for slates."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shopmind.serving.schemas import Answer


class AssociationsQuestion(BaseModel):
    """Which rules are told, and in which order."""

    model_config = ConfigDict(extra="forbid")

    item: str = Field("", max_length=500, description="only rules with this item, on either side")
    n: int = Field(50, ge=1, le=1000, description="most rules told")
    by: Literal["leverage", "lift", "confidence", "support"] = Field("leverage", description="highest first")
    min_lift: float = Field(1.0, ge=0, allow_inf_nan=False, description="lowest lift told; 1 is chance")
    max_q: float = Field(0.01, gt=0, le=1, description="share of false finds among the rules told")
    redundant: bool = Field(False, description="also rules with a good too many on the left")


class AssociationAnswer(Answer):
    """Orders that hold all of `given` tend to hold `then`."""

    given: list[str] = Field(description="one or two ids")
    then: str
    titles: list[str] = Field(description="of `given`, then of `then`")
    orders: int = Field(description="how many hold all of it")
    support: float = Field(description="their share of all orders")
    confidence: float = Field(description="share of the orders with `given` that hold `then`")
    lift: float = Field(description="how many times as often as by chance")
    leverage: float = Field(description="share of all orders that hold all of it beyond chance")
    q: float = Field(description="share of false finds, were every rule called one that is at least as sure")
    adds: bool = Field(description="of two given goods, whether both say more than the better one alone")


class AssociationsAnswer(Answer):
    """The rules of a shop."""

    request_id: str
    orders: int = Field(description="they were mined from")
    at_least: int = Field(description="orders that hold each pair")
    triples_at_least: int = Field(description="orders that hold each three goods")
    tests: int = Field(description="how many rules could have been found; `q` is held over all of them")
    total: int = Field(description="rules that meet what was asked")
    trained_at: str
    rules: list[AssociationAnswer]
