"""Figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from shopmind.serving.describe import described
from shopmind.serving.service import service_of
from shopmind.serving.today import today

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=PlainTextResponse, **described("Figures for Prometheus", None, "read"))
async def metrics(request: Request) -> Response:
    """Requests, seconds by route and by stage, fallbacks, rows written, today's traffic; nothing about anybody."""
    service = service_of(request)
    told = await service.read(lambda: today(service.shop))
    return Response(service.figures.text() + told, media_type=CONTENT_TYPE_LATEST)
