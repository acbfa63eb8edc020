"""What goes through the doors, both ways. Questions are validated by these; answers are built as plain dicts and only
described by these (a test holds each answer against its description)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from shopmind.domain import SuggestionKind
from shopmind.serving.cursor import MAX_OFFSET

MAX_TEXT = 1_000
MAX_FILTER = 4_000
MAX_N = 200
MAX_ANCHORS = 200
MAX_SEARCHES = 16

Id = Annotated[str, Field(min_length=1, max_length=500)]
Scalar = str | int | float | bool
Names = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]],
    BeforeValidator(lambda given: given.split(",") if isinstance(given, str) else given),
]
"""A list, or in an address names with commas between."""


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
    sort: str = Field(
        "",
        max_length=200,
        description="newest, popular, name, or a column such as price, -price for the largest first; else by score",
    )
    facets: Names = Field(
        [], max_length=20, description="columns whose values are counted over all that matches, such as brand and price"
    )
    min_score: float | None = Field(None, description="leaves out hits of a lower score")
    personal: bool = Field(True, description="false: what the user did does not move the order")
    explore: bool = Field(True, description="false: no hit stands there merely to learn about it")
    record: bool = Field(
        True,
        description="false: the answer is looked into and shown to nobody: it leaves no slate and no impression",
    )


class SearchQuestion(Question):
    """A search."""

    verbatim: bool = Field(False, description="search for exactly what was typed: no correction, nothing read out")
    text: str = Field("", max_length=MAX_TEXT, validation_alias=AliasChoices("text", "q"), description="what was typed")


class RecommendQuestion(Question):
    """A recommendation; which fields a scenario needs is told by `GET /v1/scenarios`."""

    anchors: list[Id] = Field([], max_length=MAX_ANCHORS, description="ids of the items in view or in the cart")
    text: str = Field("", max_length=MAX_TEXT, description="what it is for, where the scenario reads a text")


class ManyQuestion(BaseModel):
    """Several searches at once; each is read by itself, so that a wrong one spoils no other."""

    model_config = ConfigDict(extra="forbid")

    searches: list[dict[str, Any]] = Field(
        min_length=1, max_length=MAX_SEARCHES, description="each as the body of `POST /v1/search`"
    )


class SuggestQuestion(BaseModel):
    """The beginning of a text."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(
        "", max_length=200, validation_alias=AliasChoices("text", "q"), description="what was typed so far"
    )
    n: int = Field(8, ge=1, le=50, description="how many at most")
    user: Id | None = Field(
        None,
        validation_alias=AliasChoices("user", "user_id"),
        description="the shop's own user id; their past searches and categories come first",
    )
    session: Id | None = Field(
        None, validation_alias=AliasChoices("session", "session_id"), description="the visit of an anonymous user"
    )
    personal: bool = Field(True, description="false: as if nobody was named")


class Answer(BaseModel):
    """What every described answer keeps to: no field that is not named here."""

    model_config = ConfigDict(extra="forbid")


class SuggestionAnswer(Answer):
    """A completion and where it comes from."""

    text: str
    kind: SuggestionKind = Field(description="what others searched for, or a category, brand or title of the shop")
    own: bool = Field(description="a past search or a category of the one who asks")
    forgiven: bool = Field(description="something typed was taken for a slip")


class SuggestAnswer(Answer):
    """Completions of what is being typed."""

    request_id: str
    took_ms: float
    suggestions: list[str]
    details: list[SuggestionAnswer] = Field(description="the same, in the same order")


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


class OutlookAnswer(Answer):
    """What a customer will do; every probability is calibrated. The id is the pseudonym."""

    request_id: str
    user_id: str
    at: str = Field(description="the moment it is of")
    purchase: dict[str, float] = Field(description="days → probability of a purchase within so many days")
    days_to_purchase: float | None = Field(
        description="by then a purchase is as likely as not; null beyond all horizons"
    )
    churn: float | None = Field(description="probability of no purchase within `churn_days`; null for who never bought")
    churn_days: int
    actions: dict[str, float] = Field(description="what comes next; empty where the log knows too few kinds")
    calibrated_at: str = Field(description="the end of the time the probabilities were held against")
    model_version: str


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
    strategy: str = Field(
        description="none: the shop is trained by hand; idle; or where a candidate is: fit, evaluate, shadow, ramp …"
    )


class ErrorBody(Answer):
    """What went wrong."""

    code: str = Field(description="stable and machine-readable")
    message: str = Field(description="where, what was given, what is allowed")
    field: str | None


class ErrorAnswer(Answer):
    """The one error shape."""

    error: ErrorBody
