"""The places of the shop, how ready each is, and the files that say what they are."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.kit.clock import format_time
from shopmind.serving.answers import scenarios_json
from shopmind.serving.bodies import read_model
from shopmind.serving.describe import body, described, path_example
from shopmind.serving.responses import json_response
from shopmind.serving.scenario_schemas import (
    ScenarioBack,
    ScenarioCheckAnswer,
    ScenarioFileAnswer,
    ScenarioRemovedAnswer,
    ScenarioText,
)
from shopmind.serving.schemas import ScenariosAnswer
from shopmind.serving.service import service_of, visit_of
from shopmind.shop.scenario_files import ScenarioFile

router = APIRouter(prefix="/v1", tags=["recommend"])

SHORTER: dict[str, Any] = {"text": 'base = "home"\ntitle = "For you"\nn = 8\n'}
BY_NAME = path_example("name", "home", "the scenario's name")


@router.get("/scenarios", **described("List the scenarios", ScenariosAnswer, "read"))
async def scenarios(request: Request) -> Response:
    """Every scenario with its title, what it shows, what a question must bring, and what it still lacks."""
    service = service_of(request)
    listed = await service.read(lambda: scenarios_json(service.shop))
    return json_response({"request_id": visit_of(request).request_id, "scenarios": listed})


@router.get(
    "/scenarios/{name}", **described("Read a scenario file", ScenarioFileAnswer, "read", public=False, extra=BY_NAME)
)
async def scenario(request: Request, name: str) -> Response:
    """The text that answers now, the one that comes with shopmind, and the versions that were kept."""
    service = service_of(request)
    found = await service.read(lambda: service.shop.scenario_files.get(name))
    return json_response({"request_id": visit_of(request).request_id, **_told(found)})


@router.post(
    "/scenarios/{name}/check",
    **described(
        "Check a scenario file",
        ScenarioCheckAnswer,
        "merchandise",
        extra={**body(ScenarioText, shorter=SHORTER), **BY_NAME},
    ),
)
async def check_scenario(request: Request, name: str) -> Response:
    """Whether a text could be written, what would change, and what it would still need; nothing is stored."""
    ask = await read_model(request, ScenarioText)
    service = service_of(request)
    found = await service.read(lambda: service.shop.scenario_files.check(name, ask.text))
    missing = [f"{part}: {what}" for part, what in found.missing.items()]
    said = {"title": found.scenario.title, "diff": list(found.diff), "affected": list(found.affected)}
    return json_response({"request_id": visit_of(request).request_id, **said, "missing": missing})


@router.put(
    "/scenarios/{name}",
    **described(
        "Write a scenario file",
        ScenarioFileAnswer,
        "merchandise",
        extra={**body(ScenarioText, shorter=SHORTER), **BY_NAME},
    ),
)
async def put_scenario(request: Request, name: str) -> Response:
    """Writes the shop's own file; every process that serves the shop takes it up within a second. What cannot be read
    is refused, with the line and what is allowed there, and changes nothing."""
    ask = await read_model(request, ScenarioText)
    service, visit = service_of(request), visit_of(request)
    files = service.shop.scenario_files
    made = await service.write(lambda: files.put(name, ask.text, by=visit.key_id, version=ask.version))
    return json_response({"request_id": visit.request_id, **_told(made)})


@router.post(
    "/scenarios/{name}/rollback",
    **described(
        "Roll a scenario file back",
        ScenarioFileAnswer,
        "merchandise",
        extra={**body(ScenarioBack, first={"version": 1}), **BY_NAME},
    ),
)
async def roll_back_scenario(request: Request, name: str) -> Response:
    """Makes an older version the newest again; version 0 is the file that comes with shopmind."""
    ask = await read_model(request, ScenarioBack)
    service, visit = service_of(request), visit_of(request)
    files = service.shop.scenario_files
    made = await service.write(lambda: files.roll_back(name, ask.version, by=visit.key_id))
    return json_response({"request_id": visit.request_id, **_told(made)})


@router.delete(
    "/scenarios/{name}", **described("Remove a scenario file", ScenarioRemovedAnswer, "merchandise", extra=BY_NAME)
)
async def remove_scenario(request: Request, name: str) -> Response:
    """Takes the shop's own file away; where one comes with shopmind, that answers again. Its versions stay."""
    service, visit = service_of(request), visit_of(request)
    left = await service.write(lambda: service.shop.scenario_files.remove(name, by=visit.key_id))
    return json_response({"request_id": visit.request_id, "name": name, "packaged": left is not None})


def _told(file: ScenarioFile) -> dict[str, Any]:
    history = [
        {"version": each.version, "text": each.text, "by": each.by, "at": format_time(each.at_ms)}
        for each in file.history
    ]
    where = {"packaged": file.packaged, "own": file.own, "version": file.version}
    return {"name": file.name, "text": file.text, **where, "history": history}
