"""Off-policy estimates: begun, followed, cancelled, read."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.operations.estimates import Estimates, Wanted
from shopmind.serving.bodies import read_model
from shopmind.serving.describe import body, described, path_example
from shopmind.serving.estimate_schemas import EstimateAnswer, EstimateQuestion, EstimatesAnswer
from shopmind.serving.estimates import estimate_json, line_json
from shopmind.serving.responses import json_response
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1/estimates", tags=["estimates"])

VARIETY: dict[str, Any] = {
    "scenario": "home",
    "differences": {"rerankers": [{"part": "diversity", "by": "category", "strength": 0.5}]},
    "reward": "click",
    "days": 7,
    "most": 200,
}
BY_ID = path_example("estimate_id", "0123456789ab", "of the answer that began it")


@router.get("", **described("List the estimates", EstimatesAnswer, "read", public=False))
async def list_estimates(request: Request) -> Response:
    """The newest estimates, newest first, with how far each is."""
    service = service_of(request)
    found = await service.read(Estimates(service.shop).all)
    told = [line_json(each) for each in found]
    return json_response({"request_id": visit_of(request).request_id, "estimates": told})


@router.post(
    "", **described("Begin an estimate", EstimateAnswer, "merchandise", extra=body(EstimateQuestion, variety=VARIETY))
)
async def start(request: Request) -> Response:
    """What a scenario would have earned with other settings, told from the log: minutes of work, one at a time."""
    ask = await read_model(request, EstimateQuestion)
    service, visit = service_of(request), visit_of(request)
    wanted = Wanted(**ask.model_dump())
    begun = await service.read(lambda: Estimates(service.shop).start(wanted, by=visit.key_id))
    return json_response({"request_id": visit.request_id, "estimate": estimate_json(begun)})


@router.get("/{estimate_id}", **described("Read an estimate", EstimateAnswer, "read", public=False, extra=BY_ID))
async def get_estimate(request: Request, estimate_id: str) -> Response:
    """How far it is, and what came out: every estimator with its intervals and diagnostics, or why there is none."""
    service = service_of(request)
    found = await service.read(lambda: Estimates(service.shop).get(estimate_id))
    return json_response({"request_id": visit_of(request).request_id, "estimate": estimate_json(found)})


@router.delete("/{estimate_id}", **described("Cancel an estimate", EstimateAnswer, "merchandise", extra=BY_ID))
async def cancel(request: Request, estimate_id: str) -> Response:
    """Ends one that runs, within a second; it stays in the list. One that has ended stays as it is."""
    service = service_of(request)
    found = await service.write(lambda: Estimates(service.shop).cancel(estimate_id))
    return json_response({"request_id": visit_of(request).request_id, "estimate": estimate_json(found)})
