"""The reference of the HTTP API, made from its OpenAPI document: for the page at /docs and for the docs folder.

python -m shopmind.serving.reference docs/reference/http.md
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body, an answer, a path or a query."""

    name: str
    type: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a client can do."""

    method: str
    path: str
    anchor: str
    summary: str
    text: str
    scope: str
    parameters: tuple[Field, ...]
    fields: tuple[Field, ...]
    examples: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str, tuple[Field, ...]], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The operations of one resource."""

    name: str
    operations: list[Operation] = field(default_factory=list)


def sections(document: Document) -> list[Section]:
    """Every operation under its resource, in the order of the routes."""
    found: dict[str, Section] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name = operation.get("tags", ["other"])[0]
            found.setdefault(name, Section(name)).operations.append(_operation(document, method, path, operation))
    return list(found.values())


def markdown(document: Document) -> str:
    """The reference as one Markdown page."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("shopmind.serving", "storefront"),
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    schemas = [(name, _fields(document, schema)) for name, schema in document["components"]["schemas"].items()]
    template = environment.get_template("reference.txt")
    return template.render(info=document["info"], sections=sections(document), schemas=schemas).strip() + "\n"


def _operation(document: Document, method: str, path: str, operation: Document) -> Operation:
    content = operation.get("requestBody", {}).get("content", {})
    examples = []
    for media_type, media in content.items():
        for name, example in media.get("examples", {}).items():
            examples.append((f"{name} ({media_type})", json.dumps(example["value"], ensure_ascii=False, indent=2)))
        if "example" in media:
            examples.append((media_type, media["example"].rstrip("\n")))
    schema = content.get("application/json", {}).get("schema", {})
    return Operation(
        method=method.upper(),
        path=path,
        anchor=operation["operationId"].replace("_", "-"),
        summary=operation["summary"],
        text=operation.get("description", ""),
        scope=operation.get("x-scope", "") + (" (no public key)" if operation.get("x-public") is False else ""),
        parameters=tuple(_parameter(document, parameter) for parameter in operation.get("parameters", [])),
        fields=_fields(document, schema.get("oneOf", [schema])[0]),
        examples=tuple(examples),
        answers=tuple(
            (status, answer["description"], _fields(document, answer["content"]["application/json"]["schema"]))
            for status, answer in operation["responses"].items()
            if "application/json" in answer.get("content", {})
        ),
    )


def _parameter(document: Document, parameter: Document) -> Field:
    type_name = _type(parameter["schema"])
    return Field(parameter["name"], type_name, parameter.get("required", False), parameter.get("description", ""))


def _fields(document: Document, schema: Document) -> tuple[Field, ...]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][_name(schema["$ref"])]
    required = schema.get("required", [])
    return tuple(
        Field(name, _type(inner), name in required, inner.get("description", ""))
        for name, inner in schema.get("properties", {}).items()
    )


def _type(schema: Document) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return _name(schema["$ref"])
    if "enum" in schema:
        return " or ".join(str(value) or '""' for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(inner) for inner in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    bounds = [f"{schema[key]:g}" for key in ("minimum", "maximum") if key in schema]
    return str(schema.get("type", "anything")) + (f" {bounds[0]} to {bounds[1]}" if len(bounds) == 2 else "")


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


if __name__ == "__main__":
    from shopmind.serving.app import build

    Path(sys.argv[1]).write_text(markdown(build([]).openapi()), encoding="utf-8")
