"""Plans of experiments, before anybody writes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.evaluation.experiments.outlook import Wish, outlook
from shopmind.serving.bodies import read_model
from shopmind.serving.describe import body, described
from shopmind.serving.estimate_schemas import PlanAnswer, PlanQuestion
from shopmind.serving.responses import json_response
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1/plans", tags=["experiments"])

PLAN: dict[str, Any] = {"scenarios": ["cart"], "metric": "conversion", "effects": [0.05, 0.1], "days": [14, 28]}


@router.post(
    "", **described("Plan an experiment", PlanAnswer, "read", public=False, extra=body(PlanQuestion, cart=PLAN))
)
async def plan(request: Request) -> Response:
    """How many units and days an experiment needs, by the shop's own traffic of the last four weeks."""
    ask = (await read_model(request, PlanQuestion)).model_dump()
    shop = service_of(request).shop
    effects, days = ask.pop("effects"), ask.pop("days")
    wish = Wish(**{**ask, "scenarios": tuple(ask["scenarios"])})
    found = await service_of(request).look(lambda: outlook(shop, wish, effects, days))
    return json_response({"request_id": visit_of(request).request_id, **asdict(found)})
