"""Experiments: listed, written, started, stopped, reported."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.evaluation.experiments import experiment_report
from shopmind.evaluation.experiments.days import experiment_days
from shopmind.operations.deciding import decide
from shopmind.serving.bodies import read_model
from shopmind.serving.describe import body, described, path_example
from shopmind.serving.estimate_schemas import DaysAnswer, DecidedAnswer, DecideQuestion
from shopmind.serving.experiment_schemas import (
    ExperimentAnswer,
    ExperimentChange,
    ExperimentReportAnswer,
    ExperimentRow,
    ExperimentsAnswer,
)
from shopmind.serving.experiments import definition_of, state_json
from shopmind.serving.responses import json_response
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1/experiments", tags=["experiments"])

VARIANTS: dict[str, Any] = {
    "name": "cart-variety",
    "title": "More variety in the cart",
    "scenario": "cart",
    "metric": "conversion",
    "watch": ["click_through", "revenue"],
    "variants": {
        "plain": {"share": 0.5},
        "varied": {"share": 0.5, "rerankers": [{"part": "diversity", "by": "category", "strength": 0.5}]},
    },
}
INTERLEAVING: dict[str, Any] = {
    "name": "search-order",
    "title": "Two orders of search in one page",
    "kind": "interleaving",
    "scenario": "search",
    "layer": "search",
    "variants": {"now": {}, "words": {"ranker": {"part": "fusion", "by": "rank"}}},
}
DECISION: dict[str, Any] = {"choice": "varied", "why": "more orders, and nobody complained", "stop": True}
BY_NAME = path_example("name", "cart-variety", "the experiment's name")


@router.get("", **described("List the experiments", ExperimentsAnswer, "read", public=False))
async def list_experiments(request: Request) -> Response:
    """Every experiment by name: what it is, how it stands, and what is not as its file says."""
    shop = service_of(request).shop
    found = await service_of(request).read(lambda: (shop.experiments.all(), shop.experiments.fault))
    listed = {"experiments": [state_json(each) for each in found[0]], "fault": found[1]}
    return json_response({"request_id": visit_of(request).request_id, **listed})


@router.post(
    "",
    **described(
        "Write an experiment",
        ExperimentAnswer,
        "merchandise",
        extra=body(ExperimentRow, variants=VARIANTS, interleaving=INTERLEAVING),
    ),
)
async def put_experiment(request: Request) -> Response:
    """Writes the file of an experiment. While it runs, nobody is moved: what would move units is told in `remarks`."""
    ask = await read_model(request, ExperimentRow)
    service = service_of(request)
    state = await service.write(lambda: service.shop.experiments.put(ask.name, definition_of(ask)))
    return json_response({"request_id": visit_of(request).request_id, "experiment": state_json(state)})


@router.get("/{name}", **described("Read an experiment", ExperimentAnswer, "read", public=False, extra=BY_NAME))
async def get_experiment(request: Request, name: str) -> Response:
    """One experiment, with its file."""
    service = service_of(request)
    state = await service.read(lambda: service.shop.experiments.get(name))
    return json_response({"request_id": visit_of(request).request_id, "experiment": state_json(state)})


@router.post(
    "/{name}",
    **described(
        "Start or stop an experiment",
        ExperimentAnswer,
        "merchandise",
        extra={**body(ExperimentChange, stop={"action": "stop"}, start={"action": "start"}), **BY_NAME},
    ),
)
async def change_experiment(request: Request, name: str) -> Response:
    """From the very next answer on. A start deals out the units; a stop gives everybody the plain scenario."""
    ask = await read_model(request, ExperimentChange)
    service, visit = service_of(request), visit_of(request)
    change = service.shop.experiments.start if ask.action == "start" else service.shop.experiments.stop
    state = await service.write(lambda: change(name, by=visit.key_id))
    return json_response({"request_id": visit.request_id, "experiment": state_json(state)})


@router.get(
    "/{name}/report",
    **described("Report an experiment", ExperimentReportAnswer, "read", public=False, extra=BY_NAME),
)
async def report_experiment(request: Request, name: str) -> Response:
    """Figures with intervals, whether the split is whole, units still missing, and what to do in one sentence."""
    service = service_of(request)
    told = await service.look(lambda: experiment_report(service.shop, name))
    return json_response({"request_id": visit_of(request).request_id, **told})


@router.get("/{name}/days", **described("Days of an experiment", DaysAnswer, "read", public=False, extra=BY_NAME))
async def days_of_experiment(request: Request, name: str) -> Response:
    """What the units dealt in until each day show, as known now: a line that settles, or does not."""
    shop = service_of(request).shop
    found = await service_of(request).look(lambda: experiment_days(shop, name))
    return json_response({"request_id": visit_of(request).request_id, "days": [asdict(each) for each in found]})


@router.post(
    "/{name}/decision",
    **described(
        "Decide an experiment",
        DecidedAnswer,
        "merchandise",
        extra={**body(DecideQuestion, choose=DECISION), **BY_NAME},
    ),
)
async def decide_experiment(request: Request, name: str) -> Response:
    """Writes down what people chose and why, with the figures they had before them, and stops the experiment."""
    ask = await read_model(request, DecideQuestion)
    shop, visit = service_of(request).shop, visit_of(request)
    entry = await service_of(request).write(
        lambda: decide(shop, name, choice=ask.choice, why=ask.why, stop=ask.stop, by=visit.key_id)
    )
    state = shop.experiments.get(name)
    return json_response({"request_id": visit.request_id, "key": entry.key, "status": state.status})
