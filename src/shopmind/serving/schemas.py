"""What goes through the doors, both ways. Questions are validated by these; answers are built as plain dicts and only
described by these (a test holds each answer against its description)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from shopmind.domain import EventType, Kind, LinkType
from shopmind.serving.cursor import MAX_OFFSET

MAX_TEXT = 1_000
MAX_FILTER = 4_000
MAX_N = 200
MAX_ANCHORS = 200

Id = Annotated[str, Field(min_length=1, max_length=500)]
Scalar = str | int | float | bool


class Question(BaseModel):
    """What search and recommend have in common."""

    model_config = ConfigDict(extra="forbid")

    user: Id | None = Field(
        None,
        validation_alias=AliasChoices("user", "user_id"),
        description="the shop's own user id; it is made a pseudonym here and goes no further",
    )
    session: Id | None = Field(
        None, validation_alias=AliasChoices("session", "session_id"), description="the visit of an anonymous user"
    )
    filters: str = Field(
        "",
        max_length=MAX_FILTER,
        validation_alias=AliasChoices("filters", "filter"),
        description='an expression such as `price < 20 and brand = "Quiet Hill"`',
    )
    n: int | None = Field(None, ge=1, le=MAX_N, description="length of the slate; the scenario's own when left out")
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="hits to skip; `cursor` does it for you")
    cursor: str | None = Field(None, max_length=64, description="`next_cursor` of the answer this one continues")
    explain: bool = Field(False, description="give each hit its reasons")
    language: Literal["", "en", "zh"] = Field("", description="of the reasons; the shop's own when left out")


class SearchQuestion(Question):
    """A search."""

    text: str = Field("", max_length=MAX_TEXT, validation_alias=AliasChoices("text", "q"), description="what was typed")


class RecommendQuestion(Question):
    """A recommendation; which fields a scenario needs is told by `GET /v1/scenarios`."""

    anchors: list[Id] = Field([], max_length=MAX_ANCHORS, description="ids of the items in view or in the cart")


class SuggestQuestion(BaseModel):
    """The beginning of a text."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(
        "", max_length=200, validation_alias=AliasChoices("text", "q"), description="what was typed so far"
    )
    n: int = Field(8, ge=1, le=50, description="how many at most")


class Answer(BaseModel):
    """What every described answer keeps to: no field that is not named here."""

    model_config = ConfigDict(extra="forbid")


class ItemAnswer(Answer):
    """One item; fields that are not known are left out."""

    item_id: str
    kind: Kind
    title: str
    description: str | None = None
    brand: str | None = None
    categories: list[str] = Field([], description="from the widest to the narrowest")
    price: float | None = Field(None, description="in major units of `currency`")
    price_minor: int | None = Field(None, description="the same, exactly, in its minor unit")
    currency: str | None = None
    stock: float | None = None
    status: str | None = Field(None, description="only when it is not active")
    url: str | None = None
    image: str | None = None
    language: str | None = None
    group_id: str | None = None
    shop_id: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    attributes: dict[str, Scalar] = {}


class ReasonAnswer(Answer):
    """Why a hit is there."""

    signal: str = Field(description="name of the retriever or feature")
    value: float | None = Field(description="the signal's own value")
    share: float | None = Field(description="part of the score it accounts for; null when that cannot be said")
    text: str = Field(description="one sentence")


class HitAnswer(Answer):
    """One item of a slate."""

    item: ItemAnswer
    score: float | None = Field(description="higher is better; null when it cannot be said")
    source: list[str] = Field(description="the retrievers that brought it, strongest first")
    position: int = Field(description="place in the slate from 0 on, counted over all pages")
    propensity: float | None = Field(description="probability that this item stands here; 1 when nothing is random")
    reasons: list[ReasonAnswer] | None = Field(None, description="with `explain`")
    highlights: dict[str, str] | None = Field(None, description="field → HTML with what was found in `<mark>`")


class AppliedRuleAnswer(Answer):
    """A merchandiser's rule that took part in an answer."""

    rule_id: str
    version: int = Field(description="of the rule, counted from 1; 0 for a draft in a preview")
    action: str = Field(description="pin, boost, bury, hide, redirect or banner")
    items: list[str] = Field(description="ids of the items it moved, put in or took out")
    says: str | None = Field(None, description="the address of a redirect, the text of a banner")


class SlateAnswer(Answer):
    """The answer of search and recommend."""

    request_id: str = Field(description="send it with the events that follow from this answer")
    scenario: str
    hits: list[HitAnswer]
    total: int = Field(description="candidates that were ranked: a lower bound of what matches")
    next_cursor: str | None = Field(description="asks for the next page; null on the last")
    took_ms: float = Field(description="time in the engine")
    model_version: str
    variant: str | None
    degraded: list[str] | None = Field(None, description="fallbacks that were taken; left out when there were none")
    applied_rules: list[AppliedRuleAnswer] | None = Field(None, description="left out when no rule took part")


class SuggestAnswer(Answer):
    """Completions of what is being typed."""

    request_id: str
    took_ms: float
    suggestions: list[str]


class RowAnswer(Answer):
    """What became of one row."""

    row: int = Field(description="its place in the request, from 0 on")
    id: str | None
    status: str = Field(description="accepted, duplicate (it changed nothing) or rejected")
    reason: str | None = None
    field: str | None = None


class SingleAnswer(RowAnswer):
    """What became of the one row that was sent; a rejected one answers with an error instead."""

    request_id: str
    took_ms: float


class BulkAnswer(Answer):
    """What became of each row. Good rows get in whatever the others are like."""

    request_id: str
    took_ms: float
    accepted: int
    duplicate: int
    rejected: int
    rows: list[RowAnswer]


class ScenarioAnswer(Answer):
    """One place of the shop and how ready it is."""

    name: str
    title: str
    kinds: list[str]
    needs: list[str] = Field(description="what a question must bring")
    n: int
    ready: bool
    missing: list[str] = Field(description="what would make it better; it answers all the same")


class ScenariosAnswer(Answer):
    """Every scenario of the shop."""

    request_id: str
    scenarios: list[ScenarioAnswer]


class UserAnswer(Answer):
    """What is known of a user; the id is the pseudonym."""

    user_id: str
    created_at: str | None
    attributes: dict[str, Scalar]
    consent: dict[str, bool]


class RemovedAnswer(Answer):
    """An item was taken out of the shop."""

    request_id: str
    item_id: str
    removed: bool


class ForgetAnswer(Answer):
    """A user was forgotten. Doing it again is allowed and finds nothing."""

    request_id: str
    receipt: dict[str, Any]


class LiveAnswer(Answer):
    """The process answers."""

    status: str


class ReadyAnswer(Answer):
    """The shop answers."""

    status: str = Field(description="ready, or empty while there are no items")
    items: int
    missing: dict[str, list[str]] = Field(description="scenario → what would make it better")


class ErrorBody(Answer):
    """What went wrong."""

    code: str = Field(description="stable and machine-readable")
    message: str = Field(description="where, what was given, what is allowed")
    field: str | None


class ErrorAnswer(Answer):
    """The one error shape."""

    error: ErrorBody


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
