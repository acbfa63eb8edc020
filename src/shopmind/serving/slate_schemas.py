"""What an answer of search and recommend holds."""

from __future__ import annotations

from pydantic import Field

from shopmind.domain import Kind
from shopmind.serving.schemas import Answer, ErrorBody, Scalar


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
    attributes: dict[str, Scalar] = Field({})


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
    sponsored: bool | None = Field(None, description="true for an ad, which must be shown as such; else left out")
    advertiser: str | None = Field(None, description="who pays for the place of an ad")


class AppliedRuleAnswer(Answer):
    """A merchandiser's rule that took part in an answer."""

    rule_id: str
    version: int = Field(description="of the rule, counted from 1; 0 for a draft in a preview")
    action: str = Field(description="pin, boost, bury, hide, cap, redirect or banner")
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


class MatchingAnswer(Answer):
    """How much matches, as facets count it."""

    items: int = Field(description="what matches and passes the filter: has enough of the words, or is good without")
    near: int = Field(description="hits to page through beside them, which do not match and only come close")
    exact: bool = Field(description="false: more matches than is counted, `items` is a lower bound")


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


class BundleAnswer(Answer):
    """Goods that sell together; each can be had."""

    items: list[str] = Field(description="two or three ids, those at hand first")
    price: float | None = Field(description="of one of each together, in major units of `currency`; null if unknown")
    price_minor: int | None = Field(description="the same, exactly, in its minor unit")
    currency: str | None
    orders: int = Field(description="how many hold all of them")
    share: float = Field(description="of all orders")
    lift: float = Field(description="how many times as often as if each was bought by itself")


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
    matching: MatchingAnswer | None = Field(None, description="the set that facets count; left out without facets")
    bundles: list[BundleAnswer] | None = Field(None, description="best first; left out where there are none")


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
