"""Figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from shopmind.serving.describe import described
from shopmind.serving.service import service_of, visit_of
from shopmind.serving.today import today

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=PlainTextResponse, **described("Figures for Prometheus", None, "read"))
async def metrics(request: Request) -> Response:
    """Requests, seconds by route and by stage, fallbacks, rows written; nothing about anybody.

    A key with the scope merchandise also reads today's traffic: a public key stands in a page, and a shop's revenue is
    not for everybody.
    """
    service = service_of(request)
    told = await service.read(lambda: today(service.shop)) if "merchandise" in visit_of(request).scopes else b""
    return Response(service.figures.text() + told, media_type=CONTENT_TYPE_LATEST)
