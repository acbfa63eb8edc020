"""Judgements of the relevance workbench: given, listed, exported, and held against configurations."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.evaluation.workbench import compared, exported
from shopmind.serving.answers import answer_rows
from shopmind.serving.bodies import read_model, read_query, read_rows
from shopmind.serving.describe import body, described, parameters, path_example, rows
from shopmind.serving.judgement_schemas import (
    ExportAnswer,
    ExportQuestion,
    JudgementRemovedAnswer,
    JudgementReportAnswer,
    JudgementReportQuestion,
    JudgementRow,
    JudgementsAnswer,
    JudgementsQuestion,
)
from shopmind.serving.looking import book, configuration, judgements_json, report_json
from shopmind.serving.responses import json_response
from shopmind.serving.schemas import BulkAnswer, SingleAnswer
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1/judgements", tags=["workbench"])

ONE: dict[str, Any] = {"query": "green tea", "item_id": "tea-01", "grade": 3}
MANY: list[dict[str, Any]] = [
    {"query": "绿茶", "item_id": "tea-06", "grade": 3, "set": "chinese"},
    {"query": "绿茶", "item_id": "kit-06", "grade": 0, "set": "chinese"},
]
NDJSON = (
    '{"query": "earl grey", "item_id": "tea-02", "grade": 3}\n{"query": "earl grey", "item_id": "kit-01", "grade": 1}'
)
FUSED = 'base = "search"\n[ranker]\npart = "fusion"\n'
REPORTS: dict[str, dict[str, Any]] = {
    "as the shop answers": {"set": "main"},
    "against another ranker": {"set": "main", "configurations": [{}, {"scenario_toml": FUSED}]},
}


@router.get(
    "",
    **described(
        "List judgements",
        JudgementsAnswer,
        "read",
        public=False,
        extra=parameters(JudgementsQuestion, set="main", query="green tea"),
    ),
)
async def list_judgements(request: Request) -> Response:
    """Judgements, newest first, and the saved query sets. Nobody is named in them."""
    ask, service = read_query(request, JudgementsQuestion), service_of(request)
    told = await service.read(lambda: judgements_json(book(service.shop), ask))
    return json_response({"request_id": visit_of(request).request_id, **told})


@router.post(
    "",
    **described("Judge", BulkAnswer, "merchandise", extra=rows(JudgementRow, ONE, MANY, NDJSON), created=SingleAnswer),
)
async def put_judgements(request: Request) -> Response:
    """Says how well items answer queries; a later judgement of the same takes its place and keeps what it was."""
    shop = service_of(request).shop
    return await answer_rows(request, "judgements", await read_rows(request), lambda given: book(shop).put(given))


@router.get(
    "/export",
    **described(
        "Export judgements", ExportAnswer, "read", public=False, extra=parameters(ExportQuestion, format="csv")
    ),
)
async def export(request: Request) -> Response:
    """The texts of the files `queries` and `judgments`, as `shopmind evaluate search FOLDER` reads them."""
    ask, service = read_query(request, ExportQuestion), service_of(request)
    queries, judgments = await service.read(lambda: exported(book(service.shop).all(set_name=ask.set), ask.format))
    told = {"format": ask.format, "queries": queries, "judgments": judgments}
    return json_response({"request_id": visit_of(request).request_id, **told})


@router.post(
    "/report",
    **described(
        "Measure configurations",
        JudgementReportAnswer,
        "read",
        public=False,
        extra=body(JudgementReportQuestion, **REPORTS),
    ),
)
async def report(request: Request) -> Response:
    """nDCG@10 of one or two configurations over a saved query set, with intervals. It takes some seconds at most."""
    ask, visit, shop = await read_model(request, JudgementReportQuestion), visit_of(request), service_of(request).shop
    given = [configuration(visit, each) for each in ask.configurations]
    found = await service_of(request).look(
        lambda: report_json(compared(shop, book(shop).all(set_name=ask.set), given, most=ask.most))
    )
    return json_response({"request_id": visit.request_id, "set": ask.set, **found})


@router.delete(
    "/sets/{name}",
    **described(
        "Remove a query set",
        JudgementRemovedAnswer,
        "merchandise",
        extra=path_example("name", "chinese", "the saved query set"),
    ),
)
async def remove_set(request: Request, name: str) -> Response:
    """Takes all judgements of a set out."""
    service = service_of(request)
    removed = await service.write(lambda: book(service.shop).remove_set(name))
    return json_response({"request_id": visit_of(request).request_id, "removed": removed})


@router.delete(
    "/{key}",
    **described(
        "Remove a judgement",
        JudgementRemovedAnswer,
        "merchandise",
        extra=path_example("key", "eacc2245eec0f6df", "the judgement's key"),
    ),
)
async def remove_judgement(request: Request, key: str) -> Response:
    """Takes one judgement out, with all it was."""
    service = service_of(request)
    await service.write(lambda: book(service.shop).remove(key))
    return json_response({"request_id": visit_of(request).request_id, "removed": 1})
