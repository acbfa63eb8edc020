"""Keys: made, listed, taken back, and what one's own may do."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.kit.clock import format_time
from shopmind.kit.errors import NotFoundError
from shopmind.serving import keys
from shopmind.serving.bodies import read_model
from shopmind.serving.describe import body, described, path_example
from shopmind.serving.key_schemas import KeyQuestion, KeysAnswer, NewKeyAnswer, OwnKeyAnswer, RevokedAnswer
from shopmind.serving.responses import json_response
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1/keys", tags=["keys"])

NEW: dict[str, Any] = {"role": "public", "origins": ["https://shop.example"]}


@router.get("", **described("List the keys", KeysAnswer, "admin"))
async def list_keys(request: Request) -> Response:
    """Every key with its role and origins; the keys themselves are not kept and cannot be shown again."""
    service = service_of(request)
    listed = [_told(key) for key in await service.read(lambda: keys.all_keys(service.shop.records))]
    return json_response({"request_id": visit_of(request).request_id, "keys": listed})


@router.post("", **described("Make a key", NewKeyAnswer, "admin", extra=body(KeyQuestion, page=NEW)))
async def make_key(request: Request) -> Response:
    """Makes a key and shows it this once. Running processes know it within a second."""
    ask = await read_model(request, KeyQuestion)
    service = service_of(request)
    token = await service.write(lambda: keys.create(service.shop.records, ask.role, ask.origins))
    key_id = token.split("_")[1]
    return json_response({"request_id": visit_of(request).request_id, "key_id": key_id, "key": token})


@router.get("/mine", **described("What a key may do", OwnKeyAnswer, "read"))
async def own_key(request: Request) -> Response:
    """The role and the scopes of the key that asks."""
    service, visit = service_of(request), visit_of(request)
    who = {"key_id": visit.key_id, "role": visit.role, "scopes": sorted(visit.scopes)}
    where = {"open": service.settings.open, "shop": service.settings.title}
    return json_response({"request_id": visit.request_id, **who, **where})


@router.delete(
    "/{key_id}",
    **described("Revoke a key", RevokedAnswer, "admin", extra=path_example("key_id", "0123456789ab", "its prefix")),
)
async def revoke_key(request: Request, key_id: str) -> Response:
    """Takes a key back; running processes follow within a second."""
    service = service_of(request)
    if not await service.write(lambda: keys.revoke(service.shop.records, key_id)):
        raise NotFoundError(f"key: there is no key {key_id!r}", field="key_id")
    return json_response({"request_id": visit_of(request).request_id, "key_id": key_id})


def _told(key: keys.Key) -> dict[str, Any]:
    known = {"scopes": sorted(key.scopes), "origins": list(key.origins), "created_at": format_time(key.created_at_ms)}
    return {"key_id": key.key_id, "role": key.role, **known}
