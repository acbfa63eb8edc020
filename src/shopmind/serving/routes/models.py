"""Models: listed, read with their cards, promoted and rolled back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.operations.registry import Registry
from shopmind.serving.bodies import read_model
from shopmind.serving.describe import body, described, path_example
from shopmind.serving.model_schemas import BackQuestion, ModelAnswer, ModelsAnswer, PromoteQuestion
from shopmind.serving.models import line_json, model_json
from shopmind.serving.responses import json_response
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1/models", tags=["models"])

BY_KIND = path_example("kind", "popularity", "the kind of model")
WHICH: dict[str, Any] = {"version": "newest", "reason": "foresees more of the held step"}
WHY: dict[str, Any] = {"version": "70954de43192", "reason": "fewer clicks since"}


@router.get("", **described("List the models", ModelsAnswer, "read", public=False))
async def list_models(request: Request) -> Response:
    """Every kind of model: which version answers, since when, on how many events, and whether it is to be refitted."""
    service = service_of(request)

    def work() -> list[dict[str, Any]]:
        last = service.shop.events.last_number()
        return [line_json(each, last) for each in Registry(service.shop).kinds()]

    return json_response({"request_id": visit_of(request).request_id, "models": await service.read(work)})


@router.get("/{kind}", **described("Read a model", ModelAnswer, "read", public=False, extra=BY_KIND))
async def get_model(request: Request, kind: str) -> Response:
    """Every version that is kept, newest first, each with its card and what its training went through."""
    shop = service_of(request).shop
    told = await service_of(request).read(lambda: model_json(Registry(shop).kind(kind), shop.events.last_number()))
    return json_response({"request_id": visit_of(request).request_id, **told})


@router.post(
    "/{kind}/promote",
    **described("Promote a version", ModelAnswer, "admin", extra={**body(PromoteQuestion, version=WHICH), **BY_KIND}),
)
async def promote(request: Request, kind: str) -> Response:
    """Lets a version answer: within seconds, in every process that serves the shop. Nothing is deleted."""
    ask = await read_model(request, PromoteQuestion)
    shop, visit = service_of(request).shop, visit_of(request)
    await service_of(request).write(
        lambda: Registry(shop).promote(kind, ask.version, by=visit.key_id, reason=ask.reason)
    )
    return await get_model(request, kind)


@router.post(
    "/{kind}/rollback",
    **described("Roll a model back", ModelAnswer, "admin", extra={**body(BackQuestion, why=WHY), **BY_KIND}),
)
async def roll_back(request: Request, kind: str) -> Response:
    """Lets the version answer that did before; said twice, it is undone, but where `version` names what is to stop."""
    ask = await read_model(request, BackQuestion)
    shop, visit = service_of(request).shop, visit_of(request)
    await service_of(request).write(
        lambda: Registry(shop).roll_back(kind, ask.version, by=visit.key_id, reason=ask.reason)
    )
    return await get_model(request, kind)
