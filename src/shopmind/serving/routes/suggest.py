"""Completion of what is being typed."""

from __future__ import annotations

import time
from dataclasses import asdict

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.serving.bodies import read_query
from shopmind.serving.describe import described, parameters
from shopmind.serving.responses import json_response
from shopmind.serving.schemas import SuggestAnswer, SuggestQuestion
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1", tags=["search"])

EXTRA = parameters(SuggestQuestion, text="gre")


@router.get("/suggest", **described("Suggest", SuggestAnswer, "read", extra=EXTRA))
async def suggest(request: Request) -> Response:
    """Words and titles that begin like this; `q` is another name of `text`."""
    started = time.perf_counter()
    ask = read_query(request, SuggestQuestion)
    service = service_of(request)
    found = await service.read(
        lambda: service.shop.suggestions(ask.text, n=ask.n, user=ask.user, session=ask.session, personal=ask.personal)
    )
    return json_response(
        {
            "request_id": visit_of(request).request_id,
            "took_ms": round((time.perf_counter() - started) * 1000, 3),
            "suggestions": [each.text for each in found],
            "details": [asdict(each) for each in found],
        }
    )
