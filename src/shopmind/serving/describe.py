"""How routes describe themselves to OpenAPI: bodies and answers are handled by hand here (it is several times faster),
so their models are named by hand too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shopmind.serving import (
    estimate_schemas,
    experiment_schemas,
    judgement_schemas,
    key_schemas,
    knowledge_schemas,
    merchandise_schemas,
    message_schemas,
    model_schemas,
    offer_schemas,
    row_schemas,
    scenario_schemas,
    schemas,
    trace_schemas,
)
from shopmind.serving.access import admit
from shopmind.serving.bodies import JSON, NDJSON
from shopmind.serving.keys import Scope

REFERENCE = "#/components/schemas/"

QUESTIONS: tuple[type[BaseModel], ...] = (
    schemas.SearchQuestion,
    schemas.ManyQuestion,
    schemas.RecommendQuestion,
    row_schemas.ItemRow,
    row_schemas.UserRow,
    row_schemas.EventRow,
    row_schemas.LinkRow,
    merchandise_schemas.RuleRow,
    merchandise_schemas.PreviewQuestion,
    merchandise_schemas.RollBackQuestion,
    merchandise_schemas.WordRow,
    trace_schemas.TraceQuestion,
    trace_schemas.CompareQuestion,
    judgement_schemas.JudgementRow,
    judgement_schemas.JudgementReportQuestion,
    experiment_schemas.ExperimentRow,
    experiment_schemas.ExperimentChange,
    estimate_schemas.PlanQuestion,
    estimate_schemas.DecideQuestion,
    estimate_schemas.EstimateQuestion,
    knowledge_schemas.NoteRow,
    model_schemas.PromoteQuestion,
    model_schemas.BackQuestion,
    key_schemas.KeyQuestion,
    scenario_schemas.ScenarioText,
    scenario_schemas.ScenarioBack,
    message_schemas.ContactRow,
    message_schemas.StopRow,
    offer_schemas.CartQuestion,
    offer_schemas.RedeemQuestion,
    offer_schemas.TakeBackQuestion,
)

SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer KEY"},
    "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


def described(
    summary: str,
    answer: type[BaseModel] | None,
    scope: Scope | None,
    *,
    extra: Mapping[str, Any] | None = None,
    created: type[BaseModel] | None = None,
    public: bool = True,
) -> dict[str, Any]:
    """Arguments of a route: what it answers, which scope it asks for and how its errors look.

    Args:
        answer: of status 200; None when it is not JSON.
        scope: None for what needs no key.
        extra: from `body`, `rows` or `parameters`.
        created: of status 201, where there is one.
        public: whether a public key will do, as in `access.admit`.
    """
    operation: dict[str, Any] = dict(extra or {})
    responses: dict[int | str, Any] = {"4XX": {"model": schemas.ErrorAnswer, "description": "what was wrong"}}
    if answer is not None:
        responses[200] = {"model": answer}
    if created is not None:
        responses[201] = {"model": created}
    if scope is not None:
        operation["security"] = [{name: []} for name in SECURITY_SCHEMES]
        operation["x-scope"] = scope
        operation |= {} if public else {"x-public": False}
    return {
        "summary": summary,
        "responses": responses,
        "openapi_extra": operation,
        "dependencies": [] if scope is None else [admit(scope, public=public)],
    }


def body(model: type[BaseModel], **examples: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON body of one model."""
    return {"requestBody": {"required": True, "content": {JSON: _media(_reference(model), examples)}}}


def rows(
    model: type[BaseModel], one: Mapping[str, Any], many: Sequence[Mapping[str, Any]], ndjson: str
) -> dict[str, Any]:
    """A body of one row, an array of rows, or NDJSON."""
    reference = _reference(model)
    schema = {"oneOf": [reference, {"type": "array", "items": reference}]}
    content = {
        JSON: _media(schema, {"one": one, "many": many}),
        NDJSON[0]: {"schema": {"type": "string", "description": "one row a line"}, "example": ndjson},
    }
    return {"requestBody": {"required": True, "content": content}}


def parameters(model: type[BaseModel], **example: Any) -> dict[str, Any]:
    """Query parameters, one for each field of the model."""
    properties = model.model_json_schema()["properties"]
    described = []
    for name, schema in properties.items():
        text = schema.pop("description", "")
        schema.pop("title", None)
        parameter = {"name": name, "in": "query", "required": False, "description": text, "schema": schema}
        described.append(parameter | ({"example": example[name]} if name in example else {}))
    return {"parameters": described}


def path_example(name: str, example: str, text: str) -> dict[str, Any]:
    """A path parameter with an example."""
    parameter = {"name": name, "in": "path", "required": True, "description": text, "schema": {"type": "string"}}
    return {"parameters": [{**parameter, "example": example}]}


def openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the models that the routes read by hand."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        for operation in (each for path in document["paths"].values() for each in path.values()):
            if "parameters" in operation:  # ours replace what the framework saw in the signature
                operation["parameters"] = list({each["name"]: each for each in operation["parameters"]}.values())
        _, definitions = models_json_schema(
            [(model, "validation") for model in QUESTIONS], ref_template=REFERENCE + "{model}"
        )
        components = document.setdefault("components", {})
        components["schemas"] = dict(sorted({**components.get("schemas", {}), **definitions.get("$defs", {})}.items()))
        components["securitySchemes"] = SECURITY_SCHEMES
        app.openapi_schema = document
    return app.openapi_schema


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE + model.__name__}


def _media(schema: Mapping[str, Any], examples: Mapping[str, Any]) -> dict[str, Any]:
    return {"schema": schema, "examples": {name: {"value": value} for name, value in examples.items()}}
