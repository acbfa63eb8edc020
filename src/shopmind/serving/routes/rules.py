"""A merchandiser's rules: listed, written, previewed, taken out and rolled back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.serving.answers import answer_rows
from shopmind.serving.bodies import read_model, read_rows
from shopmind.serving.describe import body, described, path_example, rows
from shopmind.serving.merchandise import history_json, preview_json, rule_json, rules_json
from shopmind.serving.merchandise_schemas import (
    PreviewAnswer,
    PreviewQuestion,
    RollBackQuestion,
    RuleChangedAnswer,
    RuleHistoryAnswer,
    RuleRow,
    RulesAnswer,
)
from shopmind.serving.responses import json_response
from shopmind.serving.schemas import BulkAnswer, SingleAnswer
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1/rules", tags=["merchandise"])

ONE: dict[str, Any] = {"rule_id": "tea-week", "action": "pin", "items": ["tea-05"], "query": ["green tea", "绿茶"]}
MANY: list[dict[str, Any]] = [
    {"rule_id": "quiet-hill", "action": "boost", "filter": 'brand = "Quiet Hill"', "strength": 2, "query": ["tea"]},
    {"rule_id": "spring", "action": "banner", "text": "春茶上市", "language": "zh", "until": "2030-05-01T00:00:00Z"},
]
NDJSON = (
    '{"rule_id": "returns", "action": "redirect", "url": "/help/returns", "query": ["return policy"]}\n'
    '{"rule_id": "no-nova", "action": "hide", "items": ["ad-nova"], "segment": "city = \\"Leeds\\""}\n'
)
DRAFT: dict[str, Any] = {"rules": [{**ONE, "items": ["tea-02", "tea-05"]}], "text": "green tea", "n": 5}
BY_ID = path_example("rule_id", "tea-week", "the rule's id")


@router.get("", **described("List the rules", RulesAnswer, "read", public=False))
async def list_rules(request: Request) -> Response:
    """Every rule, enabled or not, in the order in which they win."""
    service = service_of(request)
    listed = await service.read(lambda: rules_json(service.shop.rules))
    return json_response({"request_id": visit_of(request).request_id, **listed})


@router.post(
    "",
    **described("Write rules", BulkAnswer, "merchandise", extra=rows(RuleRow, ONE, MANY, NDJSON), created=SingleAnswer),
)
async def put_rules(request: Request) -> Response:
    """Writes rules by id; they work in the very next answer. The reason of an accepted row holds its warnings."""
    shop, by = service_of(request).shop, visit_of(request).key_id
    return await answer_rows(request, "rules", await read_rows(request), lambda given: shop.rules.put(given, by=by))


@router.post(
    "/preview", **described("Preview rules", PreviewAnswer, "merchandise", extra=body(PreviewQuestion, draft=DRAFT))
)
async def preview_rules(request: Request) -> Response:
    """One answer as it is and as it would be with these rules; nothing is stored, nothing is logged."""
    ask = await read_model(request, PreviewQuestion)
    service = service_of(request)
    asked = ask.model_dump(exclude={"rules"})

    def work() -> dict[str, Any]:
        rules = service.shop.rules
        draft = [rules.read(row, where=f"rules {at + 1}") for at, row in enumerate(ask.rules)]
        return preview_json(rules.preview(draft, **asked))

    return json_response({"request_id": visit_of(request).request_id, **await service.read(work)})


@router.get("/{rule_id}", **described("Read a rule", RuleHistoryAnswer, "read", public=False, extra=BY_ID))
async def get_rule(request: Request, rule_id: str) -> Response:
    """A rule with its history, also one that was taken out."""
    service = service_of(request)
    found = await service.read(lambda: history_json(service.shop.rules, rule_id))
    return json_response({"request_id": visit_of(request).request_id, **found})


@router.delete("/{rule_id}", **described("Remove a rule", RuleChangedAnswer, "merchandise", extra=BY_ID))
async def remove_rule(request: Request, rule_id: str) -> Response:
    """Takes a rule out; its history stays, and it can be rolled back."""
    service, visit = service_of(request), visit_of(request)
    removed = await service.write(lambda: service.shop.rules.remove(rule_id, by=visit.key_id))
    return json_response({"request_id": visit.request_id, "rule": rule_json(removed)})


@router.post(
    "/{rule_id}/rollback",
    **described(
        "Roll a rule back",
        RuleChangedAnswer,
        "merchandise",
        extra={**body(RollBackQuestion, first={"version": 1}), **BY_ID},
    ),
)
async def roll_back_rule(request: Request, rule_id: str) -> Response:
    """Makes an older version the newest again."""
    ask = await read_model(request, RollBackQuestion)
    service, visit = service_of(request), visit_of(request)
    made = await service.write(lambda: service.shop.rules.roll_back(rule_id, ask.version, by=visit.key_id))
    return json_response({"request_id": visit.request_id, "rule": rule_json(made)})
