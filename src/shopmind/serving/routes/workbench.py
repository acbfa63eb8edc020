"""Answers that are looked into or compared, and shown to nobody."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.serving.bodies import read_model
from shopmind.serving.describe import body, described
from shopmind.serving.looking import configuration, moved_json, query, traced_json, tried_json
from shopmind.serving.responses import json_response
from shopmind.serving.service import service_of, visit_of
from shopmind.serving.trace_schemas import ComparedAnswer, CompareQuestion, TracedAnswer, TraceQuestion

router = APIRouter(prefix="/v1", tags=["workbench"])

TRACES: dict[str, dict[str, Any]] = {
    "a recommendation, and what each signal is good for": {"scenario": "home", "user": "u01", "n": 5, "each": True},
    "a search without the words": {
        "text": "green tea",
        "n": 5,
        "without": [{"stage": "retrieve", "part": "lexical"}],
    },
}
FUSED = 'base = "search"\n[ranker]\npart = "fusion"\n'
COMPARISONS: dict[str, dict[str, Any]] = {
    "another ranker": {"text": "tea", "n": 5, "one": {}, "other": {"scenario_toml": FUSED}},
    "two places": {"user": "u01", "one": {"scenario": "home"}, "other": {"scenario": "trending"}},
}


@router.post(
    "/trace",
    **described("Look into an answer", TracedAnswer, "read", public=False, extra=body(TraceQuestion, **TRACES)),
)
async def trace(request: Request) -> Response:
    """An answer stage by stage: who brought what, what was taken out, how each stage moved the items, and what changes
    without some signals. It is logged nowhere."""
    ask, visit, service = await read_model(request, TraceQuestion), visit_of(request), service_of(request)
    given, signals = configuration(visit, ask), [(each.stage, each.part) for each in ask.without]
    found = await service.look(
        lambda: service.shop.workbench.look_into(query(service.shop, visit, ask), given, without=signals, each=ask.each)
    )
    named = "admin" in visit.scopes or not (ask.user or ask.session)
    return json_response({"request_id": visit.request_id, **traced_json(found, named=named)})


@router.post(
    "/compare",
    **described(
        "Compare two configurations", ComparedAnswer, "read", public=False, extra=body(CompareQuestion, **COMPARISONS)
    ),
)
async def compare(request: Request) -> Response:
    """The answers of two configurations to one question, side by side. They are logged nowhere."""
    ask, visit, service = await read_model(request, CompareQuestion), visit_of(request), service_of(request)
    one, other = configuration(visit, ask.one), configuration(visit, ask.other)
    first, second, moved = await service.look(
        lambda: service.shop.workbench.compare(query(service.shop, visit, ask), one, other)
    )
    told = {"one": tried_json(first), "other": tried_json(second), "moved": moved_json(moved)}
    return json_response({"request_id": visit.request_id, **told})
