"""For whatever watches this process; no key is needed."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.serving.answers import readiness_json
from shopmind.serving.describe import described
from shopmind.serving.responses import json_response
from shopmind.serving.schemas import LiveAnswer, ReadyAnswer
from shopmind.serving.service import service_of

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", **described("Is the process alive", LiveAnswer, None))
async def live() -> Response:
    """Answers while the process can answer at all; restart it when this fails."""
    return json_response({"status": "live"})


@router.get("/ready", **described("Can the shop answer", ReadyAnswer, None))
async def ready(request: Request) -> Response:
    """Answers when the stores can be read; 503 or 507 otherwise. What a scenario lacks only makes it poorer."""
    service = service_of(request)
    return json_response(await service.read(lambda: readiness_json(service.shop)))
