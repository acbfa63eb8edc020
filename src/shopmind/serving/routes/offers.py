"""Offers: how they stand, what a cart may have off, and redemptions."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.serving.bodies import read_model
from shopmind.serving.describe import body, described
from shopmind.serving.offer_schemas import (
    CartQuestion,
    CombinationAnswer,
    OffersAnswer,
    RedeemedAnswer,
    RedeemQuestion,
    TakeBackQuestion,
    TakenBackAnswer,
)
from shopmind.serving.offers import combination_json
from shopmind.serving.responses import json_response
from shopmind.serving.service import service_of, visit_of
from shopmind.shop.offers import OfferState

router = APIRouter(prefix="/v1/offers", tags=["offers"])

CART: dict[str, Any] = {"lines": [{"item_id": "tea-01", "quantity": 2}, {"item_id": "kit-01"}], "user_id": "u01"}
REDEEM: dict[str, Any] = {**CART, "order_id": "order-1001", "offers": ["promo-tea"]}


@router.get("", **described("List the offers", OffersAnswer, "merchandise"))
async def list_offers(request: Request) -> Response:
    """Every offer with its state, what it has given away, and what is wrong with those that contradict themselves."""
    service = service_of(request)
    found = await service.read(lambda: [_plain(each) for each in service.shop.offers.all()])
    return json_response({"request_id": visit_of(request).request_id, "offers": found})


@router.post("/cart", **described("Offers for a cart", CombinationAnswer, "read", extra=body(CartQuestion, cart=CART)))
async def cart(request: Request) -> Response:
    """The combination of offers that takes most off a cart, on demand with the reasons against others."""
    ask, service = await read_model(request, CartQuestion), service_of(request)
    lines = [line.model_dump() for line in ask.lines]
    found = await service.read(
        lambda: service.shop.offers.cart(lines, user=ask.user_id, offers=ask.offers, cap_minor=ask.cap_minor)
    )
    return json_response({"request_id": visit_of(request).request_id, **combination_json(found, ask)})


@router.post("/redeem", **described("Redeem offers", RedeemedAnswer, "admin", extra=body(RedeemQuestion, order=REDEEM)))
async def redeem(request: Request) -> Response:
    """Counts that an order uses these offers, once however often it is sent, and never above a budget."""
    ask, service = await read_model(request, RedeemQuestion), service_of(request)
    lines = [line.model_dump() for line in ask.lines]
    amounts = await service.write(lambda: service.shop.offers.redeem(ask.order_id, ask.offers, lines, user=ask.user_id))
    return json_response({"request_id": visit_of(request).request_id, "amounts": amounts})


@router.post(
    "/take-back",
    **described(
        "Take a redemption back",
        TakenBackAnswer,
        "admin",
        extra=body(TakeBackQuestion, cancelled={"order_id": "order-1002", "offer_id": "promo-tea"}),
    ),
)
async def take_back(request: Request) -> Response:
    """Gives a redemption back to the offer's budget, once: for an order that was cancelled."""
    ask, service = await read_model(request, TakeBackQuestion), service_of(request)
    done = await service.write(lambda: service.shop.offers.take_back(ask.order_id, ask.offer_id))
    return json_response({"request_id": visit_of(request).request_id, "taken_back": done})


def _plain(state: OfferState) -> dict[str, Any]:
    offer = state.offer
    return {
        "offer_id": state.offer_id,
        "state": state.state,
        "why": state.why,
        "uses": state.spent.uses,
        "spent_minor": state.spent.amount_minor,
        "budget_uses": None if offer is None else offer.budget_uses,
        "budget_minor": None if offer is None else offer.budget_minor,
    }
