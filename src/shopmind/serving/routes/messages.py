"""Contacts, stops, how messages stand, and the page that ends them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.ingest.rows import RowStatus
from shopmind.kit.errors import InputError
from shopmind.serving.answers import answer_rows
from shopmind.serving.bodies import read_rows
from shopmind.serving.describe import described, rows
from shopmind.serving.message_schemas import ContactRow, MessagesAnswer, StopRow
from shopmind.serving.responses import json_response
from shopmind.serving.schemas import BulkAnswer, SingleAnswer
from shopmind.serving.service import service_of, visit_of
from shopmind.shop import Shop

router = APIRouter(prefix="/v1", tags=["messages"])

ONE: dict[str, Any] = {"user_id": "u01", "channel": "email", "address": "ann@mail.example"}
MANY = [ONE, {"user_id": "u02", "channel": "sms", "address": "+44 7700 900123"}]
NDJSON = '{"user_id": "u01", "channel": "email", "address": "ann@mail.example"}\n'
STOP: dict[str, Any] = {"user_id": "u30", "channel": "email", "why": "bounced"}


@router.post(
    "/contacts",
    **described("Write contacts", BulkAnswer, "admin", extra=rows(ContactRow, ONE, MANY, NDJSON), created=SingleAnswer),
)
async def put_contacts(request: Request) -> Response:
    """Where people are reached, by person and channel. Addresses are kept apart from everything the engine reads."""
    shop = service_of(request).shop
    return await answer_rows(request, "contacts", await read_rows(request), shop.postbox.put_contacts)


@router.post(
    "/stops",
    **described(
        "Stop messages",
        BulkAnswer,
        "admin",
        extra=rows(StopRow, STOP, [STOP, {"user_id": "u29"}], '{"user_id": "u29", "why": "complained"}\n'),
        created=SingleAnswer,
    ),
)
async def put_stops(request: Request) -> Response:
    """Sends people nothing more, on one channel or on all, and what is planned for them is not handed over."""
    shop = service_of(request).shop
    return await answer_rows(request, "stops", await read_rows(request), lambda given: _stopped(shop, given))


@router.get("/messages", **described("Count the messages", MessagesAnswer, "merchandise"))
async def count_messages(request: Request) -> Response:
    """How the messages of every run stand. Campaigns are planned and sent by `shopmind messages`."""
    service = service_of(request)
    postbox = service.shop.postbox
    counts = await service.read(lambda: postbox.outbox.counts() if postbox.used else [])
    names = ("campaign", "run", "channel", "state", "why", "messages")
    told = [dict(zip(names, row, strict=True)) for row in counts]
    return json_response({"request_id": visit_of(request).request_id, "messages": told})


def _stopped(shop: Shop, given: Sequence[dict[str, Any]]) -> list[RowStatus]:
    statuses = []
    for at, row in enumerate(given):
        try:
            unknown = set(row) - set(StopRow.model_fields)
            user_id, channel = row.get("user_id"), row.get("channel")
            if unknown or not isinstance(user_id, str) or not user_id or not isinstance(channel, str | None):
                raise InputError("user_id, and channel and why where needed, are expected", field="user_id")
            shop.postbox.stop(shop.pseudonyms.user(user_id), channel or "", row.get("why") or "asked")
            statuses.append(RowStatus(at, user_id, "accepted"))
        except InputError as error:
            statuses.append(RowStatus(at, None, "rejected", f"row {at + 1}: {error.message}", error.field))
    return statuses
