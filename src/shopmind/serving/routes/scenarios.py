"""The places of the shop and how ready each is."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.serving.answers import scenarios_json
from shopmind.serving.describe import described
from shopmind.serving.responses import json_response
from shopmind.serving.schemas import ScenariosAnswer
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1", tags=["recommend"])


@router.get("/scenarios", **described("List the scenarios", ScenariosAnswer, "read"))
async def scenarios(request: Request) -> Response:
    """Every scenario with its title, what it shows, what a question must bring, and what it still lacks."""
    service = service_of(request)
    listed = await service.read(lambda: scenarios_json(service.shop))
    return json_response({"request_id": visit_of(request).request_id, "scenarios": listed})
