"""What goes through the doors, both ways. Questions are validated by these; answers are built as plain dicts and only
described by these (a test holds each answer against its description)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from shopmind.domain import Kind, SuggestionKind
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


class SearchQuestion(Question):
    """A search."""

    verbatim: bool = Field(False, description="search for exactly what was typed: no correction, nothing read out")
    text: str = Field("", max_length=MAX_TEXT, validation_alias=AliasChoices("text", "q"), description="what was typed")


class RecommendQuestion(Question):
    """A recommendation; which fields a scenario needs is told by `GET /v1/scenarios`."""

    anchors: list[Id] = Field([], max_length=MAX_ANCHORS, description="ids of the items in view or in the cart")


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
    highlights: dict[str, str] | None = Field(
        None, description="title and part of the description: HTML with what was found in `<mark>`"
    )
    variants: list[str] | None = Field(
        None, description="ids of other items of its group that were found, where one hit stands for all"
    )


class AppliedRuleAnswer(Answer):
    """A merchandiser's rule that took part in an answer."""

    rule_id: str
    version: int = Field(description="of the rule, counted from 1; 0 for a draft in a preview")
    action: str = Field(description="pin, boost, bury, hide, redirect or banner")
    items: list[str] = Field(description="ids of the items it moved, put in or took out")
    says: str | None = Field(None, description="the address of a redirect, the text of a banner")


class ValueAnswer(Answer):
    """A value and how many of what matches have it."""

    value: str
    items: int


class RangeAnswer(Answer):
    """Numbers from `low` up to but without `high`; the last range has both."""

    low: float
    high: float
    items: int


class FacetAnswer(Answer):
    """What matches by the values of one column."""

    name: str
    values: list[ValueAnswer] = Field(description='most first; of categories every level, as "Wide > Narrow"')
    ranges: list[RangeAnswer] = Field(description="of a column of numbers, with about as many items each")
    low: float | None = Field(description="smallest number; null for texts and where nothing matches")
    high: float | None = Field(description="largest number")
    missing: int = Field(description="matches without a value")
    exact: bool = Field(description="false: more matches than is counted, every count is a lower bound")


class ConstraintAnswer(Answer):
    """A condition read out of the text."""

    kind: str = Field(description="price, brand, colour, size, category or the name of an attribute")
    expression: str = Field(description="in the filter language")
    words: str = Field(description="as typed")
    confidence: float


class UnderstoodAnswer(Answer):
    """What the text was taken to mean."""

    text: str = Field(description="what was searched for")
    language: str
    corrected: str | None = Field(description="the query searched in place of the one typed; `verbatim` undoes it")
    did_you_mean: str | None = Field(description="a likelier spelling that was not taken")
    constraints: list[ConstraintAnswer]
    relaxed: list[str] = Field(description="what was given up because too little was found")
    without: list[str] = Field(description="unwanted words, as analysed")
    categories: dict[str, float] = Field(description="category path → probability that it is what is wanted")


class TriedAnswer(Answer):
    """A place that was filled by a draw."""

    position: int
    by: str = Field(description="the reranker that drew")
    chance: float = Field(description="of this item in this slot, given that the request explores")
    lifted: bool = Field(description="false: the ranking would leave the item in the head, too")


class SlateAnswer(Answer):
    """The answer of search and recommend."""

    request_id: str = Field(description="send it with the events that follow from this answer")
    scenario: str
    hits: list[HitAnswer]
    total: int = Field(description="hits there are to page through: a lower bound of what matches")
    next_cursor: str | None = Field(description="asks for the next page; null on the last")
    took_ms: float = Field(description="time in the engine")
    model_version: str
    variant: str | None
    degraded: list[str] | None = Field(None, description="fallbacks that were taken; left out when there were none")
    explored: list[TriedAnswer] | None = Field(None, description="filled by a draw; left out when none was")
    applied_rules: list[AppliedRuleAnswer] | None = Field(None, description="left out when no rule took part")
    understood: UnderstoodAnswer | None = Field(None, description="of a text")
    facets: list[FacetAnswer] | None = Field(None, description="the counts asked for, in the order asked")


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


class OneOfManyAnswer(Answer):
    """The answer of one of several searches."""

    status: int = Field(description="as the search alone would have answered")
    slate: SlateAnswer | None = Field(None, description="when the status is 200")
    error: ErrorBody | None = Field(None, description="when it is not")


class ManyAnswer(Answer):
    """One answer for each search, in the order asked."""

    request_id: str
    took_ms: float
    answers: list[OneOfManyAnswer]
