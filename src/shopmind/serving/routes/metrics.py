"""Figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from shopmind.serving.describe import described
from shopmind.serving.service import service_of

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=PlainTextResponse, **described("Figures for Prometheus", None, "read"))
async def metrics(request: Request) -> Response:
    """Requests, seconds by route and by stage, fallbacks, rows written; nothing about anybody."""
    return Response(service_of(request).figures.text(), media_type=CONTENT_TYPE_LATEST)
