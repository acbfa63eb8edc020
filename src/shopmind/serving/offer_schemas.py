"""Offers as they go through the door, as schemas.py does for slates."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from shopmind.serving.schemas import Answer, Id

MOST_LINES = 1_000
MOST_REFUSED = 200


class LineRow(BaseModel):
    """One line of a cart."""

    model_config = ConfigDict(extra="forbid")

    item_id: Id
    quantity: float = Field(1, gt=0, le=1e6)
    price_minor: int | None = Field(None, ge=0, description="of one piece, minor units; the catalogue's if left out")


class CartQuestion(BaseModel):
    """A cart, and who it is of."""

    model_config = ConfigDict(extra="forbid")

    lines: list[LineRow] = Field(max_length=MOST_LINES)
    user_id: Id | None = None
    offers: list[Id] | None = Field(None, max_length=200, description="only these; all that may be used if left out")
    cap_minor: int | None = Field(None, ge=0, description="the most that all together may take off")
    refused: int | None = Field(
        None,
        ge=0,
        le=MOST_REFUSED,
        description="how many of the others are told with the reason why they are not used; when left out none, or all "
        "that `offers` names",
    )


class RedeemQuestion(BaseModel):
    """An order and the offers that it uses, all of them or none."""

    model_config = ConfigDict(extra="forbid")

    order_id: Id
    offers: list[Id] = Field(min_length=1, max_length=50)
    lines: list[LineRow] = Field(max_length=MOST_LINES)
    user_id: Id | None = None


class TakeBackQuestion(BaseModel):
    """A redemption that is given back to the offer."""

    model_config = ConfigDict(extra="forbid")

    order_id: Id
    offer_id: Id


class OfferAnswer(Answer):
    """An offer as it stands now."""

    offer_id: str
    state: str = Field(description="running, waiting, over, spent, hidden or contradictory")
    why: str = Field(description="in words; empty for one that is running")
    uses: int = Field(description="redemptions so far")
    spent_minor: int = Field(description="what they took off, minor units")
    budget_uses: int | None = None
    budget_minor: int | None = None


class OffersAnswer(Answer):
    """Every offer of the shop, by id."""

    request_id: str
    offers: list[OfferAnswer]


class CombinationAnswer(Answer):
    """Offers that go together."""

    request_id: str
    amounts: dict[str, int] = Field(description="offer → minor units off, in the order in which they are applied")
    total_minor: int
    refused: dict[str, str] = Field(description="offer → why it is not among them; as many as were asked for")
    refused_offers: int = Field(description="how many could be told; of what is over, only what `offers` names")
    exact: bool = Field(description="false: there were too many to try every combination")
    unknown: list[str] = Field(description="goods that are not in the catalogue, counted by the price that was given")


class RedeemedAnswer(Answer):
    """What was redeemed; sent again, the same answer and nothing more is counted."""

    request_id: str
    amounts: dict[str, int] = Field(description="offer → minor units off")


class TakenBackAnswer(Answer):
    """Whether anything was given back."""

    request_id: str
    taken_back: bool
