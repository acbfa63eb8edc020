"""The catalogue as a list, its gaps, and what became of an item, as schemas.py does for slates."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from shopmind.insights.browsing import Order
from shopmind.insights.item_figures import MOST_DAYS
from shopmind.serving.cursor import MAX_OFFSET
from shopmind.serving.schemas import MAX_FILTER, MAX_N, MAX_TEXT, Answer
from shopmind.serving.slate_schemas import ItemAnswer


class BrowseQuestion(BaseModel):
    """Which items of the catalogue, and how many."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field("", max_length=MAX_TEXT, description="every word stands in the title; or the id, or the brand")
    filters: str = Field("", max_length=MAX_FILTER, description='an expression such as `status != "active"`')
    gap: str = Field("", max_length=100, description="only items with this gap, as the report of quality names it")
    sort: Order = Field("newest", description="the last come first, or by title or price; unknown prices come last")
    n: int = Field(50, ge=1, le=MAX_N)
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="items to skip; `cursor` does it for you")
    cursor: str | None = Field(None, max_length=64, description="`next_cursor` of the answer this one continues")


class BrowseLine(ItemAnswer):
    """An item and what its data lack."""

    gaps: list[str] | None = Field(
        description="names as in the report of quality; null of a large catalogue that nobody asked that report of yet"
    )


class BrowseAnswer(Answer):
    """A part of the catalogue, hidden and sold-out items too."""

    request_id: str
    items: list[BrowseLine]
    total: int
    next_cursor: str | None


class QualityQuestion(BaseModel):
    """Which items are looked through."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(
        "", max_length=50, description="of items: product, shop, promotion, ad, content; all when left out"
    )
    n: int = Field(5, ge=0, le=100, description="most examples of each gap")


class ExampleAnswer(Answer):
    """An item with a gap."""

    item_id: str
    title: str


class GapAnswer(Answer):
    """One gap."""

    gap: str
    english: str
    chinese: str
    mend_english: str = Field(description="what to do about it")
    mend_chinese: str
    items: int = Field(description="that have it")
    asked: int = Field(description="items it is asked of")
    examples: list[ExampleAnswer]


class CategoryGapAnswer(Answer):
    """One category."""

    category: str
    items: int
    with_gaps: int
    most: str = Field(description="the gap that most of them have; empty for none")


class QualityAnswer(Answer):
    """What the data of the catalogue lack, over active items."""

    request_id: str
    at: str = Field(description="when it was looked through; a large catalogue that keeps changing, now and then")
    items: int
    sound: int = Field(description="items without any gap")
    gaps: list[GapAnswer]
    categories: list[CategoryGapAnswer] = Field(description="those with most items that have gaps first")


class FiguresQuestion(BaseModel):
    """A period."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(30, ge=1, le=MOST_DAYS, description="whole UTC days, today the last of them")


class ItemDayAnswer(Answer):
    """One UTC day."""

    day: str
    events: dict[str, int] = Field(description="event type → how often")


class ItemFiguresAnswer(Answer):
    """What became of an item; nobody is named."""

    request_id: str
    item_id: str
    since: str
    until: str
    events: dict[str, int] = Field(description="event type → how often")
    customers: int = Field(description="different signed-in people who did something with it")
    revenue: float = Field(description="of its purchases, in major units")
    currency: str
    days: list[ItemDayAnswer] = Field(description="every day, oldest first")
    places: dict[str, int] = Field(description="scenario → impressions, the most first")
