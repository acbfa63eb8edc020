"""Users: written, read by pseudonym, and forgotten."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.insights import doings, profile
from shopmind.serving import cursor
from shopmind.serving.answers import answer_rows, outlook_json, user_json
from shopmind.serving.bodies import read_query, read_rows
from shopmind.serving.describe import described, parameters, path_example, rows
from shopmind.serving.profile_schemas import HistoryAnswer, HistoryQuestion, ProfileAnswer
from shopmind.serving.profiles import doing_json, profile_json
from shopmind.serving.responses import json_response
from shopmind.serving.row_schemas import UserRow
from shopmind.serving.schemas import BulkAnswer, ForgetAnswer, OutlookAnswer, SingleAnswer, UserAnswer
from shopmind.serving.service import service_of, visit_of
from shopmind.serving.whole_ids import WholeIds

router = APIRouter(prefix="/v1/users", tags=["users"], route_class=WholeIds)

ONE: dict[str, Any] = {
    "user_id": "u90",
    "attributes": {"city": "Leeds", "age": "30-44"},
    "consent": {"personalise": True},
}
MANY = [ONE, {"user_id": "u91"}]
NDJSON = '{"user_id": "u90"}\n{"user_id": "u91", "attributes": {"city": "杭州"}}\n'
BY_ID = path_example("user_id", "u01", "the shop's own id")
TO_FORGET = path_example("user_id", "u30", "the shop's own id")


@router.post(
    "",
    **described("Write users", BulkAnswer, "admin", extra=rows(UserRow, ONE, MANY, NDJSON), created=SingleAnswer),
)
async def put_users(request: Request) -> Response:
    """Inserts or replaces users by id."""
    return await answer_rows(request, "users", await read_rows(request), service_of(request).shop.put_users)


@router.get("/{user_id:path}/outlook", **described("Foresee a user", OutlookAnswer, "admin", extra=BY_ID))
async def outlook(request: Request, user_id: str) -> Response:
    """What a customer will do: next purchase, churn, next action. `shopmind train SHOP behaviour` comes first."""
    service = service_of(request)
    found = await service.read(lambda: service.shop.outlook(user_id))
    return json_response({"request_id": visit_of(request).request_id, **outlook_json(found)})


@router.get("/{user_id:path}/profile", **described("Profile of a user", ProfileAnswer, "admin", extra=BY_ID))
async def read_profile(request: Request, user_id: str) -> Response:
    """What a customer likes and out of which doings that is read, their consent, and how many they are linked with."""
    shop = service_of(request).shop
    found = await service_of(request).read(lambda: profile(shop, shop.pseudonyms.user(user_id)))
    return json_response({"request_id": visit_of(request).request_id, **profile_json(found)})


@router.get(
    "/{user_id:path}/history",
    **described(
        "History of a user",
        HistoryAnswer,
        "admin",
        extra={"parameters": [*BY_ID["parameters"], *parameters(HistoryQuestion, n=20)["parameters"]]},
    ),
)
async def history(request: Request, user_id: str) -> Response:
    """What a customer did, newest first."""
    ask = read_query(request, HistoryQuestion)
    shop = service_of(request).shop
    pseudonym = shop.pseudonyms.user(user_id)
    start, mark = cursor.place(f"history {pseudonym}", ask)
    told, total = await service_of(request).read(lambda: doings(shop, pseudonym, offset=start, n=ask.n))
    more = cursor.following(mark, start + ask.n, total)
    head = {"request_id": visit_of(request).request_id, "user_id": pseudonym, "total": total, "next_cursor": more}
    return json_response({**head, "events": [doing_json(each) for each in told]})


@router.get("/{user_id:path}", **described("Read a user", UserAnswer, "admin", extra=BY_ID))
async def get_user(request: Request, user_id: str) -> Response:
    """What the shop knows of a user besides events; the id in the answer is the pseudonym."""
    service = service_of(request)
    return json_response(await service.read(lambda: user_json(service.shop, user_id)))


@router.delete("/{user_id:path}", **described("Forget a user", ForgetAnswer, "admin", extra=TO_FORGET))
async def forget_user(request: Request, user_id: str) -> Response:
    """Erases everything about a user and answers with a receipt; doing it again is allowed."""
    service = service_of(request)
    receipt = await service.write(lambda: service.shop.forget(user_id))
    return json_response({"request_id": visit_of(request).request_id, "receipt": receipt})
