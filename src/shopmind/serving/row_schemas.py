"""Rows as they are written: items, users, events and links."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from shopmind.domain import EventType, Kind, LinkType
from shopmind.serving.schemas import Id, Scalar


class ItemRow(BaseModel):
    """An item as it is written; other fields become attributes."""

    model_config = ConfigDict(extra="allow")

    item_id: Id
    kind: Kind = "product"
    title: str
    description: str | None = None
    brand: str | None = None
    categories: list[str] | None = None
    price: str | float | None = Field(None, description="decimal, in major units")
    currency: str | None = None
    stock: float | None = None
    status: str | None = None
    url: str | None = None
    image: str | None = None
    language: str | None = None
    group_id: str | None = None
    shop_id: str | None = None
    created_at: str | None = Field(None, description="RFC 3339")
    updated_at: str | None = None
    attributes: dict[str, Scalar] | None = None


class UserRow(BaseModel):
    """A user as it is written."""

    user_id: Id
    created_at: str | None = None
    attributes: dict[str, Scalar] | None = None
    consent: dict[str, bool] | None = None


class EventRow(BaseModel):
    """An event as it is written; other fields become attributes. Without an `event_id` it is given one."""

    model_config = ConfigDict(extra="allow")

    type: EventType
    event_id: str | None = Field(None, description="equal ids are one event: sending it again changes nothing")
    user_id: Id | None = None
    session_id: Id | None = None
    item_id: Id | None = None
    timestamp: str | None = Field(None, description="RFC 3339; now when left out")
    value: str | float | None = Field(None, description="money for a purchase, stars for a rating")
    currency: str | None = None
    quantity: float | None = None
    order_id: str | None = None
    query: str | None = None
    scenario: str | None = None
    request_id: str | None = Field(None, description="of the slate that led to it")
    position: int | None = None
    propensity: float | None = None
    variant: str | None = None


class LinkRow(BaseModel):
    """A link as it is written."""

    type: LinkType
    source_id: Id
    target_id: Id
    weight: float = 1.0
