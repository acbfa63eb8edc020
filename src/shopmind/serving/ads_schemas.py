"""The report of ads as it goes through the door, as schemas.py does for slates."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from shopmind.serving.schemas import Answer


class AdsQuestion(BaseModel):
    """A time, and whose ads."""

    model_config = ConfigDict(extra="forbid")

    days: float = Field(30, gt=0, le=3660, description="back from now")
    advertiser: str = Field("", max_length=500, description="only the ads of this one; all when left out")


class AdFiguresAnswer(Answer):
    """What was shown and came of it; money in major units of `currency`, null without a denominator."""

    shown: int = Field(description="answers that held it")
    seen: int = Field(description="of them reported as seen, or clicked")
    clicks: int
    purchases: int = Field(description="of the ad, or of what it leads to after a click")
    spent: float = Field(description="charged in this time")
    foreseen_clicks: float = Field(description="as the ranking foresaw for the same answers")
    click_rate: float | None
    per_click: float | None
    per_thousand: float | None


class AdLineAnswer(Answer):
    """One ad."""

    item_id: str
    title: str
    advertiser: str
    pricing: str | None = Field(description="cpm, cpc or cpa; null while its terms cannot be used")
    bid: float | None
    budget: float | None
    spent_in_all: float | None
    held: float | None = Field(description="for ads that were shown and may still be charged")
    state: str = Field(description='"bids", or why it does not')
    figures: AdFiguresAnswer


class AdsAnswer(Answer):
    """What advertisers got for their money."""

    request_id: str
    since: str
    until: str
    currency: str | None
    ads: list[AdLineAnswer] = Field(description="dearest first")
    advertisers: dict[str, AdFiguresAnswer]
    left_out: int = Field(description="ads that do not bid now")
