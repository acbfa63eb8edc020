"""How the shop does now."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.insights.traffic import told_line
from shopmind.kit.clock import format_time
from shopmind.operations.doctor import examine
from shopmind.operations.overview import Overview, overview
from shopmind.serving.bodies import read_query
from shopmind.serving.describe import described, parameters
from shopmind.serving.requests_told import requests_told
from shopmind.serving.responses import json_response
from shopmind.serving.service import service_of, visit_of
from shopmind.serving.today_schemas import DoctorAnswer, TodayAnswer, TodayQuestion

router = APIRouter(prefix="/v1", tags=["insights"])

PATIENCE_S = 1.0


@router.get(
    "/insights/today",
    **described("Today", TodayAnswer, "read", public=False, extra=parameters(TodayQuestion, days=14)),
)
async def today(request: Request) -> Response:
    """Traffic by scenario and variant, by day and by hour; requests, freshness, and what needs a look."""
    ask = read_query(request, TodayQuestion)
    service = service_of(request)

    def work() -> dict[str, Any]:
        seen = overview(service.shop, days=ask.days, patience_s=PATIENCE_S)
        requests = asdict(requests_told(service.figures.text()))
        return {**_told(seen), "requests": {"since": format_time(service.figures.started_ms), **requests}}

    return json_response({"request_id": visit_of(request).request_id, **await service.look(work)})


@router.get("/doctor", **described("Look the shop over", DoctorAnswer, "read", public=False))
async def doctor(request: Request) -> Response:
    """Versions, database, indexes, weights, artifacts, scenarios, rules, disk, clock: what is well and what is not."""
    service = service_of(request)
    findings = [asdict(each) for each in await service.look(lambda: examine(service.shop))]
    return json_response({"request_id": visit_of(request).request_id, "findings": findings})


def _told(seen: Overview) -> dict[str, Any]:
    data = asdict(seen)
    return {
        "now": format_time(data["now_ms"]),
        "currency": data["currency"],
        "today": told_line(data["today"]),
        "yesterday": told_line(data["yesterday"]),
        "lines": [told_line(each) for each in data["lines"]],
        "days": [told_line(each) for each in data["days"]],
        "hours": [{"since": format_time(each.pop("since_ms")), **each} for each in data["hours"]],
        "freshness": [
            {"what": each["what"], "at": None if each["at_ms"] is None else format_time(each["at_ms"])}
            | {"behind": each["behind"]}
            for each in data["freshness"]
        ],
        "alerts": data["alerts"],
    }
